//! The opposite of a schema, as the ways to break one of its keywords.

use serde_json::Value as Json;

use super::document::escape;
use super::flat::{Flat, Literal};
use super::shape::Types;

/// One way to break a schema: what else must hold, and what the value itself must be.
pub(super) struct Breach {
    pub(super) literals: Vec<Literal>,
    apply: Box<dyn Fn(&mut Flat)>,
}

impl Breach {
    fn of(types: Types, apply: impl Fn(&mut Flat) + 'static) -> Self {
        Self {
            literals: Vec::new(),
            apply: Box::new(move |flat| {
                flat.types = flat.types & types;
                flat.imply(types);
                apply(flat);
            }),
        }
    }

    fn by(literals: Vec<Literal>) -> Self {
        Self {
            literals,
            apply: Box::new(|_| {}),
        }
    }

    /// Another value than these.
    fn excluding(values: Vec<Json>) -> Self {
        Self {
            literals: Vec::new(),
            apply: Box::new(move |flat| flat.excluded.extend(values.iter().cloned())),
        }
    }

    /// False if nothing is left.
    pub(super) fn apply(&self, flat: &mut Flat) -> bool {
        (self.apply)(flat);
        flat.types != Types::NONE
    }
}

/// The ways to break the schema at `place`; none if everything satisfies it. What cannot be broken on purpose is left to
/// the validator.
pub(super) fn breaches(schema: &Json, place: &str, target: impl Fn(&str) -> Option<String>) -> Vec<Breach> {
    let Some(fields) = schema.as_object() else {
        return if *schema == Json::Bool(false) {
            vec![Breach::by(Vec::new())]
        } else {
            Vec::new()
        };
    };
    let mut out = Vec::new();
    let mut is_unclear = false;
    let list = |key: &str| fields.get(key).and_then(Json::as_array).map_or(0, Vec::len);
    let each = |key: &str, literal: fn(String) -> Literal| -> Vec<Literal> {
        (0..list(key))
            .map(|at| literal(format!("{place}/{key}/{at}")))
            .collect()
    };
    for (key, value) in fields {
        match key.as_str() {
            "$ref" | "$dynamicRef" => {
                let target = value.as_str().and_then(&target);
                out.extend(target.map(|it| Breach::by(vec![Literal::not(it)])));
            }
            "allOf" => out.extend(
                each("allOf", Literal::not)
                    .into_iter()
                    .map(|it| Breach::by(vec![it])),
            ),
            "anyOf" => out.push(Breach::by(each("anyOf", Literal::not))),
            "oneOf" => {
                out.push(Breach::by(each("oneOf", Literal::not)));
                if let [first, second, ..] = &each("oneOf", Literal::of)[..] {
                    out.push(Breach::by(vec![first.clone(), second.clone()]));
                }
            }
            "not" => out.push(Breach::by(vec![Literal::of(format!("{place}/not"))])),
            "then" | "else" if fields.contains_key("if") => {
                let condition = format!("{place}/if");
                let condition = if key == "then" {
                    Literal::of(condition)
                } else {
                    Literal::not(condition)
                };
                out.push(Breach::by(vec![
                    condition,
                    Literal::not(format!("{place}/{key}")),
                ]));
            }
            _ => match of_keyword(key, value, place) {
                Some(breach) => out.extend(breach),
                None => is_unclear |= !IGNORED.contains(&key.as_str()),
            },
        }
    }
    if is_unclear {
        out.push(Breach::by(Vec::new()));
    }
    out
}

/// Keywords that allow everything.
const IGNORED: [&str; 19] = [
    "if",
    "then",
    "else",
    "$defs",
    "definitions",
    "$schema",
    "$id",
    "$anchor",
    "$dynamicAnchor",
    "$comment",
    "$vocabulary",
    "title",
    "description",
    "default",
    "examples",
    "example",
    "deprecated",
    "readOnly",
    "writeOnly",
];

fn of_keyword(key: &str, value: &Json, place: &str) -> Option<Vec<Breach>> {
    match value.as_f64() {
        Some(number) => of_bound(key, number).map(|breach| breach.into_iter().collect()),
        None => of_value(key, value)
            .or_else(|| of_items(key, value, place))
            .or_else(|| of_properties(key, value, place)),
    }
}

/// A keyword with a number; the inner nothing stands for a bound that cannot be broken.
fn of_bound(key: &str, number: f64) -> Option<Option<Breach>> {
    let count = number as usize;
    let fewer = |types: Types, apply: fn(&mut Flat, usize)| {
        let below = count.checked_sub(1)?;
        Some(Breach::of(types, move |flat| apply(flat, below)))
    };
    let more = |types: Types, apply: fn(&mut Flat, usize)| {
        let above = count.saturating_add(1);
        Some(Breach::of(types, move |flat| apply(flat, above)))
    };
    Some(match key {
        "minimum" | "exclusiveMinimum" => {
            let open = key == "minimum";
            Some(Breach::of(Types::NUMBER, move |flat| {
                flat.not_above(number, open)
            }))
        }
        "maximum" | "exclusiveMaximum" => {
            let open = key == "maximum";
            Some(Breach::of(Types::NUMBER, move |flat| {
                flat.not_below(number, open)
            }))
        }
        // Most numbers are no multiple; the validator tells.
        "multipleOf" => Some(Breach::of(Types::NUMBER, |_| {})),
        "minLength" => fewer(Types::TEXT, Flat::lengths_to),
        "maxLength" => more(Types::TEXT, Flat::lengths_from),
        "minItems" => fewer(Types::ARRAY, Flat::items_to),
        "maxItems" => more(Types::ARRAY, Flat::items_from),
        "minProperties" => fewer(Types::OBJECT, Flat::properties_to),
        "maxProperties" => more(Types::OBJECT, Flat::properties_from),
        "const" => Some(Breach::excluding(vec![Json::from(number)])),
        _ => return None,
    })
}

fn of_value(key: &str, value: &Json) -> Option<Vec<Breach>> {
    let breach = match key {
        "type" => {
            let types = !Types::named(value);
            Breach::of(types, |flat| flat.is_typed = true)
        }
        "enum" => Breach::excluding(value.as_array().cloned().unwrap_or_default()),
        "const" => Breach::excluding(vec![value.clone()]),
        "pattern" | "format" => Breach::of(Types::TEXT, |_| {}),
        _ => return None,
    };
    Some(vec![breach])
}

fn of_items(key: &str, value: &Json, place: &str) -> Option<Vec<Breach>> {
    let literal = Literal::not(format!("{place}/{key}"));
    Some(match key {
        "uniqueItems" if *value == Json::Bool(true) => vec![Breach::of(Types::ARRAY, |flat| {
            flat.repeated = true;
            flat.items_from(2);
        })],
        "uniqueItems" => Vec::new(),
        "contains" => vec![Breach::of(Types::ARRAY, move |flat| {
            flat.each.push(literal.clone());
        })],
        "items" | "prefixItems" if value.is_array() => {
            let count = value.as_array().map_or(0, Vec::len);
            let at = |at: usize| {
                let literal = Literal::not(format!("{place}/{key}/{at}"));
                Breach::of(Types::ARRAY, move |flat| {
                    flat.at.push((at, literal.clone()));
                    flat.items_from(at + 1);
                })
            };
            (0..count).map(at).collect()
        }
        "items" => vec![Breach::of(Types::ARRAY, move |flat| {
            flat.contains.push((literal.clone(), 1, usize::MAX));
        })],
        _ => return None,
    })
}

fn of_properties(key: &str, value: &Json, place: &str) -> Option<Vec<Breach>> {
    let each = || value.as_object().into_iter().flatten();
    Some(match key {
        "required" => {
            let names = value.as_array().into_iter().flatten().filter_map(Json::as_str);
            let absent = |name: &str| {
                let name = name.to_owned();
                Breach::of(Types::OBJECT, move |flat| flat.forbidden.push(name.clone()))
            };
            names.map(absent).collect()
        }
        "properties" => {
            let wrong = |(name, _): (&String, &Json)| {
                let literal = Literal::not(format!("{place}/properties/{}", escape(name)));
                let name = name.clone();
                Breach::of(Types::OBJECT, move |flat| {
                    flat.require(&name);
                    flat.named.push((name.clone(), literal.clone()));
                })
            };
            each().map(wrong).collect()
        }
        "dependentRequired" | "dependentSchemas" | "dependencies" => {
            let place = format!("{place}/{key}");
            each()
                .flat_map(|(name, needs)| unmet(name, needs, &place))
                .collect()
        }
        "additionalProperties" => {
            let literal = Literal::not(format!("{place}/additionalProperties"));
            vec![Breach::of(Types::OBJECT, move |flat| {
                flat.unknown = flat.unknown.max(1);
                flat.others.push(literal.clone());
            })]
        }
        _ => return None,
    })
}

/// The property is there, and what must be then is not.
fn unmet(name: &str, needs: &Json, place: &str) -> Vec<Breach> {
    let with = |needed: Option<&str>| {
        let (name, needed) = (name.to_owned(), needed.map(str::to_owned));
        Breach::of(Types::OBJECT, move |flat| {
            flat.require(&name);
            flat.forbidden.extend(needed.clone());
        })
    };
    match needs {
        Json::Array(needs) => needs
            .iter()
            .filter_map(Json::as_str)
            .map(|it| with(Some(it)))
            .collect(),
        _ => vec![Breach {
            literals: vec![Literal::not(format!("{place}/{}", escape(name)))],
            ..with(None)
        }],
    }
}
