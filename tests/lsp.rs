//! `banister lsp`, as an editor sees it: messages over standard input and output.

mod commands;

mod completion;

mod conformance;

mod diagnostics;

mod encoding;

mod lifecycle;

mod navigation;
