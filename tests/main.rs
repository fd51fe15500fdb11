//! Black-box tests of the `banister` binary.
