//! The editor plugins, in the editors themselves.

mod neovim;
mod vscode;
