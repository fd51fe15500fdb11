//! Conditions that users write over what happens in a run: expressions of the Common Expression Language (CEL) with a
//! name. They are read here, where flow tests and settings are; the testkit evaluates them after each run.

use cel::Program;
use cel::common::ast::{EntryExpr, Expr, IdedExpr};

use crate::nearest::nearest;

/// What must hold after every run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invariant {
    /// In words.
    pub name: String,
    /// The expression, which [`problem`] has found nothing wrong with.
    pub holds: String,
}

/// An invariant of the settings, with its place in `banister.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsInvariant {
    /// The invariant.
    pub invariant: Invariant,
    /// Byte at which its expression begins, quotes included.
    pub(crate) start: usize,
    /// 1-based line of the expression.
    pub line: u32,
    /// 1-based column in characters.
    pub column: u32,
}

/// What an expression may ask for.
pub const VARIABLES: [&str; 7] = [
    "events",
    "emitted",
    "state",
    "streams",
    "responses",
    "calls",
    "logs",
];

/// Functions and macros that an expression may use; operators have none of these names.
const FUNCTIONS: [&str; 19] = [
    "all",
    "bool",
    "bytes",
    "contains",
    "double",
    "dyn",
    "endsWith",
    "exists",
    "exists_one",
    "filter",
    "has",
    "int",
    "map",
    "matches",
    "size",
    "startsWith",
    "string",
    "type",
    "uint",
];
/// Names of types, which stand for themselves.
const TYPES: [&str; 9] = [
    "bool",
    "bytes",
    "double",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "uint",
];

/// What is wrong with an expression, and what would be right; `None` if it can be evaluated.
pub fn problem(expression: &str) -> Option<String> {
    let program = match Program::compile(expression) {
        Ok(program) => program,
        Err(errors) => {
            let first = errors.errors.first();
            let text = first.map_or_else(String::new, |it| {
                let message = it.msg.strip_prefix("Syntax error: ").unwrap_or(&it.msg);
                // What follows is a list of everything that could stand there.
                let message = message.split(" expecting ").next().unwrap_or(message);
                format!(": column {}: {message}", it.pos.1)
            });
            return Some(format!("is no CEL expression{text}"));
        }
    };
    Names { bound: Vec::new() }.unknown(program.expression())
}

/// The names that stand for an item inside a macro such as `all(e, …)`.
struct Names<'e> {
    bound: Vec<&'e str>,
}

impl<'e> Names<'e> {
    /// The first name that means nothing.
    fn unknown(&mut self, expression: &'e IdedExpr) -> Option<String> {
        match &expression.expr {
            Expr::Ident(name) => self.unknown_variable(name),
            Expr::Call(call) => {
                let target = call.target.as_deref();
                unknown_function(&call.func_name)
                    .or_else(|| target.and_then(|it| self.unknown(it)))
                    .or_else(|| self.first_of(&call.args))
            }
            Expr::Comprehension(it) => {
                let outside = self
                    .unknown(&it.iter_range)
                    .or_else(|| self.unknown(&it.accu_init));
                if outside.is_some() {
                    return outside;
                }
                let depth = self.bound.len();
                self.bound.push(&it.iter_var);
                self.bound.extend(it.iter_var2.as_deref());
                self.bound.push(&it.accu_var);
                let inside = [&it.loop_cond, &it.loop_step, &it.result];
                let found = inside.into_iter().find_map(|part| self.unknown(part));
                self.bound.truncate(depth);
                found
            }
            Expr::List(list) => self.first_of(&list.elements),
            Expr::Select(select) => self.unknown(&select.operand),
            Expr::Map(map) => map.entries.iter().find_map(|entry| self.of_entry(&entry.expr)),
            Expr::Struct(it) => it.entries.iter().find_map(|entry| self.of_entry(&entry.expr)),
            Expr::Literal(_) | Expr::Unspecified => None,
        }
    }

    fn first_of(&mut self, all: &'e [IdedExpr]) -> Option<String> {
        all.iter().find_map(|one| self.unknown(one))
    }

    fn of_entry(&mut self, entry: &'e EntryExpr) -> Option<String> {
        match entry {
            EntryExpr::StructField(field) => self.unknown(&field.value),
            EntryExpr::MapEntry(entry) => self.unknown(&entry.key).or_else(|| self.unknown(&entry.value)),
        }
    }

    fn unknown_variable(&self, name: &str) -> Option<String> {
        let known = |name: &str| {
            name.starts_with('@')
                || VARIABLES.contains(&name)
                || TYPES.contains(&name)
                || self.bound.contains(&name)
        };
        (!known(name)).then(|| {
            let near = nearest(name, VARIABLES);
            match near {
                Some(near) => format!("asks for `{name}`, did you mean `{near}`?"),
                None => format!("asks for `{name}`; there are {}", VARIABLES.join(", ")),
            }
        })
    }
}

fn unknown_function(name: &str) -> Option<String> {
    let is_operator = !name.starts_with(|c: char| c.is_ascii_alphabetic());
    if is_operator || FUNCTIONS.contains(&name) {
        return None;
    }
    Some(match nearest(name, FUNCTIONS) {
        Some(near) => format!("calls `{name}`, did you mean `{near}`?"),
        None => format!("calls `{name}`; there are {}", FUNCTIONS.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[test]
    fn what_can_be_evaluated_is_taken() {
        for expression in [
            "emitted.filter(e, e.topic == 'paid').size() <= 1",
            "state.all(g, state[g].all(k, has(state[g][k].id)))",
            "calls.map(c, c.url).exists_one(u, u.matches('stripe'))",
            "responses.all(r, r.status < 500) && !(1 in [2, 3]) && -1 < 0",
            "type(size(events)) == int",
            "{'a': logs}.a == logs",
        ] {
            assert_eq!(problem(expression), None, "{expression}");
        }
    }

    #[test]
    fn what_cannot_is_told() {
        for (expression, told) in [
            ("1 +", "is no CEL expression: column 4: mismatched input '<EOF>'"),
            ("emited.size() == 0", "asks for `emited`, did you mean `emitted`?"),
            (
                "e == 1 && emitted.all(e, true)",
                "asks for `e`; there are events, emitted, state, streams, responses, calls, logs",
            ),
            ("siz(emitted) == 0", "calls `siz`, did you mean `size`?"),
            (
                "{'a': nope}.a == 1",
                "asks for `nope`; there are events, emitted, state, streams, responses, calls, logs",
            ),
        ] {
            assert_eq!(problem(expression).as_deref(), Some(told), "{expression}");
        }
    }
}
