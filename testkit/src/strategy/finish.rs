//! From a flat schema to the branches that values are made of.

use serde_json::Value as Json;

use super::compile::{Compiler, list, map};
use super::flat::{Counts, Flat, Literal};
use super::number::Numbers;
use super::pattern::{self, Pattern};
use super::prepare;
use super::shape::{Branch, Contained, Field, Fields, Items, Shape, Texts, Types};

/// Later places of a list have no schema of their own.
const MOST_PLACES: usize = 64;

/// A branch for each type that a flat schema allows.
pub(super) fn branches(compiler: &mut Compiler<'_>, flat: &Flat) -> Vec<Branch> {
    let mut shapes = Vec::new();
    if let Some(choices) = &flat.choices {
        let left: Vec<Json> = choices.iter().filter(|it| flat.may_be(it)).cloned().collect();
        if !left.is_empty() {
            shapes.push(Shape::Choices(left));
        }
        return finished(compiler, shapes, &[], Types::ALL);
    }
    let (types, made) = (flat.types, flat.made_types());
    if made == Types::ALL && flat.implied == Types::NONE {
        return finished(compiler, vec![Shape::Anything], &flat.excluded, made);
    }
    if types.has(Types::OBJECT)
        && let Some(fields) = object(compiler, flat)
    {
        shapes.push(Shape::Object(fields));
    }
    if types.has(Types::ARRAY)
        && let Some(items) = array(compiler, flat)
    {
        shapes.push(Shape::Array(items));
    }
    if types.has(Types::TEXT) && flat.lengths.is_possible() {
        shapes.push(Shape::Text(text(flat)));
    }
    if types.has(Types::NUMBER) {
        shapes.extend(Numbers::of(flat, types).map(Shape::Number));
    }
    if types.has(Types::BOOL) {
        shapes.push(Shape::Bool);
    }
    if types.has(Types::NULL) {
        shapes.push(Shape::Null);
    }
    finished(compiler, shapes, &flat.excluded, made)
}

fn types_of(shape: &Shape) -> Types {
    match shape {
        Shape::Object(_) => Types::OBJECT,
        Shape::Array(_) => Types::ARRAY,
        Shape::Text(_) => Types::TEXT,
        Shape::Number(_) => Types::NUMBER,
        Shape::Bool => Types::BOOL,
        Shape::Null => Types::NULL,
        Shape::Choices(_) | Shape::Anything => Types::ALL,
    }
}

fn finished(compiler: &mut Compiler<'_>, shapes: Vec<Shape>, excluded: &[Json], made: Types) -> Vec<Branch> {
    let branch = |shape| Branch {
        is_last_resort: !made.has(types_of(&shape)),
        shape,
        height: 0,
        excluded: excluded.to_vec(),
        counter: compiler.counter(),
    };
    shapes.into_iter().map(branch).collect()
}

fn text(flat: &Flat) -> Texts {
    let pattern = flat.patterns.first().and_then(|text| Pattern::of(text));
    let is_sure = flat.format.is_none()
        && match &flat.patterns[..] {
            [] => true,
            [_] => pattern.as_ref().is_some_and(|it| it.is_exact),
            _ => false,
        };
    let mut parts: Vec<Json> = flat
        .patterns
        .iter()
        .map(|text| serde_json::json!({ "pattern": text }))
        .collect();
    parts.extend(
        flat.format
            .iter()
            .map(|text| serde_json::json!({ "format": text })),
    );
    Texts {
        place: format!(
            "'#{}'",
            flat.seen
                .iter()
                .find(|it| it.holds)
                .map_or("", |it| it.place.as_str())
        ),
        low: flat.lengths.low,
        high: flat.lengths.high,
        format: flat.format.clone(),
        pattern,
        judge: if is_sure {
            None
        } else {
            prepare::validator(&serde_json::json!({ "allOf": parts })).ok()
        },
    }
}

fn array(compiler: &mut Compiler<'_>, flat: &Flat) -> Option<Items> {
    let places = flat.parts.iter().filter_map(|place| compiler.fields(place));
    let count = places
        .map(|fields| list(fields, "prefixItems").max(list(fields, "items")))
        .chain(flat.at.iter().map(|(at, _)| at + 1))
        .max()
        .unwrap_or(0)
        .min(MOST_PLACES);
    let first: Vec<Vec<Literal>> = (0..count).map(|at| of_item(compiler, flat, at)).collect();
    let rest = of_item(compiler, flat, usize::MAX);
    let mut contains = Vec::new();
    for (literal, low, high) in &flat.contains {
        let with = |compiler: &mut Compiler<'_>, literals: &[Literal]| {
            let mut literals = literals.to_vec();
            literals.push(literal.clone());
            compiler.node(literals)
        };
        contains.push(Contained {
            first: first.iter().map(|it| with(compiler, it)).collect(),
            rest: with(compiler, &rest),
            low: *low,
            high: *high,
        });
    }
    // What may not be there more often is kept out of the other places.
    let limited = flat.contains.iter().filter(|(_, _, high)| *high < usize::MAX);
    let kept_out: Vec<Literal> = limited
        .map(|(literal, ..)| Literal {
            holds: !literal.holds,
            ..literal.clone()
        })
        .collect();
    let with_others = |mut literals: Vec<Literal>| {
        literals.extend(kept_out.iter().cloned());
        literals
    };
    let first = first
        .into_iter()
        .map(|it| {
            if flat.contains.len() == 1 {
                compiler.node(with_others(it))
            } else {
                compiler.node(it)
            }
        })
        .collect();
    let rest = if flat.contains.len() == 1 {
        with_others(rest)
    } else {
        rest
    };
    let least = flat.contains.iter().map(|(_, low, _)| *low).max().unwrap_or(0);
    let items = Items {
        low: flat.items.low.max(least),
        high: flat.items.high,
        first,
        rest: compiler.node(rest),
        unique: flat.unique,
        repeated: flat.repeated,
        contains,
    };
    let contained = items.contains.iter().all(|it| it.low <= it.high);
    (items.low <= items.high && contained && !(items.unique && items.repeated)).then_some(items)
}

/// What the item at a place must be.
fn of_item(compiler: &Compiler<'_>, flat: &Flat, at: usize) -> Vec<Literal> {
    let mut out = flat.each.clone();
    out.extend(
        flat.at
            .iter()
            .filter(|(it, _)| *it == at)
            .map(|(_, literal)| literal.clone()),
    );
    let mut is_evaluated = false;
    for place in &flat.parts {
        let Some(fields) = compiler.fields(place) else {
            continue;
        };
        let (key, rest) = if list(fields, "items") > 0 || fields.get("items").is_some_and(Json::is_array) {
            ("items", "additionalItems")
        } else {
            ("prefixItems", "items")
        };
        if at < list(fields, key) {
            out.push(Literal::of(format!("{place}/{key}/{at}")));
            is_evaluated = true;
        } else if fields.contains_key(rest) {
            out.push(Literal::of(format!("{place}/{rest}")));
            is_evaluated = true;
        }
    }
    if !is_evaluated {
        out.extend(compiler.all(flat, "unevaluatedItems"));
    }
    out
}

fn object(compiler: &mut Compiler<'_>, flat: &Flat) -> Option<Fields> {
    let mut names: Vec<String> = Vec::new();
    let mut patterns: Vec<(String, regex::Regex)> = Vec::new();
    let mut add = |name: &str| {
        if !names.iter().any(|it| it == name) {
            names.push(name.to_owned());
        }
    };
    for place in &flat.parts {
        let Some(fields) = compiler.fields(place) else {
            continue;
        };
        map(fields, "properties").for_each(|(name, _)| add(name));
        for (text, _) in map(fields, "patternProperties") {
            patterns.extend(pattern::matcher(text).map(|it| (text.clone(), it)));
        }
    }
    flat.required.iter().for_each(|name| add(name));
    flat.named.iter().for_each(|(name, _)| add(name));
    for (name, needs) in &flat.dependent {
        add(name);
        needs.iter().for_each(|name| add(name));
    }
    names.retain(|name| !flat.forbidden.contains(name));
    if flat.required.iter().any(|name| !names.contains(name)) {
        return None;
    }
    let known: Vec<Field> = names
        .iter()
        .map(|name| Field {
            node: {
                let literals = compiler.of_property(flat, name, &patterns);
                compiler.node(literals)
            },
            name: name.clone(),
            required: flat.required.contains(name),
        })
        .collect();
    let at = |name: &String| names.iter().position(|it| it == name);
    let dependent = flat
        .dependent
        .iter()
        .filter_map(|(name, needs)| {
            // A need that cannot be met takes the property away; its place beyond the end stands for that.
            let needs = needs.iter().map(|it| at(it).unwrap_or(usize::MAX)).collect();
            Some((at(name)?, needs))
        })
        .collect();
    // No name of a property is like this one, which therefore stands for all the others.
    let mut others = compiler.of_property(flat, "\u{0}", &[]);
    others.extend(flat.others.iter().cloned());
    let name_schemas = compiler.all(flat, "propertyNames");
    Some(Fields {
        low: flat.properties.low,
        high: flat.properties.high,
        known,
        patterns: patterns
            .iter()
            .filter_map(|(text, matcher)| {
                let pattern = Pattern::of(text)?;
                let literals = pattern_literals(compiler, flat, text);
                Some((pattern, matcher.clone(), compiler.node(literals)))
            })
            .collect(),
        open: flat.unknown > 0 || !others.is_empty() || flat.properties != Counts::ANY,
        other: compiler.node(others),
        unknown: flat.unknown,
        names: (!name_schemas.is_empty()).then(|| compiler.node(name_schemas)),
        dependent,
    })
    .filter(|it| it.low <= it.high)
}

fn pattern_literals(compiler: &Compiler<'_>, flat: &Flat, text: &str) -> Vec<Literal> {
    let with_pattern = flat.parts.iter().filter(|place| {
        compiler
            .fields(place)
            .is_some_and(|fields| map(fields, "patternProperties").any(|(it, _)| it == text))
    });
    with_pattern
        .map(|place| {
            Literal::of(format!(
                "{place}/patternProperties/{}",
                super::document::escape(text)
            ))
        })
        .collect()
}
