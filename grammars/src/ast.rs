//! The neutral model of a module: what every language is lowered to, so that facts are read off once for all of them.
//!
//! It keeps what facts need — bindings, calls, literals, functions, classes — and folds the rest into
//! [`ExprKind::Opaque`], whose parts are still walked. Texts borrow from the source.

use std::borrow::Cow;

use crate::facts::ParamKind;
use crate::language::Language;
use crate::text::Span;

/// A scope of names, numbered by the lowering in source order. The module's own scope is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ScopeId(pub(crate) u32);

impl ScopeId {
    pub(crate) const MODULE: ScopeId = ScopeId(0);

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// One file.
#[derive(Debug)]
pub(crate) struct Module<'t> {
    pub(crate) language: Language,
    pub(crate) body: Body<'t>,
    pub(crate) imports: Vec<Import<'t>>,
    pub(crate) exports: Vec<Export<'t>>,
    /// How many scopes were numbered.
    pub(crate) scopes: u32,
    /// Where nesting went over the cap, if it did: deeper parts are missing from the model.
    pub(crate) too_deep: Option<Span>,
}

/// Statements in a row.
#[derive(Debug)]
pub(crate) struct Body<'t> {
    /// The scope that the statements open; none where the language gives blocks no scope of their own.
    pub(crate) scope: Option<ScopeId>,
    pub(crate) statements: Vec<Statement<'t>>,
}

/// An identifier where it is introduced.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
}

#[derive(Debug)]
pub(crate) struct Import<'t> {
    pub(crate) module: Cow<'t, str>,
    pub(crate) span: Span,
    /// The names it binds: (name in the other module, local name).
    pub(crate) names: Vec<(&'t str, &'t str)>,
    /// False if an ordinary binding of the module already holds the names (`const x = require('y')`).
    pub(crate) declares: bool,
    /// True for a module named by its place relative to this file.
    pub(crate) relative: bool,
}

#[derive(Debug)]
pub(crate) struct Export<'t> {
    /// The name for other modules; `default` for a default export and for `module.exports = …`, `*` for all names
    /// of `from`.
    pub(crate) name: &'t str,
    /// The binding of the module's scope, or the other module's name if `from` is set.
    pub(crate) local: &'t str,
    /// The module of a re-export.
    pub(crate) from: Option<Cow<'t, str>>,
}

#[derive(Debug)]
pub(crate) enum Statement<'t> {
    Bind(Bind<'t>),
    Expr(Expr<'t>),
    Return(Option<Expr<'t>>),
    Function(Box<Function<'t>>),
    Class(Box<Class<'t>>),
    Nested(Nested<'t>),
}

/// Any compound statement: conditions, loops, `try`, `switch`, `throw`.
#[derive(Debug, Default)]
pub(crate) struct Nested<'t> {
    /// How many of the first bodies run whenever the statement does: that of a plain block or of `try`.
    pub(crate) certain: usize,
    /// True if it ends the function or may do so by itself: `throw`, `raise`, `assert`.
    pub(crate) leaves: bool,
    pub(crate) heads: Vec<Expr<'t>>,
    pub(crate) bodies: Vec<Body<'t>>,
}

/// A declaration or an assignment.
#[derive(Debug)]
pub(crate) struct Bind<'t> {
    pub(crate) pattern: Pattern<'t>,
    /// Absent where the value cannot be said (a caught error, a `delete`).
    pub(crate) value: Option<Expr<'t>>,
    /// The annotation in languages whose annotations are expressions; of TypeScript only `Name['text']`.
    pub(crate) annotation: Option<Expr<'t>>,
    pub(crate) mode: BindMode,
}

/// Which scope a [`Bind`] writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BindMode {
    /// Declares in the innermost scope (`let`, `const`).
    Block,
    /// Declares in the scope of the innermost function (`var`, Python and Ruby assignment).
    Function,
    /// Writes to what is already declared.
    Assign,
}

#[derive(Debug)]
pub(crate) enum Pattern<'t> {
    Name(Name<'t>),
    Object(Vec<PatternEntry<'t>>),
    Array(Vec<Option<Pattern<'t>>>),
    Rest(Box<Pattern<'t>>),
    /// A place inside a value: `x.y = …`, `x['y'] = …`.
    Place(Expr<'t>),
    Unknown,
}

#[derive(Debug)]
pub(crate) enum PatternEntry<'t> {
    Key {
        key: Cow<'t, str>,
        key_span: Span,
        pattern: Pattern<'t>,
        default: Option<Expr<'t>>,
    },
    Rest(Pattern<'t>),
}

#[derive(Debug)]
pub(crate) struct Function<'t> {
    /// The scope of parameters and body; also the function's identity.
    pub(crate) scope: ScopeId,
    pub(crate) name: Option<Name<'t>>,
    pub(crate) span: Span,
    pub(crate) params: Vec<Param<'t>>,
    pub(crate) body: Body<'t>,
    pub(crate) is_async: bool,
    /// True for a Ruby block: its assignments reach the method around it.
    pub(crate) is_block: bool,
    /// True if the last statement is the result (Ruby).
    pub(crate) implicit_return: bool,
    /// True if a decorator stands above it, which may put anything in its place (Python).
    pub(crate) is_decorated: bool,
}

#[derive(Debug)]
pub(crate) struct Param<'t> {
    /// As written, annotation and default included.
    pub(crate) span: Span,
    pub(crate) kind: ParamKind,
    pub(crate) pattern: Pattern<'t>,
    pub(crate) default: Option<Expr<'t>>,
    /// True for TypeScript's `x?`.
    pub(crate) optional: bool,
}

impl<'t> Param<'t> {
    pub(crate) fn plain(span: Span, pattern: Pattern<'t>, default: Option<Expr<'t>>) -> Self {
        let kind = ParamKind::Positional;
        Self {
            span,
            kind,
            pattern,
            default,
            optional: false,
        }
    }

    pub(crate) fn of_kind(mut self, kind: ParamKind) -> Self {
        self.kind = kind;
        self
    }
}

#[derive(Debug)]
pub(crate) struct Class<'t> {
    pub(crate) name: Option<Name<'t>>,
    pub(crate) span: Span,
    pub(crate) bases: Vec<Expr<'t>>,
    /// Always has a scope of its own: the members.
    pub(crate) scope: ScopeId,
    pub(crate) body: Vec<Statement<'t>>,
}

#[derive(Debug)]
pub(crate) struct Expr<'t> {
    pub(crate) span: Span,
    pub(crate) kind: ExprKind<'t>,
}

#[derive(Debug)]
pub(crate) enum ExprKind<'t> {
    /// A plain string (or symbol); `inner` is what stands between its quotes.
    Text {
        value: Cow<'t, str>,
        inner: Span,
    },
    /// A string with holes.
    Template(Vec<Piece<'t>>),
    Number(Option<serde_json::Number>),
    Bool(bool),
    Null,
    List(Vec<Expr<'t>>),
    Object(Vec<Entry<'t>>),
    Name(&'t str),
    Member(Box<Member<'t>>),
    Index(Box<(Expr<'t>, Expr<'t>)>),
    Call(Box<Call<'t>>),
    Await(Box<Expr<'t>>),
    Spread(Box<Expr<'t>>),
    /// `test ? a : b`.
    Choice(Box<[Expr<'t>; 3]>),
    /// `a || b`, `a ?? b`, `a or b`.
    Either(Box<(Expr<'t>, Expr<'t>)>),
    /// `a && b`, `a and b`.
    Both(Box<(Expr<'t>, Expr<'t>)>),
    /// `a + b`.
    Plus(Box<(Expr<'t>, Expr<'t>)>),
    Cast(Box<Cast<'t>>),
    Function(Box<Function<'t>>),
    Class(Box<Class<'t>>),
    Assign(Box<Bind<'t>>),
    /// One of the items of a list.
    Element(Box<Expr<'t>>),
    /// A compound statement used as a value (Ruby's `if`, `case`, `begin`).
    Compound(Box<Nested<'t>>),
    /// Anything else, with the parts that are still to be walked.
    Opaque(Opaque, Vec<Expr<'t>>),
}

/// What is known of the type of an [`ExprKind::Opaque`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opaque {
    Unknown,
    Boolean,
    Number,
    Text,
    List,
    Object,
    /// The part is thrown away (`void x`).
    Dropped,
    /// Nothing yet: a variable that is declared without a value.
    Unset,
}

#[derive(Debug)]
pub(crate) enum Piece<'t> {
    Text(Cow<'t, str>),
    Hole(Expr<'t>),
}

#[derive(Debug)]
pub(crate) enum Entry<'t> {
    Pair {
        key: Cow<'t, str>,
        key_span: Span,
        value: Expr<'t>,
    },
    Spread(Expr<'t>),
    Computed {
        key: Expr<'t>,
        value: Expr<'t>,
    },
}

#[derive(Debug)]
pub(crate) struct Member<'t> {
    pub(crate) object: Expr<'t>,
    pub(crate) name: &'t str,
    pub(crate) name_span: Span,
}

#[derive(Debug)]
pub(crate) struct Call<'t> {
    pub(crate) callee: Expr<'t>,
    /// Keyword arguments come last, as one object.
    pub(crate) args: Vec<Expr<'t>>,
    pub(crate) is_new: bool,
    /// True if the last argument stands for keyword arguments.
    pub(crate) keywords: bool,
}

#[derive(Debug)]
pub(crate) struct Cast<'t> {
    pub(crate) value: Expr<'t>,
    /// The strings of a cast to a union of literals.
    pub(crate) literals: Vec<Cow<'t, str>>,
    /// The type of the form `Name['text']`, as an expression.
    pub(crate) target: Option<Expr<'t>>,
}

impl<'t> Expr<'t> {
    pub(crate) fn new(span: Span, kind: ExprKind<'t>) -> Self {
        Self { span, kind }
    }

    /// An expression of which nothing is known.
    pub(crate) fn unknown(span: Span) -> Self {
        Self {
            span,
            kind: ExprKind::Opaque(Opaque::Unknown, Vec::new()),
        }
    }

    pub(crate) fn name(name: Name<'t>) -> Self {
        Self {
            span: name.span,
            kind: ExprKind::Name(name.text),
        }
    }

    /// The text of a plain string.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Text { value, .. } => Some(value),
            _ => None,
        }
    }

    pub(crate) fn as_name(&self) -> Option<&'t str> {
        match &self.kind {
            ExprKind::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The expression under casts.
    pub(crate) fn uncast(&self) -> &Expr<'t> {
        let mut expr = self;
        while let ExprKind::Cast(cast) = &expr.kind {
            expr = &cast.value;
        }
        expr
    }
}

impl<'t> Expr<'t> {
    /// Visits the direct parts that are evaluated here. Functions, classes, assignments and compounds bring
    /// statements or scopes of their own and are left to the visitor.
    pub(crate) fn each_part<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr<'t>)) {
        match &self.kind {
            ExprKind::Template(pieces) => {
                for piece in pieces {
                    if let Piece::Hole(hole) = piece {
                        visit(hole);
                    }
                }
            }
            ExprKind::List(items) | ExprKind::Opaque(_, items) => items.iter().for_each(visit),
            ExprKind::Object(entries) => {
                for entry in entries {
                    match entry {
                        Entry::Pair { value, .. } | Entry::Spread(value) => visit(value),
                        Entry::Computed { key, value } => {
                            visit(key);
                            visit(value);
                        }
                    }
                }
            }
            ExprKind::Member(member) => visit(&member.object),
            ExprKind::Index(pair) | ExprKind::Either(pair) | ExprKind::Both(pair) | ExprKind::Plus(pair) => {
                visit(&pair.0);
                visit(&pair.1);
            }
            ExprKind::Call(call) => {
                visit(&call.callee);
                call.args.iter().for_each(visit);
            }
            ExprKind::Await(inner) | ExprKind::Spread(inner) | ExprKind::Element(inner) => visit(inner),
            ExprKind::Choice(parts) => parts.iter().for_each(visit),
            ExprKind::Cast(cast) => visit(&cast.value),
            ExprKind::Text { .. }
            | ExprKind::Number(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Name(_)
            | ExprKind::Function(_)
            | ExprKind::Class(_)
            | ExprKind::Assign(_)
            | ExprKind::Compound(_) => {}
        }
    }
}

impl<'t> Call<'t> {
    /// The positional arguments.
    pub(crate) fn positional(&self) -> &[Expr<'t>] {
        if self.keywords {
            self.args.split_last().map_or(&[], |(_, rest)| rest)
        } else {
            &self.args
        }
    }

    /// The value of a keyword argument.
    pub(crate) fn keyword(&self, name: &str) -> Option<&Expr<'t>> {
        let last = if self.keywords {
            self.args.last()?
        } else {
            return None;
        };
        match &last.kind {
            ExprKind::Object(entries) => entry(entries, name),
            _ => None,
        }
    }
}

/// The value of the last pair of that name.
pub(crate) fn entry<'a, 't>(entries: &'a [Entry<'t>], name: &str) -> Option<&'a Expr<'t>> {
    entries.iter().rev().find_map(|entry| match entry {
        Entry::Pair { key, value, .. } if key == name => Some(value),
        _ => None,
    })
}
