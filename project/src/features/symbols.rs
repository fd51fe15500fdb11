//! The outline of a step or stream.

use banister_grammars::Span;
use banister_grammars::facts::{HandlerFact, StepFact, TextFact, TopicRef, Trigger};

use super::{Symbol, SymbolKind};
use crate::cron::Cron;
use crate::index::Index;
use crate::project::{Step, Stream};

pub(super) fn symbols(index: &Index, file: &str) -> Vec<Symbol> {
    let streams = index
        .project
        .streams
        .iter()
        .filter(|stream| stream.file == file)
        .filter_map(stream_symbol);
    let steps = index
        .step(file)
        .into_iter()
        .filter_map(|step| Some(step_symbol(index, step, step.fact()?)));
    steps.chain(streams).collect()
}

fn step_symbol(index: &Index, step: &Step, fact: &StepFact) -> Symbol {
    let topic = |kind: SymbolKind, topic: &TopicRef| {
        let known = topic.topic.text.known();
        let detail = match kind {
            SymbolKind::Emits => counted(
                known.map_or(0, |topic| index.subscribers(topic).len()),
                "subscriber",
            ),
            _ => counted(known.map_or(0, |topic| index.emitters(topic).len()), "emitter"),
        };
        leaf(shown(step, &topic.topic), detail, kind, &topic.topic)
    };
    let mut children = Vec::new();
    for trigger in &fact.triggers {
        children.extend(trigger.path.as_ref().map(|path| route(step, trigger, path)));
        children.extend(trigger.cron.as_ref().map(|cron| schedule(step, cron)));
        children.extend(
            trigger
                .topics
                .iter()
                .map(|taken| topic(SymbolKind::Subscribes, taken)),
        );
    }
    children.extend(
        fact.emits
            .topics()
            .iter()
            .map(|sent| topic(SymbolKind::Emits, sent)),
    );
    children.extend(fact.handler.as_ref().map(handler));
    Symbol {
        name: step.label().to_owned(),
        detail: detail(step),
        kind: SymbolKind::Step,
        span: fact.span,
        selection: selection(fact.span, fact.name.as_ref()),
        children,
    }
}

fn route(step: &Step, trigger: &Trigger, path: &TextFact) -> Symbol {
    let method = trigger
        .method
        .as_ref()
        .and_then(|method| method.text.known())
        .unwrap_or("");
    let name = format!("{method} {}", shown(step, path));
    leaf(name.trim().to_owned(), String::new(), SymbolKind::Route, path)
}

fn schedule(step: &Step, cron: &TextFact) -> Symbol {
    let schedule = cron
        .text
        .known()
        .and_then(|text| Cron::parse(text, step.dialect()).ok());
    let words = schedule.map(|schedule| schedule.words()).unwrap_or_default();
    leaf(shown(step, cron), words, SymbolKind::Cron, cron)
}

fn handler(handler: &HandlerFact) -> Symbol {
    Symbol {
        name: "handler".to_owned(),
        detail: String::new(),
        kind: SymbolKind::Handler,
        span: handler.body,
        selection: if handler.body.contains(handler.span) {
            handler.span
        } else {
            handler.body
        },
        children: Vec::new(),
    }
}

/// The name, where it stands inside of the config: forms that build the config apart may write it elsewhere.
fn selection(config: Span, name: Option<&TextFact>) -> Span {
    name.map(|name| name.span)
        .filter(|name| config.contains(*name))
        .unwrap_or(config)
}

fn detail(step: &Step) -> String {
    let flows = step.flows().join(", ");
    if flows.is_empty() {
        String::new()
    } else {
        format!("in {flows}")
    }
}

fn stream_symbol(stream: &Stream) -> Option<Symbol> {
    let fact = stream.facts().stream.as_ref()?;
    Some(Symbol {
        name: stream.name().unwrap_or(&stream.file).to_owned(),
        detail: "stream".to_owned(),
        kind: SymbolKind::Stream,
        span: fact.span,
        selection: selection(fact.span, fact.name.as_ref()),
        children: Vec::new(),
    })
}

fn leaf(name: String, detail: String, kind: SymbolKind, fact: &TextFact) -> Symbol {
    Symbol {
        name,
        detail,
        kind,
        span: fact.span,
        selection: fact.span,
        children: Vec::new(),
    }
}

/// The value, or the expression where the value is not known.
fn shown(step: &Step, fact: &TextFact) -> String {
    fact.text
        .known()
        .unwrap_or_else(|| fact.span.slice(&step.source.text))
        .to_owned()
}

fn counted(count: usize, noun: &str) -> String {
    match count {
        0 => format!("no {noun}"),
        1 => format!("1 {noun}"),
        many => format!("{many} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::expect;

    use super::*;
    use crate::fixture::parse;

    fn outline(symbols: &[Symbol], depth: usize) -> String {
        let mut text = String::new();
        for symbol in symbols {
            assert!(symbol.span.contains(symbol.selection), "{symbol:?}");
            writeln!(
                text,
                "{}{:?} {} [{}]",
                "  ".repeat(depth),
                symbol.kind,
                symbol.name,
                symbol.detail
            )
            .unwrap();
            text += &outline(&symbol.children, depth + 1);
        }
        text
    }

    #[test]
    fn a_step_is_its_wiring_and_its_handler() {
        let (snapshot, _) = parse(
            "\
//- steps/a.step.ts
export const config = { type: 'api', name: 'A', method: 'POST', path: '/a', emits: ['x.done'], flows: ['f', 'g'] }
export const handler = async (req, { emit }) => { await emit({ topic: 'x.done', data: {} }) }
//- steps/b.step.rb
def config
  { type: 'event', name: 'B', subscribes: ['x.done'], emits: [] }
end
def handler(input, context)
end
//- steps/c_step.py
config = {'type': 'cron', 'name': 'C', 'cron': '0 2 * * *', 'emits': []}
//- streams/s.stream.ts
export const config = { name: 's', schema: {}, baseConfig: { storageType: 'default' } }
",
        );
        let files = [
            "steps/a.step.ts",
            "steps/b.step.rb",
            "steps/c_step.py",
            "streams/s.stream.ts",
        ];
        let text: String = files
            .iter()
            .map(|file| outline(&snapshot.document_symbols(file), 0))
            .collect();
        expect![[r#"
            Step A [in f, g]
              Route POST /a []
              Emits x.done [1 subscriber]
              Handler handler []
            Step B []
              Subscribes x.done [1 emitter]
              Handler handler []
            Step C []
              Cron 0 2 * * * [at 02:00]
            Stream s [stream]
        "#]]
        .assert_eq(&text);
    }

    #[test]
    fn a_module_has_no_outline() {
        let (snapshot, _) = parse("//- steps/a.step.ts\n//- steps/lib.ts\nexport const a = 'x'\n");
        assert!(snapshot.document_symbols("steps/lib.ts").is_empty());
        assert!(snapshot.document_symbols("steps/nowhere.ts").is_empty());
    }
}
