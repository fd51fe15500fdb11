//! What a run decides where more than one thing could happen next: which message is delivered, which handler goes on,
//! which fault strikes. The first option is always what happens by default (first in, first out, nothing fails), so that
//! a run is told in full by its test, its seed and the places at which it departed from that.

use serde::{Deserialize, Serialize};

use crate::mock::Strike;

/// Something of the shared world that an option reads or writes. Two options whose touches do not clash may change places
/// and nothing comes of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touch {
    /// From the general to the particular: `["state", "orders", "o1"]`. A shorter one means all below it.
    pub path: Vec<String>,
    /// False if it is only read.
    pub write: bool,
}

impl Touch {
    /// A read.
    pub fn read<const N: usize>(path: [&str; N]) -> Self {
        Self {
            path: path.map(str::to_owned).to_vec(),
            write: false,
        }
    }

    /// A write.
    pub fn write<const N: usize>(path: [&str; N]) -> Self {
        Self {
            write: true,
            ..Self::read(path)
        }
    }

    /// True if the order of the two can matter.
    pub fn clashes(&self, other: &Touch) -> bool {
        (self.write || other.write) && self.path.iter().zip(&other.path).all(|(one, other)| one == other)
    }
}

/// True if the order of two things with these touches can matter.
pub fn clash(one: &[Touch], other: &[Touch]) -> bool {
    one.iter().any(|touch| other.iter().any(|it| touch.clashes(it)))
}

/// What sort of thing an option is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionKind {
    /// A handler goes on: its call is applied, its timer or the answer to its external call comes.
    GoOn,
    /// A message starts a handler.
    Start,
    /// The test does its next action while consequences of the last one are under way.
    Act,
    /// Time passes, since the test alone could do something at this moment.
    Pass,
    /// Time passes although there is something to do: the queue is slow.
    Wait,
    /// Nothing fails.
    NoFault,
    /// A fault strikes.
    Fault,
}

/// One of several things that could happen next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// In words, unique among the options of its point and the same in another run of the same test:
    /// `ProcessPayment#1: state.set orders/o1`.
    pub label: String,
    /// Who: a handler's run (`ProcessPayment#1`) or a message (`order.created to ProcessPayment, message 1`).
    pub actor: String,
    /// What sort of thing.
    pub kind: OptionKind,
    /// What it is known to touch before it is done.
    pub touches: Vec<Touch>,
}

/// What was decided at one point, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What could have happened; the first is the default.
    pub options: Vec<Choice>,
    /// Place of the one that did.
    pub taken: usize,
    /// What was touched until the next point.
    pub touched: Vec<Touch>,
    /// How many events the trace had at this point.
    pub at: usize,
}

impl Decision {
    /// The option that was taken.
    pub fn choice(&self) -> &Choice {
        &self.options[self.taken]
    }

    /// True if it was asked whether a fault strikes.
    pub fn is_of_fault(&self) -> bool {
        matches!(self.choice().kind, OptionKind::NoFault | OptionKind::Fault)
    }

    /// All that is known of what it touches.
    pub fn touches(&self) -> impl Iterator<Item = &Touch> {
        self.choice().touches.iter().chain(&self.touched)
    }
}

/// Makes the decisions of a run.
pub trait Decide {
    /// The place of the option to take; one that does not exist means the first.
    fn decide(&mut self, options: &[Choice]) -> usize;

    /// True if a fault of this kind may be considered now. Whoever injects none is not asked about any.
    fn may_fault(&self, _: FaultKind) -> bool {
        false
    }

    /// This was done at the last point, where there may have been no other option, and has touched this besides what was
    /// known before.
    fn done(&mut self, _: &Choice, _: &[Touch]) {}

    /// True if no handler may start or go on while another one is under way.
    fn is_serial(&self) -> bool {
        false
    }

    /// The run cannot be serial: a handler is under way that waits for others, or began beside one.
    fn overlapped(&mut self) {}
}

/// What can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// A message is delivered twice.
    Duplicate,
    /// A handler dies before or after one of its calls is applied; its message comes again.
    Crash,
    /// An external service answers with an error, breaks off or never answers.
    External,
    /// A handler that took a message is ended by its time limit.
    Timeout,
}

impl FaultKind {
    /// Every kind.
    pub const ALL: [FaultKind; 4] = [Self::Duplicate, Self::Crash, Self::External, Self::Timeout];

    /// The kind of the fault that an option is called by.
    pub fn of_label(label: &str) -> Option<Self> {
        if label.ends_with(" is delivered twice") {
            Some(Self::Duplicate)
        } else if label.contains(" runs out of time ") {
            Some(Self::Timeout)
        } else if label.contains(" crashes ") {
            Some(Self::Crash)
        } else if Strike::ALL.iter().any(|it| label.ends_with(it.words())) {
            Some(Self::External)
        } else {
            None
        }
    }
}

/// First in, first out, and nothing fails.
#[derive(Debug, Clone, Copy, Default)]
pub struct FirstInFirstOut;

impl Decide for FirstInFirstOut {
    fn decide(&mut self, _: &[Choice]) -> usize {
        0
    }
}

/// One departure from the default.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Departure {
    /// The label of what was done.
    #[serde(rename = "do")]
    pub pick: String,
    /// The label of what would have been done by default.
    pub instead_of: String,
    /// The how manieth time, from 1, that there was this choice; so that the departure stays the same if others are left
    /// out.
    pub time: u32,
}

impl Departure {
    /// True if a fault strikes.
    pub fn is_fault(&self) -> bool {
        FaultKind::of_label(&self.pick).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_write_clashes_and_a_group_holds_its_items() {
        let item = Touch::write(["state", "orders", "o1"]);
        assert!(item.clashes(&Touch::read(["state", "orders", "o1"])));
        assert!(item.clashes(&Touch::read(["state", "orders"])));
        assert!(item.clashes(&Touch::read(["state"])));
        assert!(!item.clashes(&Touch::write(["state", "orders", "o2"])));
        assert!(!item.clashes(&Touch::write(["stream", "orders", "o1"])));
        let read = Touch::read(["state", "orders", "o1"]);
        assert!(!read.clashes(&read.clone()));
    }
}
