//! One file for each request, named as the protocol names it.

pub(crate) mod completion;

pub(crate) mod definition;

pub(crate) mod document_symbol;

pub(crate) mod hover;

pub(crate) mod references;
