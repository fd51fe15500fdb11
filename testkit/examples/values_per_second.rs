//! How many values of a schema are made in a second, in this process and on one core: `values_per_second SCHEMA SECONDS`,
//! the schema as JSON. Prints the number; `bench/values_speed.py` sets it beside other libraries.

use std::error::Error;
use std::io::Write as _;
use std::time::{Duration, Instant};

use banister_testkit::strategy::strategy_for;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;

/// Values between two looks at the clock.
const BATCH: u32 = 1_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(schema), Some(seconds)) = (arguments.next(), arguments.next()) else {
        return Err("expected a schema and a number of seconds".into());
    };
    let strategy = strategy_for(&serde_json::from_str(&schema)?)?;
    let mut runner = TestRunner::deterministic();
    let time = Duration::from_secs_f64(seconds.parse()?);
    let start = Instant::now();
    let mut count = 0_u32;
    let mut names = 0;
    while start.elapsed() < time {
        for _ in 0..BATCH {
            let value = strategy
                .new_tree(&mut runner)
                .map_err(|reason| reason.to_string())?
                .current();
            // The value is looked at, so that nobody can do without it.
            names += value.as_object().map_or(1, serde_json::Map::len);
        }
        count += BATCH;
    }
    let rate = f64::from(count) / start.elapsed().as_secs_f64();
    writeln!(std::io::stdout(), "{rate:.0} {names}")?;
    Ok(())
}
