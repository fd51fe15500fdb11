//! Failures of a service that the test injects, whatever its mock would answer.

/// How an external service fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strike {
    /// It answers 503, though it may have done what it was asked.
    Unavailable,
    /// It answers 401, as it does when the credentials have run out.
    Unauthorized,
    /// The connection breaks off before the answer.
    Reset,
}

impl Strike {
    /// Every one.
    pub const ALL: [Strike; 3] = [Self::Unavailable, Self::Unauthorized, Self::Reset];

    /// What the service does, in words.
    pub fn words(self) -> &'static str {
        match self {
            Strike::Unavailable => "answers 503",
            Strike::Unauthorized => "answers 401",
            Strike::Reset => "breaks off",
        }
    }

    /// As traces and invariants name it under `fault`; a connection that breaks off is called as in a mock.
    pub fn name(self) -> &'static str {
        match self {
            Strike::Unavailable => "unavailable",
            Strike::Unauthorized => "unauthorized",
            Strike::Reset => "reset",
        }
    }

    /// The status that the caller is told; `None` if it gets no answer.
    pub fn status(self) -> Option<u16> {
        match self {
            Strike::Unavailable => Some(503),
            Strike::Unauthorized => Some(401),
            Strike::Reset => None,
        }
    }
}
