//! One diagnostic model, many renderers.

pub(crate) mod full;
pub(crate) mod json;
pub(crate) mod problem;
pub(crate) mod summary;
