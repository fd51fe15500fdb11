//! Whole sessions over pipes in memory: the real transport, edge, owner and workers.

mod completion;

mod faults;

mod features;

mod flow_files;

mod lifecycle;

mod random_sessions;

mod untrusted;
