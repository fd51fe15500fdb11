//! What goes wrong in a handler, and what is told of it.
