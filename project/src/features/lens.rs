//! What stands above and beside the code: counts of the other ends, and words for schedules.

use std::collections::BTreeMap;

use super::{Hint, Lens, LensTarget, Location, card};
use crate::cron::Cron;
use crate::index::{Index, Role, slots};

/// One lens over each step, and one over each flow test.
pub(super) fn lenses(index: &Index, file: &str) -> Vec<Lens> {
    if let Some(flow) = index.flow_tests.get(file) {
        let tests = flow.parsed.iter().flat_map(|parsed| &parsed.tests);
        return tests
            .map(|test| Lens {
                span: test.name.span,
                title: "▶ run flow test".to_owned(),
                target: LensTarget::FlowTest(test.name.value.clone()),
            })
            .collect();
    }
    let Some(step) = index.step(file) else {
        return Vec::new();
    };
    let Some(fact) = step.fact() else {
        return Vec::new();
    };
    let mut lenses = Vec::new();
    let mut count = |files: BTreeMap<&str, Location>, noun: &str| {
        let title = match files.len() {
            1 => format!("1 {noun}"),
            many => format!("{many} {noun}s"),
        };
        lenses.push(Lens {
            span: fact.span,
            title,
            target: LensTarget::Places(files.into_values().collect()),
        });
    };
    if !step.subscribes().is_empty() {
        count(
            ends(index, &step.subscribes(), &[Role::Emits, Role::Declares]),
            "emitter",
        );
    }
    if !step.emits().is_empty() {
        count(ends(index, &step.emits(), &[Role::Subscribes]), "subscriber");
    }
    lenses
}

/// The first place of every file that names one of the topics in one of the roles.
fn ends<'i>(index: &'i Index, topics: &[&str], roles: &'i [Role]) -> BTreeMap<&'i str, Location> {
    let mut files = BTreeMap::new();
    for mention in topics.iter().flat_map(|topic| index.mentions_as(topic, roles)) {
        let location = Location {
            file: mention.file.clone(),
            span: mention.span,
        };
        files.entry(mention.file.as_str()).or_insert(location);
    }
    files
}

/// `→ 2 subscribers (py, rb)` behind every topic that is sent, and schedules in words.
pub(super) fn hints(index: &Index, file: &str) -> Vec<Hint> {
    let mut hints = Vec::new();
    let Some(facts) = index.facts(file) else {
        return hints;
    };
    for slot in slots(facts).iter().filter(|slot| slot.role == Role::Emits) {
        let Some(topic) = slot.fact.text.known() else {
            continue;
        };
        let takers = index.subscribers(topic);
        if !takers.is_empty() {
            hints.push(Hint {
                // Behind the closing quote.
                offset: slot.fact.span.end + u32::from(slot.fact.literal),
                label: format!("→ {}", card::counted(&takers, "subscriber")),
                tooltip: card::topic(index, topic),
            });
        }
    }
    let Some(step) = index.step(file) else {
        return hints;
    };
    for cron in step
        .fact()
        .iter()
        .flat_map(|fact| &fact.triggers)
        .filter_map(|trigger| trigger.cron.as_ref())
    {
        let schedule = cron
            .text
            .known()
            .and_then(|text| Cron::parse(text, step.dialect()).ok());
        if let Some(schedule) = schedule.filter(|schedule| !schedule.never_runs()) {
            hints.push(Hint {
                offset: cron.span.end + u32::from(cron.literal),
                label: schedule.words(),
                tooltip: String::new(),
            });
        }
    }
    hints.sort_by_key(|hint| hint.offset);
    hints
}

#[cfg(test)]
mod tests {
    use crate::features::LensTarget;
    use crate::fixture::parse;

    const PROJECT: &str = "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '0 2 * * *', emits: ['x.done'] }
export const handler = async ({ emit }) => { await emit({ topic: 'x.done', data: {} }) }
//- steps/b.step.rb
def config
  { type: 'event', name: 'B', subscribes: ['x.done'], emits: [] }
end
def handler(input, context)
end
//- steps/c_step.py
config = {'type': 'event', 'name': 'C', 'subscribes': ['x.done'], 'emits': []}
async def handler(data, context): pass
//- tests/a.flow.yaml
tests: [{ name: nightly, when: [{ cron: A }], then: [{ ran: [A] }] }]
";

    #[test]
    fn a_step_has_the_count_of_its_other_ends() {
        let (snapshot, _) = parse(PROJECT);
        let titles = |file: &str| -> Vec<String> {
            let lenses = snapshot.lenses(file);
            lenses.into_iter().map(|lens| lens.title).collect()
        };
        assert_eq!(titles("steps/a.step.ts"), ["2 subscribers"]);
        assert_eq!(titles("steps/b.step.rb"), ["1 emitter"]);
        assert_eq!(titles("steps/c_step.py"), ["1 emitter"]);
    }

    #[test]
    fn a_flow_test_can_be_run() {
        let (snapshot, _) = parse(PROJECT);
        let lenses = snapshot.lenses("tests/a.flow.yaml");
        let targets: Vec<LensTarget> = lenses.into_iter().map(|lens| lens.target).collect();
        assert_eq!(targets, [LensTarget::FlowTest("nightly".into())]);
    }

    #[test]
    fn hints_stand_behind_the_quote() {
        let (snapshot, _) = parse(PROJECT);
        let text = snapshot.source("steps/a.step.ts").unwrap().text.clone();
        let shown: Vec<(String, String)> = snapshot
            .hints("steps/a.step.ts")
            .into_iter()
            .map(|hint| {
                let at = hint.offset as usize;
                (text[at - 6..at].to_owned(), hint.label)
            })
            .collect();
        let expected = [("* * *'", "at 02:00"), (".done'", "→ 2 subscribers (py, rb)")];
        assert_eq!(
            shown,
            expected.map(|(before, label)| (before.to_owned(), label.to_owned()))
        );
    }
}
