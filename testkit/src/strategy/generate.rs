//! Values from a schema, keyword by keyword.

use serde_json::{Map, Value as Json};

use super::dice::Dice;
use super::flatten::{Flat, flatten, type_names};
use super::number;
use super::text::{self, Patterns};

/// References followed before only what must be there is made …
const DEPTH: usize = 4;
/// … and before the branch is given up.
const MAX_DEPTH: usize = 12;
/// Parts of one value; more mean a schema that branches without end.
const MAX_PARTS: usize = 2_000;
/// Another branch is chosen so often before a part is given up.
const RETRIES: usize = 6;
/// Items beyond the least.
const USUAL_ITEMS: usize = 4;
/// A largest count beyond this is not tried.
const MOST_ITEMS: usize = 40;

/// Why a branch of a schema gives no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("its parts contradict each other")]
    Never,
    #[error("its references lead in a circle")]
    Circular,
    #[error("it refers to itself without an end")]
    TooDeep,
    #[error("it refers to {0}, which is not in the schema")]
    Reference(String),
}

/// A schema to make values of.
pub(super) struct Generator {
    root: Json,
    patterns: Patterns,
}

/// How deep a part lies, and how many parts there are.
#[derive(Clone, Copy)]
struct Depth {
    references: usize,
    levels: usize,
}

impl Depth {
    fn deeper(self) -> Self {
        Self {
            levels: self.levels + 1,
            ..self
        }
    }

    /// True where only what must be there is made.
    fn is_low_on_budget(self) -> bool {
        self.references > DEPTH || self.levels > DEPTH * 2
    }
}

impl Generator {
    pub(super) fn new(root: Json) -> Self {
        let mut patterns = Patterns::new();
        text::collect(&root, &mut patterns);
        Self { root, patterns }
    }

    /// A value that is likely to be valid.
    pub(super) fn value(&self, dice: &mut Dice<'_>) -> Result<Json, Refusal> {
        let mut parts = 0;
        self.part(
            &self.root,
            Depth {
                references: 0,
                levels: 0,
            },
            &mut parts,
            dice,
        )
    }

    fn part(
        &self,
        schema: &Json,
        depth: Depth,
        parts: &mut usize,
        dice: &mut Dice<'_>,
    ) -> Result<Json, Refusal> {
        *parts += 1;
        if depth.references > MAX_DEPTH || *parts > MAX_PARTS {
            return Err(Refusal::TooDeep);
        }
        let mut refusal = Refusal::Never;
        for _ in 0..RETRIES {
            let mut depth = depth;
            let made = flatten(&self.root, schema, dice, &mut depth.references)
                .and_then(|flat| self.of_flat(&flat, depth, parts, dice));
            match made {
                Ok(value) => return Ok(value),
                Err(why) => refusal = why,
            }
        }
        Err(refusal)
    }

    fn of_flat(
        &self,
        flat: &Flat,
        depth: Depth,
        parts: &mut usize,
        dice: &mut Dice<'_>,
    ) -> Result<Json, Refusal> {
        if let Some(value) = flat.get("const") {
            return Ok(value.clone());
        }
        if let Some(values) = flat.get("enum").and_then(Json::as_array) {
            return dice.pick(values).cloned().ok_or(Refusal::Never);
        }
        let kinds = flat.get("type").map(type_names).unwrap_or_default();
        let kind = match dice.pick(&kinds) {
            // Absent values are where handlers break, but one in so many is enough.
            Some(&"null") if kinds.len() > 1 && dice.chance(1, 2) => {
                kinds.iter().find(|kind| **kind != "null").copied()
            }
            kind => kind.copied(),
        };
        match kind.or_else(|| implied_type(flat)) {
            Some("object") => self.object(flat, depth, parts, dice),
            Some("array") => self.array(flat, depth, parts, dice),
            Some("string") => Ok(Json::String(text::text(flat, &self.patterns, dice))),
            Some("integer") => number::integer(flat, dice),
            Some("number") => number::number(flat, dice),
            Some("boolean") => Ok(Json::Bool(dice.chance(1, 2))),
            Some("null") => Ok(Json::Null),
            Some(_) => Err(Refusal::Never),
            None => Ok(anything(depth.levels, dice)),
        }
    }

    fn object(
        &self,
        flat: &Flat,
        depth: Depth,
        parts: &mut usize,
        dice: &mut Dice<'_>,
    ) -> Result<Json, Refusal> {
        let empty = Map::new();
        let properties = flat.get("properties").and_then(Json::as_object).unwrap_or(&empty);
        let required: Vec<&str> = flat
            .get("required")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let extra = ["additionalProperties", "unevaluatedProperties"]
            .iter()
            .find_map(|key| flat.get(*key));
        let style = if depth.is_low_on_budget() {
            0
        } else {
            dice.below(4)
        };
        let mut out = Map::new();
        for (name, schema) in properties {
            let must = required.contains(&name.as_str());
            let wanted = must || style == 1 || style > 1 && dice.chance(1, 2);
            if !wanted {
                continue;
            }
            match self.part(schema, depth.deeper(), parts, dice) {
                Ok(value) => {
                    out.insert(name.clone(), value);
                }
                Err(refusal) if must => return Err(refusal),
                Err(_) => {}
            }
        }
        for name in required {
            if !out.contains_key(name) && !properties.contains_key(name) {
                let schema = extra.unwrap_or(&Json::Bool(true));
                let value = self.part(schema, depth.deeper(), parts, dice)?;
                out.insert(name.to_owned(), value);
            }
        }
        self.more_properties(flat, extra, &mut out, depth, parts, dice)?;
        Ok(Json::Object(out))
    }

    /// Properties that no name was written for: by pattern, by `additionalProperties`, or up to the least count.
    fn more_properties(
        &self,
        flat: &Flat,
        extra: Option<&Json>,
        out: &mut Map<String, Json>,
        depth: Depth,
        parts: &mut usize,
        dice: &mut Dice<'_>,
    ) -> Result<(), Refusal> {
        let (least, most) = counts(flat, "minProperties", "maxProperties");
        let patterns = flat.get("patternProperties").and_then(Json::as_object);
        let low = depth.is_low_on_budget();
        for (pattern, schema) in patterns.into_iter().flatten() {
            let Some(strategy) = self.patterns.get(pattern).and_then(Option::as_ref) else {
                continue;
            };
            if (low || dice.chance(1, 2)) && out.len() >= least {
                continue;
            }
            let count = dice.size(1, 2.max(least));
            for _ in 0..count {
                let Some(name) = dice.draw(strategy) else { continue };
                let value = self.part(schema, depth.deeper(), parts, dice)?;
                out.entry(name).or_insert(value);
            }
        }
        let open = extra.is_some_and(|schema| *schema != Json::Bool(false));
        let wanted = if open && !low { dice.size(0, 2) } else { 0 };
        let wanted = wanted
            .max(least.saturating_sub(out.len()))
            .min(most.saturating_sub(out.len()));
        for _ in 0..wanted {
            let name = match flat.get("propertyNames") {
                Some(schema) => match self.part(schema, depth.deeper(), parts, dice)? {
                    Json::String(name) => name,
                    _ => text::key(dice),
                },
                None => text::key(dice),
            };
            let value = self.part(extra.unwrap_or(&Json::Bool(true)), depth.deeper(), parts, dice)?;
            out.entry(name).or_insert(value);
        }
        Ok(())
    }

    fn array(
        &self,
        flat: &Flat,
        depth: Depth,
        parts: &mut usize,
        dice: &mut Dice<'_>,
    ) -> Result<Json, Refusal> {
        let (least, most) = counts(flat, "minItems", "maxItems");
        let tuple = flat
            .get("prefixItems")
            .or_else(|| flat.get("items").filter(|items| items.is_array()));
        let tuple = tuple.and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        let rest = match flat.get("items") {
            Some(items) if !items.is_array() => Some(items),
            Some(_) => flat.get("additionalItems"),
            None => None,
        };
        let usual = least.max(tuple.len()).saturating_add(USUAL_ITEMS).min(most);
        let count = match dice.below(6) {
            _ if depth.is_low_on_budget() => least,
            0 => least,
            1 if most <= MOST_ITEMS => most,
            2 => (least + 1).min(most),
            _ => dice.size(least, usual),
        };
        let count = if rest == Some(&Json::Bool(false)) {
            count.min(tuple.len())
        } else {
            count
        };
        let unique = flat.get("uniqueItems") == Some(&Json::Bool(true));
        let mut out: Vec<Json> = Vec::new();
        let mut tries = 0;
        while out.len() < count && tries < count * 8 + 8 {
            tries += 1;
            let schema = tuple.get(out.len()).or(rest).unwrap_or(&Json::Bool(true));
            match self.part(schema, depth.deeper(), parts, dice) {
                Ok(item) if unique && out.contains(&item) => {}
                Ok(item) => out.push(item),
                Err(_) if out.len() >= least => break,
                Err(refusal) => return Err(refusal),
            }
        }
        if let Some(contains) = flat.get("contains") {
            let item = self.part(contains, depth.deeper(), parts, dice)?;
            let at = dice.size(tuple.len().min(out.len()), out.len());
            out.insert(at, item);
            out.truncate(most.max(at + 1));
        }
        Ok(Json::Array(out))
    }
}

fn counts(flat: &Flat, least: &str, most: &str) -> (usize, usize) {
    let count = |key: &str| {
        flat.get(key)
            .and_then(Json::as_f64)
            .map(|it| it.max(0.0) as usize)
    };
    let least = count(least).unwrap_or(0);
    (least, count(most).unwrap_or(usize::MAX).max(least))
}

/// A schema that says nothing of the type still means one where its keywords do.
fn implied_type(flat: &Flat) -> Option<&'static str> {
    const KEYWORDS: [(&str, &[&str]); 4] = [
        (
            "object",
            &[
                "properties",
                "required",
                "additionalProperties",
                "patternProperties",
                "propertyNames",
                "minProperties",
            ],
        ),
        (
            "array",
            &[
                "items",
                "prefixItems",
                "minItems",
                "maxItems",
                "uniqueItems",
                "contains",
            ],
        ),
        ("string", &["minLength", "maxLength", "pattern", "format"]),
        (
            "number",
            &[
                "minimum",
                "maximum",
                "exclusiveMinimum",
                "exclusiveMaximum",
                "multipleOf",
            ],
        ),
    ];
    let found = KEYWORDS
        .iter()
        .find(|(_, keys)| keys.iter().any(|key| flat.contains_key(*key)));
    found.map(|(kind, _)| *kind)
}

/// Any JSON, small.
fn anything(level: usize, dice: &mut Dice<'_>) -> Json {
    let empty = Flat::new();
    match dice.below(if level < 3 { 8 } else { 5 }) {
        0 => Json::Null,
        1 => Json::Bool(dice.chance(1, 2)),
        2 => number::integer(&empty, dice).unwrap_or(Json::Null),
        3 => number::number(&empty, dice).unwrap_or(Json::Null),
        4 | 5 => Json::String(text::text(&empty, &Patterns::new(), dice)),
        6 => Json::Array((0..dice.below(3)).map(|_| anything(level + 2, dice)).collect()),
        _ => Json::Object(
            (0..dice.below(3))
                .map(|_| (text::key(dice), anything(level + 2, dice)))
                .collect(),
        ),
    }
}
