//! The flow graph: what `banister graph` prints and the editor shows.
