//! Bytes of one file to a tree to the file's facts. No project, no disk, no protocol.

pub mod text;

pub mod language;

mod stopwatch;

pub mod parse;
pub mod syntax;

mod ast;
mod javascript;
mod lower;
mod python;
mod ruby;
mod typescript;

mod scope;

mod model;
mod resolve;
mod schema;

pub mod extract;
pub mod facts;

pub use extract::request_reads::{RequestReads, request_reads};
pub use extract::{EXTRACTOR, extract, extract_tree, unparsed};
pub use facts::FileFacts;
pub use language::Language;
pub use parse::{MAX_SOURCE_BYTES, ParseBudget, parse, parse_within};
pub use text::{Encoding, LineIndex, Position, Span};

#[cfg(test)]
mod tests;
