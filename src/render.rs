//! One diagnostic model, many renderers.

pub(crate) mod entry;

pub(crate) mod concise;
pub(crate) mod full;
pub(crate) mod github;
pub(crate) mod gitlab;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod sarif;

pub(crate) mod problem;
pub(crate) mod summary;
