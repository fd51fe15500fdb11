//! What every black-box test needs: a clean way to start the binary, copies of projects, expectations in comments.

pub(crate) mod command;
pub(crate) mod conformance;
pub(crate) mod expectations;
pub(crate) mod headless;
pub(crate) mod interpreters;
pub(crate) mod lsp_client;
pub(crate) mod project;
pub(crate) mod validators;
pub(crate) mod watch;
