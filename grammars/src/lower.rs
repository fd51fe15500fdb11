//! The walk over a tree that every language's lowering shares: one cursor, node kinds and fields as small enums, and
//! a cap on nesting so that no input can overflow the stack.

use std::borrow::Cow;

use tree_sitter::{Tree, TreeCursor};

use crate::ast::{Body, Export, Expr, ExprKind, Import, Module, Name, Opaque, ScopeId, Statement};
use crate::language::Language;
use crate::text::Span;
use crate::{javascript, python, ruby, typescript};

/// How deep the lowering follows expressions and statements into each other. Code that people write stays under
/// fifty; the cap bounds the stack of everything that walks the model.
pub(crate) const MAX_DEPTH: u32 = 200;

/// Lowers one tree to the neutral model.
pub(crate) fn lower<'t>(language: Language, tree: &'t Tree, text: &'t str) -> Module<'t> {
    match language {
        Language::TypeScript => typescript::lower(tree, text),
        Language::JavaScript => javascript::lower(tree, text),
        Language::Python => python::lower(tree, text),
        Language::Ruby => ruby::lower(tree, text),
    }
}

/// Node kinds and fields of one grammar by their numbers, so that a visit compares bytes and not names.
pub(crate) struct Tables<K, F> {
    kinds: Vec<K>,
    fields: Vec<F>,
}

impl<K: Copy, F: Copy> Tables<K, F> {
    pub(crate) fn new(
        grammar: &tree_sitter::Language,
        kinds: &[(&str, K)],
        other: K,
        fields: &[(&str, F)],
        none: F,
    ) -> Self {
        let mut by_id = vec![other; grammar.node_kind_count()];
        for pass_named in [false, true] {
            // A named node wins over a token of the same name: `string` is also a keyword of TypeScript.
            for (id, slot) in by_id.iter_mut().enumerate() {
                let id = u16::try_from(id).unwrap_or(u16::MAX);
                let found = grammar
                    .node_kind_for_id(id)
                    .filter(|_| grammar.node_kind_is_named(id) == pass_named);
                let has_named = |name: &str| grammar.id_for_node_kind(name, true) != 0;
                if let Some((name, kind)) = kinds.iter().find(|(name, _)| Some(*name) == found)
                    && (pass_named || !has_named(name))
                {
                    *slot = *kind;
                }
            }
        }
        let mut by_field = vec![none; grammar.field_count() + 1];
        for (name, field) in fields {
            if let Some(id) = grammar.field_id_for_name(name) {
                by_field[id.get() as usize] = *field;
            }
        }
        Self {
            kinds: by_id,
            fields: by_field,
        }
    }
}

/// Declares a grammar's `Kind` and `Field` enums with the names that they stand for.
macro_rules! vocabulary {
    (kinds { $($kind:ident = $kind_name:literal),* $(,)? } fields { $($field:ident = $field_name:literal),* $(,)? }) => {
        /// The kinds of nodes that the lowering tells apart.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Kind { Other, Error, $($kind),* }

        /// The fields that the lowering tells apart.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Field { None, $($field),* }

        pub(crate) fn tables(grammar: &tree_sitter::Language) -> crate::lower::Tables<Kind, Field> {
            crate::lower::Tables::new(
                grammar,
                &[$(($kind_name, Kind::$kind)),*],
                Kind::Other,
                &[$(($field_name, Field::$field)),*],
                Field::None,
            )
        }
    };
}
pub(crate) use vocabulary;

/// A cursor over a tree with the state of a lowering. Each language writes its lowering as methods of its own
/// instance of this type.
pub(crate) struct Walker<'t, K: 'static, F: 'static> {
    text: &'t str,
    cursor: TreeCursor<'t>,
    tables: &'static Tables<K, F>,
    error: K,
    depth: u32,
    scopes: u32,
    too_deep: Option<Span>,
    pub(crate) imports: Vec<Import<'t>>,
    pub(crate) exports: Vec<Export<'t>>,
}

impl<'t, K: Copy + PartialEq, F: Copy + PartialEq> Walker<'t, K, F> {
    pub(crate) fn new(tree: &'t Tree, text: &'t str, tables: &'static Tables<K, F>, error: K) -> Self {
        let (imports, exports) = (Vec::new(), Vec::new());
        // Scope 0 is the module's.
        Self {
            text,
            cursor: tree.walk(),
            tables,
            error,
            depth: 0,
            scopes: 1,
            too_deep: None,
            imports,
            exports,
        }
    }

    /// The module of these top-level statements.
    pub(crate) fn finish(self, language: Language, statements: Vec<Statement<'t>>) -> Module<'t> {
        Module {
            language,
            body: Body {
                scope: Some(ScopeId::MODULE),
                statements,
            },
            imports: self.imports,
            exports: self.exports,
            scopes: self.scopes,
            too_deep: self.too_deep,
        }
    }

    /// The kind of the current node.
    pub(crate) fn kind(&self) -> K {
        let id = self.cursor.node().kind_id();
        // The error kind's number lies outside of the grammar's table.
        self.tables.kinds.get(id as usize).copied().unwrap_or(self.error)
    }

    /// The field of its parent that the current node is.
    pub(crate) fn field(&self) -> F {
        let id = self.cursor.field_id().map_or(0, |id| id.get() as usize);
        self.tables.fields[id]
    }

    pub(crate) fn span(&self) -> Span {
        let node = self.cursor.node();
        Span::new(node.start_byte(), node.end_byte())
    }

    /// The text of the current node.
    pub(crate) fn slice(&self) -> &'t str {
        self.span().slice(self.text)
    }

    /// The place inside the quotes of the string under the cursor. One that has no end yet may end in any letter, which is
    /// no quote then.
    pub(crate) fn inside_quotes(&self) -> Span {
        let is_closed = self.slice().ends_with(|last: char| last.is_ascii());
        unquoted(self.span(), 1, usize::from(is_closed))
    }

    /// The text of any place of the source.
    pub(crate) fn text_of(&self, span: Span) -> &'t str {
        span.slice(self.text)
    }

    /// The current node as an identifier.
    pub(crate) fn name(&self) -> Name<'t> {
        Name {
            text: self.slice(),
            span: self.span(),
        }
    }

    /// True if the parser made the current node up to go on.
    pub(crate) fn is_missing(&self) -> bool {
        self.cursor.node().is_missing()
    }

    /// Visits the children of the current node; the cursor is back on it afterwards.
    pub(crate) fn each_child(&mut self, mut visit: impl FnMut(&mut Self)) {
        if !self.cursor.goto_first_child() {
            return;
        }
        loop {
            visit(self);
            if !self.cursor.goto_next_sibling() {
                break;
            }
        }
        self.cursor.goto_parent();
    }

    /// Runs `inner` one level deeper, or gives up with nothing if that is too deep.
    pub(crate) fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            let span = self.span();
            self.too_deep.get_or_insert(span);
            return None;
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        Some(result)
    }

    pub(crate) fn new_scope(&mut self) -> ScopeId {
        let scope = ScopeId(self.scopes);
        self.scopes += 1;
        scope
    }
}

/// The strings inside `span`, one byte of quote at each end.
pub(crate) fn unquoted(span: Span, open: usize, close: usize) -> Span {
    let (start, end) = (
        span.start as usize + open,
        (span.end as usize).saturating_sub(close),
    );
    Span::new(start, end.max(start))
}

/// The inside of a string that is written without prefix, escapes or holes: the usual one, which needs no visit of its
/// children. `holes` is what a hole could start with.
pub(crate) fn plain_string(written: &str, holes: Option<char>) -> Option<&str> {
    let quote = written.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let inner = written.get(1..)?.strip_suffix(quote)?;
    let has_hole = quote == '"' && holes.is_some_and(|hole| inner.contains(hole));
    let is_plain = !has_hole && !inner.contains(['\\', quote]);
    is_plain.then_some(inner)
}

/// Appends text to a piece of text, borrowing as long as there is only one.
pub(crate) fn append<'t>(to: &mut Cow<'t, str>, text: Cow<'t, str>) {
    if to.is_empty() {
        *to = text;
    } else if !text.is_empty() {
        to.to_mut().push_str(&text);
    }
}

/// A number as written in any of the languages: `1_000`, `0x1f`, `1.5e3`, `10n`.
pub(crate) fn number(written: &str) -> Option<serde_json::Number> {
    let plain: String = written.chars().filter(|c| *c != '_').collect();
    let plain = plain.strip_suffix('n').unwrap_or(&plain);
    let lower = plain.to_ascii_lowercase();
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = lower.strip_prefix(prefix) {
            return i64::from_str_radix(digits, radix).ok().map(Into::into);
        }
    }
    if let Ok(integer) = plain.parse::<i64>() {
        return Some(integer.into());
    }
    plain.parse::<f64>().ok().and_then(serde_json::Number::from_f64)
}

/// What a backslash escape of a string stands for, in the part that the languages share; nothing if it is not known.
pub(crate) fn unescape(escape: &str) -> Option<Cow<'static, str>> {
    let body = escape.strip_prefix('\\')?;
    let simple = match body {
        "n" => "\n",
        "t" => "\t",
        "r" => "\r",
        "0" => "\0",
        "b" => "\u{8}",
        "f" => "\u{c}",
        "v" => "\u{b}",
        "e" => "\u{1b}",
        "\\" => "\\",
        "'" => "'",
        "\"" => "\"",
        "`" => "`",
        "#" => "#",
        "$" => "$",
        "/" => "/",
        "\n" | "\r\n" => "",
        _ => {
            let digits = body.strip_prefix(['x', 'u', 'U'])?;
            let digits = digits.trim_start_matches('{').trim_end_matches('}');
            let code = u32::from_str_radix(digits, 16).ok()?;
            return char::from_u32(code).map(|c| Cow::Owned(c.to_string()));
        }
    };
    Some(Cow::Borrowed(simple))
}

/// The opaque expression of some parts.
pub(crate) fn opaque<'t>(span: Span, what: Opaque, parts: Vec<Expr<'t>>) -> Expr<'t> {
    Expr::new(span, ExprKind::Opaque(what, parts))
}
