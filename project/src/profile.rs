//! Which framework a flow test plays: the released one, or the one that documents about it describe.

/// The semantics that a run has where releases and documents differ. docs/flow-tests.md lists the differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// The framework as released in 0.17, with its in-memory adapters.
    Motia017,
    /// The framework as documents about it show it.
    Seed,
}

impl Profile {
    /// Names as settings and flow tests write them.
    pub const NAMES: [&'static str; 2] = ["motia-0.17", "seed"];

    /// The profile of a name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "motia-0.17" => Some(Profile::Motia017),
            "seed" => Some(Profile::Seed),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Motia017 => "motia-0.17",
            Profile::Seed => "seed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for name in Profile::NAMES {
            assert_eq!(Profile::parse(name).map(Profile::name), Some(name));
        }
        assert_eq!(Profile::parse("motia"), None);
    }
}
