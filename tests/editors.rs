//! The editor plugins, in the editors themselves.

mod emacs;

mod neovim;
mod vscode;
