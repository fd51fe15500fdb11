//! The forms of the users' documents.
