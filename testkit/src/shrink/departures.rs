//! Fewer departures from the plain run.

use crate::decision::Departure;

/// Departures are left out in at most this many runs.
const MOST_RUNS: u32 = 200;

/// Leaves out departures for as long as the run still fails in the same way; gives what is left. `fails` runs the test with
/// departures, and gives those that had an effect if it fails.
///
/// Those that let time pass early go first: whatever fails without them fails at once. Then many at a time, then one by one.
pub(crate) fn fewer(
    departures: Vec<Departure>,
    fails: &mut dyn FnMut(&[Departure]) -> Option<Vec<Departure>>,
) -> Vec<Departure> {
    let mut search = Search {
        departures,
        runs: 0,
        fails,
    };
    search.time();
    let mut size = search.departures.len();
    while size > 0 && !search.is_done() {
        let mut gained = false;
        let mut from = 0;
        while from < search.departures.len() && !search.is_done() {
            match search.without(from, size) {
                true => gained = true,
                false => from += size,
            }
        }
        size = match gained {
            true => size.min(search.departures.len()),
            false => size / 2,
        };
    }
    search.departures
}

struct Search<'f> {
    departures: Vec<Departure>,
    runs: u32,
    fails: &'f mut dyn FnMut(&[Departure]) -> Option<Vec<Departure>>,
}

impl Search<'_> {
    fn is_done(&self) -> bool {
        self.departures.is_empty() || self.runs >= MOST_RUNS
    }

    fn time(&mut self) {
        let mut at = self.departures.len();
        while at > 0 {
            at = at.min(self.departures.len()) - 1;
            let is_time = self.departures[at].lets_time_pass();
            if is_time && !self.is_done() && self.without(at, 1) && self.departures.is_empty() {
                return;
            }
        }
    }

    /// True if so many departures from this place on could be left out.
    fn without(&mut self, from: usize, count: usize) -> bool {
        let to = (from + count).min(self.departures.len());
        let fewer: Vec<Departure> = [&self.departures[..from], &self.departures[to..]].concat();
        let sooner = sooner(&self.departures[from..to], &fewer);
        let mut tried = [Some(fewer), sooner]
            .into_iter()
            .flatten()
            .filter_map(|departures| {
                self.runs += 1;
                (self.fails)(&departures)
            });
        // What had no effect in this run is not worth keeping either.
        match tried.next() {
            Some(left) => {
                self.departures = left;
                true
            }
            None => false,
        }
    }
}

/// With a departure gone, others that were instead of the same thing come one point sooner.
fn sooner(gone: &[Departure], left: &[Departure]) -> Option<Vec<Departure>> {
    let [gone] = gone else { return None };
    let moved: Vec<Departure> = left
        .iter()
        .map(|it| match it.instead_of == gone.instead_of && it.time > 1 {
            true => Departure {
                time: it.time - 1,
                ..it.clone()
            },
            false => it.clone(),
        })
        .collect();
    (moved != left).then_some(moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn departure(pick: &str) -> Departure {
        Departure {
            pick: pick.to_owned(),
            instead_of: "x".to_owned(),
            time: 1,
        }
    }

    fn left(all: &[&str], needs: &[&str]) -> (Vec<String>, Vec<Vec<String>>) {
        let names = |all: &[Departure]| all.iter().map(|it| it.pick.clone()).collect::<Vec<_>>();
        let mut tried = Vec::new();
        let all = all.iter().map(|it| departure(it)).collect();
        let left = fewer(all, &mut |departures| {
            tried.push(names(departures));
            let has = |name: &&str| departures.iter().any(|it| it.pick == **name);
            needs.iter().all(has).then(|| departures.to_vec())
        });
        (names(&left), tried)
    }

    #[test]
    fn what_is_needed_is_left() {
        assert_eq!(left(&["a", "b", "c", "d"], &["b", "d"]).0, ["b", "d"]);
        assert_eq!(left(&["a"], &[]).0, [""; 0]);
        assert_eq!(left(&["a"], &["a"]).0, ["a"]);
    }

    #[test]
    fn time_goes_first() {
        let waits = ["a", "time passes: 60000 ms", "b", "time passes: 5 ms"];
        let (still, tried) = left(&waits, &["a", "b"]);
        assert_eq!(still, ["a", "b"]);
        assert_eq!(tried[0], waits[..3]);
        assert_eq!(tried[1], ["a", "b"]);
        assert_eq!(left(&waits[1..2], &[]).0, [""; 0]);
        assert_eq!(left(&waits, &[waits[3]]).0, [waits[3]]);
    }
}
