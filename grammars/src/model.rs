//! A lowered module with its scopes: the ground on which every fact is worked out, and the guard that keeps looking
//! things up from running in circles.

use std::cell::{Cell, RefCell};

use crate::ast::{Function, Module};
use crate::scope::Scopes;
use crate::text::Span;

/// How many lookups may nest.
const MAX_NESTING: u32 = 40;

/// How many lookups one question may take in all: code can refer to itself in ways that multiply. A schema of a thousand
/// fields is one question.
const MAX_STEPS: u32 = 40_000;

/// A module with what is known of its names.
pub(crate) struct Model<'a, 't> {
    pub(crate) module: &'a Module<'t>,
    pub(crate) scopes: Scopes<'a, 't>,
    /// The handler and what its parameters stand for, once that is known.
    pub(crate) handler: Option<HandlerRole<'a, 't>>,
    nesting: Cell<u32>,
    steps: Cell<u32>,
    open: RefCell<Vec<Span>>,
}

/// The handler of a step and how the framework calls it.
#[derive(Clone, Copy)]
pub(crate) struct HandlerRole<'a, 't> {
    pub(crate) function: &'a Function<'t>,
    pub(crate) first: FirstParam,
    /// True if something stands between the framework and the function.
    pub(crate) wrapped: bool,
}

/// What the first of two parameters of a handler is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FirstParam {
    /// The request of an HTTP step.
    Request,
    /// The message of an event step.
    Input,
    /// The context itself: a cron step.
    Context,
    /// One of several.
    Unknown,
}

impl<'a, 't> Model<'a, 't> {
    pub(crate) fn of(module: &'a Module<'t>) -> Self {
        let (nesting, steps) = (Cell::new(0), Cell::new(0));
        Self {
            module,
            scopes: Scopes::of(module),
            handler: None,
            nesting,
            steps,
            open: RefCell::default(),
        }
    }

    /// Opens the definition that stands at `span`, until the guard is dropped; nothing if it is open already, that is
    /// if the definition leads back to itself.
    pub(crate) fn enter(&self, span: Span) -> Option<OpenGuard<'_>> {
        let mut open = self.open.borrow_mut();
        if open.contains(&span) {
            return None;
        }
        open.push(span);
        Some(OpenGuard(&self.open))
    }

    /// Takes one step of a lookup; nothing if the question has become too deep or too long.
    pub(crate) fn step(&self) -> Option<StepGuard<'_>> {
        if self.nesting.get() == 0 {
            self.steps.set(0);
        }
        if self.nesting.get() >= MAX_NESTING || self.steps.get() >= MAX_STEPS {
            return None;
        }
        self.nesting.set(self.nesting.get() + 1);
        self.steps.set(self.steps.get() + 1);
        Some(StepGuard(&self.nesting))
    }
}

/// Ends the step when dropped.
pub(crate) struct StepGuard<'g>(&'g Cell<u32>);

impl Drop for StepGuard<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// Closes the innermost definition when dropped.
pub(crate) struct OpenGuard<'g>(&'g RefCell<Vec<Span>>);

impl Drop for OpenGuard<'_> {
    fn drop(&mut self) {
        self.0.borrow_mut().pop();
    }
}
