//! Whether a schema says no more than the truth, part by part. Both are in the canonical form.

use serde_json::{Map, Value as Json, json};

/// What a comparison came to.
#[derive(Default)]
pub(super) struct Tally {
    /// Schemas within the schema.
    pub(super) parts: usize,
    /// Parts, and keywords of parts, of which less is known than is true.
    pub(super) unknown: usize,
    pub(super) unknown_at: Vec<String>,
    pub(super) differences: Vec<String>,
}

impl Tally {
    pub(super) fn add(&mut self, other: &Tally) {
        self.parts += other.parts;
        self.unknown += other.unknown;
        self.unknown_at.extend(other.unknown_at.iter().cloned());
        self.differences.extend(other.differences.iter().cloned());
    }

    /// The share of parts that are known in full, at worst.
    pub(super) fn share_known(&self) -> f64 {
        if self.parts == 0 {
            return 1.0;
        }
        let unknown = u32::try_from(self.unknown).unwrap_or(u32::MAX);
        let parts = u32::try_from(self.parts).unwrap_or(u32::MAX);
        1.0 - f64::from(unknown) / f64::from(parts)
    }

    fn less(&mut self, at: &str, what: &str) {
        self.unknown += 1;
        self.unknown_at.push(format!("{at}: {what}"));
    }

    fn wrong(&mut self, at: &str, what: &str) {
        self.differences.push(format!("{at}: {what}"));
    }
}

/// Compares `read_off` with `truth`. Objects that come out of Zod 4 and Pydantic are closed though nobody wrote so, which is
/// the library's doing: `closed_by_library`.
pub(super) fn compare(read_off: &Json, truth: &Json, closed_by_library: bool, at: &str, tally: &mut Tally) {
    tally.parts += 1;
    if read_off == truth {
        return;
    }
    let (Some(ours), Some(theirs)) = (read_off.as_object(), truth.as_object()) else {
        return tally.wrong(at, &format!("{read_off} is not {truth}"));
    };
    if ours.is_empty() {
        return tally.less(at, &format!("anything, and is {truth}"));
    }
    if ours.contains_key("anyOf") || theirs.contains_key("anyOf") {
        return compare_choices(ours, theirs, closed_by_library, at, tally);
    }
    for (keyword, value) in ours {
        let at = format!("{at}/{keyword}");
        compare_keyword(keyword, value, theirs, closed_by_library, &at, tally);
    }
    for (keyword, value) in theirs {
        let is_closed = closed_by_library && keyword == "additionalProperties" && value == &json!(false);
        if !ours.contains_key(keyword) && !is_closed {
            tally.less(at, &format!("no {keyword}, and it is {value}"));
        }
    }
}

fn compare_keyword(
    keyword: &str,
    value: &Json,
    theirs: &Map<String, Json>,
    closed_by_library: bool,
    at: &str,
    tally: &mut Tally,
) {
    let truth = theirs.get(keyword);
    match (keyword, truth) {
        (_, Some(truth)) if truth == value && keyword != "properties" => {}
        ("properties", Some(Json::Object(truth))) => {
            for (name, part) in value.as_object().into_iter().flatten() {
                match truth.get(name) {
                    Some(truth) => compare(part, truth, closed_by_library, &format!("{at}/{name}"), tally),
                    None => tally.wrong(at, &format!("there is no {name}")),
                }
            }
            for name in truth.keys().filter(|name| value.get(name).is_none()) {
                tally.less(at, &format!("no {name}"));
            }
        }
        ("items" | "additionalProperties", Some(truth)) if value.is_object() => {
            compare(value, truth, closed_by_library, at, tally);
        }
        ("required", Some(truth)) => {
            if let Some(name) = first_missing(value, truth) {
                return tally.wrong(at, &format!("{name} is not required"));
            }
            tally.less(at, &format!("{value}, and is {truth}"));
        }
        ("enum", Some(truth)) => match first_missing(truth, value) {
            Some(choice) => tally.wrong(at, &format!("{choice} is fine, too")),
            None => tally.less(at, &format!("{value}, and is {truth}")),
        },
        ("allOf", Some(truth)) => {
            let (ours, theirs) = (parts(value), parts(truth));
            if ours.len() != theirs.len() {
                return tally.wrong(at, &format!("{value} is not {truth}"));
            }
            for (ours, theirs) in ours.iter().zip(theirs) {
                compare(ours, theirs, closed_by_library, at, tally);
            }
        }
        // A value of an enumeration has a type, which is then not written.
        ("type", None) if is_of_type(theirs, value) => tally.less(at, "no enum"),
        ("type", Some(truth)) if value == "number" && truth == "integer" => {
            tally.less(at, "number, and is integer")
        }
        (_, Some(truth)) => tally.wrong(at, &format!("{value} is not {truth}")),
        (_, None) => tally.wrong(at, &format!("{value}, and the module says nothing")),
    }
}

/// Every choice that the truth leaves must be covered by one of ours.
fn compare_choices(
    ours: &Map<String, Json>,
    theirs: &Map<String, Json>,
    closed_by_library: bool,
    at: &str,
    tally: &mut Tally,
) {
    let (mine, truth) = (choices(ours), choices(theirs));
    for choice in &truth {
        let trials = mine.iter().map(|mine| {
            let mut trial = Tally::default();
            compare(mine, choice, closed_by_library, at, &mut trial);
            trial
        });
        let mut good: Vec<Tally> = trials.filter(|trial| trial.differences.is_empty()).collect();
        good.sort_by_key(|trial| trial.unknown);
        match good.first() {
            Some(best) => tally.add(best),
            None => tally.wrong(at, &format!("{choice} is fine, too: {ours:?}")),
        }
    }
    if mine.len() > truth.len() {
        tally.less(at, "more choices");
    }
}

fn choices(schema: &Map<String, Json>) -> Vec<Json> {
    match schema.get("anyOf").and_then(Json::as_array) {
        Some(choices) => choices.clone(),
        None => vec![Json::Object(schema.clone())],
    }
}

fn parts(list: &Json) -> &[Json] {
    list.as_array().map_or(&[], Vec::as_slice)
}

/// The first item of `list` that `within` lacks.
fn first_missing<'l>(list: &'l Json, within: &Json) -> Option<&'l Json> {
    parts(list).iter().find(|item| !parts(within).contains(item))
}

fn is_of_type(schema: &Map<String, Json>, name: &Json) -> bool {
    let is_its = |value: &Json| match value {
        Json::String(_) => name == "string",
        Json::Number(_) => name == "number" || name == "integer",
        Json::Bool(_) => name == "boolean",
        _ => false,
    };
    schema
        .get("enum")
        .is_some_and(|values| parts(values).iter().all(is_its))
}
