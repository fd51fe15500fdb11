//! Mocked services against real interpreters and what they bring along.

mod delays;
mod support;
