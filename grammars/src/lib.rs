//! Bytes of one file to a tree to the file's facts. No project, no disk, no protocol.

pub mod text;

pub mod language;

pub mod facts;

pub use facts::FileFacts;
pub use language::Language;
pub use text::{Encoding, LineIndex, Position, Span};
