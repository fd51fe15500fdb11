//! From a schema to nodes: references followed, parts merged, alternatives told apart. Done once for a schema; what
//! merging cannot express is left to the validator.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::document::{Document, escape, unescape};
use super::flat::{Flat, Literal};
use super::generate::Refusal;
use super::opposite::breaches;
use super::shape::{Branch, ENDLESS, Node, NodeId, Shape};
use super::why::why;
use super::{finish, measure};

/// More alternatives of one node are not told apart.
const MOST_BRANCHES: usize = 96;
/// More nodes mean parts that multiply each other; from there on anything is made and the validator chooses.
const MOST_NODES: usize = 1_500;

/// Nodes of a schema, the root first.
pub(super) struct Compiler<'d> {
    pub(super) document: &'d Document,
    pub(super) nodes: Vec<Node>,
    numbers: BTreeMap<Vec<Literal>, NodeId>,
    pending: Vec<(NodeId, Vec<Literal>)>,
    /// The node that is being filled.
    current: NodeId,
    /// Why nodes came to nothing.
    refusals: BTreeMap<NodeId, Refusal>,
    counters: usize,
}

/// What is still to be taken in, and the places that led there without a step into the value.
type Waiting = Vec<(Literal, Vec<String>)>;

impl<'d> Compiler<'d> {
    /// The nodes of a document's root or its opposite, and the number of counters that their edges need.
    pub(super) fn compile(document: &'d Document, root: Literal) -> Result<(Vec<Node>, usize), Refusal> {
        let mut compiler = Self {
            document,
            nodes: Vec::new(),
            numbers: BTreeMap::new(),
            pending: Vec::new(),
            current: 0,
            refusals: BTreeMap::new(),
            counters: 0,
        };
        compiler.node(vec![root]);
        while let Some((node, literals)) = compiler.pending.pop() {
            compiler.current = node;
            compiler.fill(node, literals);
        }
        let Self {
            mut nodes, counters, ..
        } = compiler;
        measure::heights(&mut nodes);
        if nodes[0].height == ENDLESS {
            return Err(why(&nodes, &compiler.refusals, &compiler.numbers));
        }
        measure::settle(&mut nodes);
        Ok((nodes, counters))
    }

    /// The node for all of these together.
    pub(super) fn node(&mut self, mut literals: Vec<Literal>) -> NodeId {
        literals.sort();
        literals.dedup();
        if let Some(number) = self.numbers.get(&literals) {
            return *number;
        }
        let number = self.nodes.len();
        self.nodes.push(Node::default());
        if number < MOST_NODES {
            self.pending.push((number, literals.clone()));
        } else {
            let counter = self.counter();
            self.nodes[number].branches.push(Branch {
                shape: Shape::Anything,
                height: 0,
                excluded: Vec::new(),
                is_last_resort: false,
                counter,
            });
        }
        self.numbers.insert(literals, number);
        number
    }

    pub(super) fn counter(&mut self) -> usize {
        self.counters += 1;
        self.counters - 1
    }

    fn fill(&mut self, node: NodeId, literals: Vec<Literal>) {
        let waiting = literals
            .into_iter()
            .rev()
            .map(|literal| (literal.clone(), vec![literal.place]))
            .collect();
        let mut flats = Vec::new();
        self.expand(Flat::default(), waiting, &mut flats);
        for flat in flats {
            for example in &flat.examples {
                if !self.nodes[node].examples.contains(example) {
                    self.nodes[node].examples.push(example.clone());
                }
            }
            let branches = finish::branches(self, &flat);
            self.nodes[node].branches.extend(branches);
        }
        if self.nodes[node].branches.is_empty() {
            self.refusals.entry(node).or_insert(Refusal::Never);
        }
    }

    /// Takes in what is waiting; where there are alternatives, each goes its own way.
    fn expand(&mut self, mut flat: Flat, mut waiting: Waiting, out: &mut Vec<Flat>) {
        while let Some((literal, chain)) = waiting.pop() {
            if flat.seen.contains(&literal) {
                continue;
            }
            flat.seen.push(literal.clone());
            if let Some(name) = literal.place.strip_suffix(ABSENT) {
                flat.forbidden.push(name_in(name));
                continue;
            }
            if let Some(name) = literal.place.strip_suffix(PRESENT) {
                flat.require(&name_in(name));
                continue;
            }
            let document = self.document;
            let schema = document.get(&literal.place).unwrap_or(&Json::Null);
            if !literal.holds {
                self.break_schema(&flat, &waiting, schema, &literal.place, &chain, out);
                return;
            }
            let fields = match schema {
                Json::Object(fields) => fields,
                Json::Bool(true) => continue,
                _ => return,
            };
            let alone = document.ref_stands_alone && fields.contains_key("$ref");
            for key in ["$ref", "$dynamicRef"] {
                let Some(reference) = fields.get(key).and_then(Json::as_str) else {
                    continue;
                };
                let Some(target) = document.target(&literal.place, reference) else {
                    let refusal = Refusal::Reference(reference.to_owned());
                    self.refusals.insert(self.current, refusal);
                    return;
                };
                if chain.contains(&target) {
                    self.refusals.insert(self.current, Refusal::Circular);
                    return;
                }
                push(&mut waiting, Literal::of(target), &chain);
            }
            if alone {
                continue;
            }
            if !flat.take(fields, &literal.place) {
                return;
            }
            for at in (0..list(fields, "allOf")).rev() {
                push(
                    &mut waiting,
                    Literal::of(format!("{}/allOf/{at}", literal.place)),
                    &chain,
                );
            }
            if fields.contains_key("not") {
                push(
                    &mut waiting,
                    Literal::not(format!("{}/not", literal.place)),
                    &chain,
                );
            }
            let choices = alternatives(fields, &literal.place);
            if !choices.is_empty() {
                self.fork(&flat, &waiting, &chain, choices, out);
                return;
            }
        }
        out.push(flat);
    }

    /// Goes every way through all choices.
    fn fork(
        &mut self,
        flat: &Flat,
        waiting: &Waiting,
        chain: &[String],
        mut choices: Vec<Vec<Vec<Literal>>>,
        out: &mut Vec<Flat>,
    ) {
        let Some(first) = choices.pop() else {
            self.expand(flat.clone(), waiting.clone(), out);
            return;
        };
        for literals in first {
            if out.len() >= MOST_BRANCHES {
                return;
            }
            let mut waiting = waiting.clone();
            for literal in literals.into_iter().rev() {
                push(&mut waiting, literal, chain);
            }
            self.fork(flat, &waiting, chain, choices.clone(), out);
        }
    }

    fn break_schema(
        &mut self,
        flat: &Flat,
        waiting: &Waiting,
        schema: &Json,
        place: &str,
        chain: &[String],
        out: &mut Vec<Flat>,
    ) {
        let document = self.document;
        for breach in breaches(schema, place, |reference| document.target(place, reference)) {
            let circular = breach.literals.iter().any(|it| chain.contains(&it.place));
            if out.len() >= MOST_BRANCHES || circular {
                continue;
            }
            let mut flat = flat.clone();
            if !breach.apply(&mut flat) {
                continue;
            }
            let mut waiting = waiting.clone();
            for literal in breach.literals {
                push(&mut waiting, literal, chain);
            }
            self.expand(flat, waiting, out);
        }
    }

    /// What the parts of a flat schema say about a property.
    pub(super) fn of_property(
        &self,
        flat: &Flat,
        name: &str,
        patterns: &[(String, regex::Regex)],
    ) -> Vec<Literal> {
        let mut out: Vec<Literal> = flat
            .named
            .iter()
            .filter(|(it, _)| it == name)
            .map(|(_, literal)| literal.clone())
            .collect();
        let mut is_evaluated = false;
        for place in &flat.parts {
            let Some(fields) = self.fields(place) else {
                continue;
            };
            let mut found = false;
            if map(fields, "properties").any(|(it, _)| it == name) {
                out.push(Literal::of(format!("{place}/properties/{}", escape(name))));
                found = true;
            }
            for (text, _) in map(fields, "patternProperties") {
                if patterns
                    .iter()
                    .any(|(it, pattern)| it == text && pattern.is_match(name))
                {
                    out.push(Literal::of(format!("{place}/patternProperties/{}", escape(text))));
                    found = true;
                }
            }
            if !found && fields.contains_key("additionalProperties") {
                out.push(Literal::of(format!("{place}/additionalProperties")));
                found = true;
            }
            is_evaluated |= found;
        }
        if !is_evaluated {
            out.extend(self.all(flat, "unevaluatedProperties"));
        }
        out
    }

    /// The schemas under a keyword in the parts of a flat schema.
    pub(super) fn all(&self, flat: &Flat, key: &str) -> Vec<Literal> {
        let with_key = flat
            .parts
            .iter()
            .filter(|place| self.fields(place).is_some_and(|fields| fields.contains_key(key)));
        with_key
            .map(|place| Literal::of(format!("{place}/{key}")))
            .collect()
    }

    pub(super) fn fields(&self, place: &str) -> Option<&'d Map<String, Json>> {
        self.document.get(place).and_then(Json::as_object)
    }
}

fn push(waiting: &mut Waiting, literal: Literal, chain: &[String]) {
    let mut chain = chain.to_vec();
    chain.push(literal.place.clone());
    waiting.push((literal, chain));
}

pub(super) fn list(fields: &Map<String, Json>, key: &str) -> usize {
    fields.get(key).and_then(Json::as_array).map_or(0, Vec::len)
}

pub(super) fn map<'f>(
    fields: &'f Map<String, Json>,
    key: &str,
) -> impl Iterator<Item = (&'f String, &'f Json)> {
    fields.get(key).and_then(Json::as_object).into_iter().flatten()
}

/// For each keyword that leaves a choice, the ways to go.
fn alternatives(fields: &Map<String, Json>, place: &str) -> Vec<Vec<Vec<Literal>>> {
    let mut out = Vec::new();
    for key in ["anyOf", "oneOf"] {
        if fields.get(key).is_some_and(Json::is_array) {
            let at = |at: usize| format!("{place}/{key}/{at}");
            let exclusive = key == "oneOf" && is_small(&fields[key]);
            let branch = |chosen: usize| {
                let others = (0..list(fields, key)).filter(|it| exclusive && *it != chosen);
                let others = others.map(|it| Literal::not(at(it)));
                std::iter::once(Literal::of(at(chosen))).chain(others).collect()
            };
            out.push((0..list(fields, key)).map(branch).collect());
        }
    }
    if fields.contains_key("if") && (fields.contains_key("then") || fields.contains_key("else")) {
        let part = |key: &str| {
            fields
                .contains_key(key)
                .then(|| Literal::of(format!("{place}/{key}")))
        };
        let holds = [Some(Literal::of(format!("{place}/if"))), part("then")];
        let fails = [Some(Literal::not(format!("{place}/if"))), part("else")];
        out.push(vec![
            holds.into_iter().flatten().collect(),
            fails.into_iter().flatten().collect(),
        ]);
    }
    for key in ["dependentSchemas", "dependencies"] {
        for (name, schema) in map(fields, key) {
            if !schema.is_array() {
                let at = format!("{place}/{key}/{}", escape(name));
                let marked = |mark: &str| Literal::of(format!("{at}{mark}"));
                out.push(vec![vec![marked(PRESENT), marked("")], vec![marked(ABSENT)]]);
            }
        }
    }
    out
}

/// True if the opposites of these alternatives are few. Larger ones mostly tell themselves apart by a constant, and the
/// validator does the rest.
fn is_small(alternatives: &Json) -> bool {
    let sizes = alternatives.as_array().into_iter().flatten();
    let size = |it: &Json| match it {
        Json::Object(fields) => fields
            .values()
            .map(|value| {
                value
                    .as_array()
                    .map_or(1, Vec::len)
                    .max(value.as_object().map_or(1, Map::len))
            })
            .sum(),
        _ => 1,
    };
    sizes.map(size).sum::<usize>() <= 6
}

/// Ends the places that stand for the absence of the property they name; no place of a document does.
const ABSENT: &str = "/~absent";
/// Ends the places that stand for its presence.
const PRESENT: &str = "/~present";

fn name_in(place: &str) -> String {
    unescape(place.rsplit('/').next().unwrap_or_default())
}
