//! Ruby.

use serde_json::json;

use super::{check_random, check_values, now, told};
use crate::support::{Project, SEED};

const FILE: &str = "steps/a.step.rb";

fn project(required: &str, expressions: &[&str]) -> Project {
    let list: String = expressions
        .iter()
        .map(|it| format!("  out << ({it})\n"))
        .collect();
    let text = format!("{required}\ndef handler(input, context)\n  out = []\n{list}  out\nend\n");
    Project::new(&[(FILE, &text)])
}

#[test]
fn randomness() {
    const EXPRESSIONS: [&str; 20] = [
        "rand",
        "Kernel.rand(10**9)",
        "Random.rand",
        "Random.random_number(10**9)",
        "Random.bytes(8).unpack1('H*')",
        "Random.new.rand",
        "Random.new_seed.to_s",
        "Random.urandom(8).unpack1('H*')",
        "srand.to_s + rand.to_s",
        "(1..30).to_a.shuffle",
        "(1..30).to_a.shuffle(random: Random.new)",
        "(1..10**6).to_a.sample(3)",
        "SecureRandom.uuid",
        "SecureRandom.hex(8)",
        "SecureRandom.random_number(10**9)",
        "SecureRandom.alphanumeric(12)",
        "SecureRandom.urlsafe_base64(8)",
        "SecureRandom.random_bytes(8).unpack1('H*')",
        "OpenSSL::Random.random_bytes(8).unpack1('H*')",
        "[*1..30].shuffle(random: SecureRandom)",
    ];
    let required = "require 'securerandom'\nrequire 'openssl'\nrequire 'tmpdir'\n";
    check_random(&project(required, &EXPRESSIONS), FILE, &EXPRESSIONS);
}

#[test]
fn clocks() {
    let time = now();
    let expected = [
        ("(Time.now.to_r * 1000).to_i", time.clone()),
        ("(Time.new.to_r * 1000).to_i", time.clone()),
        ("(Time.now(in: '+09:00').to_r * 1000).to_i", time.clone()),
        (
            "Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond)",
            time.clone(),
        ),
        ("(DateTime.now.to_time.to_r * 1000).to_i", time.clone()),
        ("(Time.parse(Time.now.iso8601(3)).to_r * 1000).to_i", time),
        ("Date.today.iso8601", json!("2026-01-05")),
        ("Time.now.zone", json!("UTC")),
        ("Time.now.httpdate", json!("Mon, 05 Jan 2026 09:00:00 GMT")),
        ("Time.parse('12:30').day", json!(5)),
        (
            "Process.clock_gettime(Process::CLOCK_MONOTONIC) - Process.clock_gettime(Process::CLOCK_MONOTONIC)",
            json!(0.0),
        ),
        ("Benchmark.realtime { 1 }", json!(0.0)),
        (
            "Logger::Formatter.new.call('INFO', Time.now, nil, 'a')[4, 19]",
            json!("2026-01-05T09:00:00"),
        ),
    ];
    let expressions: Vec<&str> = expected.iter().map(|(expression, _)| *expression).collect();
    let required = "require 'time'\nrequire 'date'\nrequire 'benchmark'\nrequire 'logger'\n";
    check_values(&project(required, &expressions), FILE, &expected);
}

#[test]
fn waits() {
    const REQUIRED: &str = "require 'timeout'
require 'monitor'
def timed
  begun = Process.clock_gettime(Process::CLOCK_MONOTONIC, :millisecond)
  result = yield
  [Process.clock_gettime(Process::CLOCK_MONOTONIC, :millisecond) - begun, result]
end
def limited
  Timeout.timeout(1.5) { sleep 9 }
rescue Timeout::Error
  'timeout'
end
def threads
  seen = Queue.new
  [3, 1, 2].map { |n| Thread.new { sleep n / 2.0; seen << n } }.each(&:join)
  Array.new(3) { seen.pop }
end
def guarded
  lock = Mutex.new
  full = ConditionVariable.new
  value = nil
  Thread.new { sleep 1.5; lock.synchronize { value = 'set'; full.signal } }
  lock.synchronize { full.wait(lock) until value }
  value
end
";
    let expected = [
        ("timed { sleep 1.5 }", json!([1500, 2])),
        ("timed { Kernel.sleep(1.5) }", json!([1500, 2])),
        ("timed { limited }", json!([1500, "timeout"])),
        ("timed { threads }", json!([1500, [1, 2, 3]])),
        ("timed { guarded }", json!([1500, "set"])),
        (
            "timed { Thread.new { sleep 1.5; 'done' }.value }",
            json!([1500, "done"]),
        ),
        (
            "timed { Enumerator.new { |y| 3.times { |n| sleep 0.5; y << n } }.to_a }",
            json!([1500, [0, 1, 2]]),
        ),
        (
            "timed { Fiber.new { sleep 1.5; 'done' }.resume }",
            json!([1500, "done"]),
        ),
    ];
    let expressions: Vec<&str> = expected.iter().map(|(expression, _)| *expression).collect();
    check_values(&project(REQUIRED, &expressions), FILE, &expected);
}

#[test]
fn what_is_not_controlled_is_told() {
    for (required, expression, what) in [
        ("", "Thread.new { 1 }.value", "started a thread"),
        (
            "require 'openssl'",
            "OpenSSL::PKey::RSA.new(512).private?",
            "generated a key pair",
        ),
        ("", "system('true')", "started the program true"),
    ] {
        let Some(told) = told(&project(required, &[expression]), FILE, SEED, 2) else {
            return;
        };
        assert_eq!(told.escaped, [what], "{expression}");
    }
}
