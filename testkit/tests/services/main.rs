//! Mocked services against real interpreters and what they bring along.

mod bodies;
mod delays;
mod support;
