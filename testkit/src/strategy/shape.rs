//! A schema made ready for generation: nodes with a branch for each way to satisfy them, references already followed.

use std::ops::{BitAnd, BitOr, Not};

use jsonschema::Validator;
use regex::Regex;
use serde_json::Value as Json;

use super::number::Numbers;
use super::pattern::Pattern;

/// A node's place in the list of all.
pub(super) type NodeId = usize;

/// A height that no value has: the branch refers to itself without an end.
pub(super) const ENDLESS: u32 = u32::MAX;

/// What must hold of one part of a value, as alternatives.
#[derive(Default)]
pub(super) struct Node {
    pub(super) branches: Vec<Branch>,
    /// Numbers of branches to draw from; the likelier ones stand there more often.
    pub(super) lots: Vec<usize>,
    /// The branch with the flattest values.
    pub(super) flattest: usize,
    /// Levels of the flattest value.
    pub(super) height: u32,
    /// True if a part of such a value can be such a value again; of nodes on the same circle, one at least says so.
    pub(super) is_recursive: bool,
    /// Values that the schema's author gave.
    pub(super) examples: Vec<Json>,
}

/// One way to satisfy a node.
pub(super) struct Branch {
    pub(super) shape: Shape,
    pub(super) height: u32,
    /// Values that `not` takes away.
    pub(super) excluded: Vec<Json>,
    /// True for a type that the schema allows only since it does not speak of it: made if nothing else can be.
    pub(super) is_last_resort: bool,
    /// Its place in the counters of edges.
    pub(super) counter: usize,
}

/// Values of one type, or from a list.
pub(super) enum Shape {
    Choices(Vec<Json>),
    Null,
    Bool,
    Number(Numbers),
    Text(Texts),
    Array(Items),
    Object(Fields),
    /// Whatever JSON can say.
    Anything,
}

/// Texts of a length, by format and pattern.
pub(super) struct Texts {
    /// Where the schema stands, for people.
    pub(super) place: String,
    pub(super) low: usize,
    pub(super) high: usize,
    pub(super) format: Option<String>,
    pub(super) pattern: Option<Pattern>,
    /// Judges texts that need not be right as they are made.
    pub(super) judge: Option<Validator>,
}

/// The items of an array.
pub(super) struct Items {
    pub(super) low: usize,
    pub(super) high: usize,
    pub(super) first: Vec<NodeId>,
    pub(super) rest: NodeId,
    pub(super) unique: bool,
    /// Two items must be equal.
    pub(super) repeated: bool,
    pub(super) contains: Vec<Contained>,
}

/// Items that must be among the others.
pub(super) struct Contained {
    /// The item at each of the first places.
    pub(super) first: Vec<NodeId>,
    /// The item at a later place.
    pub(super) rest: NodeId,
    pub(super) low: usize,
    pub(super) high: usize,
}

/// The properties of an object.
pub(super) struct Fields {
    pub(super) low: usize,
    pub(super) high: usize,
    pub(super) known: Vec<Field>,
    pub(super) patterns: Vec<(Pattern, Regex, NodeId)>,
    /// Properties of other names.
    pub(super) other: NodeId,
    /// True if the schema speaks of properties of other names and allows them.
    pub(super) open: bool,
    /// Properties of other names that must be there.
    pub(super) unknown: usize,
    pub(super) names: Option<NodeId>,
    /// What must be there if something else is: places in `known`.
    pub(super) dependent: Vec<(usize, Vec<usize>)>,
}

/// A property with a name.
pub(super) struct Field {
    pub(super) name: String,
    pub(super) node: NodeId,
    pub(super) required: bool,
}

/// A set of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    pub(super) const NONE: Self = Self(0);
    pub(super) const NULL: Self = Self(1);
    pub(super) const BOOL: Self = Self(2);
    pub(super) const WHOLE: Self = Self(4);
    pub(super) const FRACTION: Self = Self(8);
    pub(super) const NUMBER: Self = Self(4 | 8);
    pub(super) const TEXT: Self = Self(16);
    pub(super) const ARRAY: Self = Self(32);
    pub(super) const OBJECT: Self = Self(64);
    pub(super) const ALL: Self = Self(127);

    /// The types that `type` names.
    pub(super) fn named(names: &Json) -> Self {
        let one = |name: &Json| match name.as_str() {
            Some("null") => Self::NULL,
            Some("boolean") => Self::BOOL,
            Some("integer") => Self::WHOLE,
            Some("number") => Self::NUMBER,
            Some("string") => Self::TEXT,
            Some("array") => Self::ARRAY,
            Some("object") => Self::OBJECT,
            _ => Self::NONE,
        };
        match names {
            Json::Array(names) => names.iter().map(one).fold(Self::NONE, BitOr::bitor),
            name => one(name),
        }
    }

    pub(super) fn of(value: &Json) -> Self {
        match value {
            Json::Null => Self::NULL,
            Json::Bool(_) => Self::BOOL,
            Json::Number(number) if number.as_f64().is_some_and(|it| it.fract() != 0.0) => Self::FRACTION,
            Json::Number(_) => Self::WHOLE,
            Json::String(_) => Self::TEXT,
            Json::Array(_) => Self::ARRAY,
            Json::Object(_) => Self::OBJECT,
        }
    }

    pub(super) fn has(self, other: Self) -> bool {
        self & other != Self::NONE
    }
}

impl BitAnd for Types {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for Types {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Not for Types {
    type Output = Self;

    fn not(self) -> Self {
        Self(!self.0 & Self::ALL.0)
    }
}
