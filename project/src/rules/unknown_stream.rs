use banister_grammars::facts::{Dialect, StreamUse, Text};

use super::similarity::is_slip;
use super::{Check, Context, Findings, Rule, list};
use crate::diagnostic::Severity;
use crate::index::Streams;
use crate::project::Step;

pub(super) const RULE: Rule = Rule {
    name: "unknown-stream",
    severity: Severity::Error,
    doc: "\
A step uses a stream that no file of the project defines. In 0.x the stream is then `undefined`, and the first call on it
throws.

It is a warning for a name that is put together at run time and that no stream can match, and in 1.0, which makes a
stream on first use. Nothing is said while a stream definition of the project cannot be read, and of a stream that the
file itself asks for first (`if (streams.chat)`, `streams.chat?.set(…)`). Names that begin with `__` belong to the
framework.",
    check: Check::Step(check),
};

/// True if a use of that name may mean one of the streams.
fn may_have(streams: &Streams, used: &Text) -> bool {
    match used {
        Text::Known(_) | Text::OneOf(_) => used.candidates().iter().any(|name| {
            name.is_empty()
                || name.starts_with("__")
                || streams.names.contains(name.as_str())
                || streams.dynamic.iter().any(|defined| defined.may_be(name))
        }),
        Text::Pattern(_) => !streams.dynamic.is_empty() || streams.names.iter().any(|name| used.may_be(name)),
        Text::Import(_) | Text::Either(_) | Text::Joined(_) | Text::Unknown(_) => true,
    }
}

fn check(context: &Context<'_>, step: &Step, findings: &mut Findings) {
    // A stream with a name of its own is reported where it is looked up.
    let uses = step.facts().stream_uses.iter();
    for used in uses.filter(|used| !used.aliased && !used.by_name && !used.tested) {
        let streams = context.index.streams();
        if !streams.unread && !may_have(streams, &used.name.text) {
            report(step, used, streams, findings);
        }
    }
}

fn report(step: &Step, used: &StreamUse, streams: &Streams, findings: &mut Findings) {
    let (label, text) = (step.label(), &used.name.text);
    let named = match text {
        Text::Pattern(parts) => format!("'{}'", parts.join("…")),
        _ => list(text.candidates(), '\'', "or"),
    };
    let message = format!("{label} uses the stream {named}, which no file defines");
    let is_exact = matches!(text, Text::Known(_) | Text::OneOf(_));
    let severity = if is_exact && step.dialect() == Dialect::V0 {
        Severity::Error
    } else {
        Severity::Warning
    };
    let meant = text
        .known()
        .and_then(|written| streams.names.iter().find(|name| is_slip(written, name)));
    let help = match meant {
        Some(meant) => format!("did you mean '{meant}'?"),
        None if streams.names.is_empty() => "define it in a file named like `chat.stream.ts`".to_owned(),
        None => {
            let names: Vec<&String> = streams.names.iter().collect();
            format!("the project defines {}", list(&names, '\'', "and"))
        }
    };
    findings
        .report(&step.file, used.name.span, message)
        .severity(severity)
        .help(help);
}

#[cfg(test)]
mod tests {
    use crate::fixture::{check, report};

    const STREAM: &str = "\
//- steps/chat.stream.ts
export const config = { name: 'chat', schema: {}, baseConfig: { storageType: 'default' } }
";

    fn with_stream(steps: &str) {
        check(&format!("{STREAM}{steps}"));
    }

    #[test]
    fn a_stream_that_nobody_defines_is_found_in_every_language() {
        with_stream(
            "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
export const handler = async ({ streams }) => {
  await streams.chat.set('g', 'i', {})
  await streams.chats.set('g', 'i', {})
  //            ^^^^^ unknown-stream error
  await streams['news'].set('g', 'i', {})
  //             ^^^^ unknown-stream error
}
//- steps/b.step.js
exports.config = { type: 'cron', name: 'B', cron: '* * * * *', emits: [] }
exports.handler = async (ctx) => { await ctx.streams.news.get('g', 'i') }
//                                                   ^^^^ unknown-stream error
//- steps/c_step.py
config = {'type': 'cron', 'name': 'C', 'cron': '* * * * *', 'emits': []}
async def handler(context):
    await context.streams.chat.set('g', 'i', {})
    await context.streams.news.set('g', 'i', {})
    #                     ^^^^ unknown-stream error
//- steps/d.step.rb
def config
  { type: 'cron', name: 'D', cron: '* * * * *', emits: [] }
end
def handler(context)
  context.streams.news.set('g', 'i', {})
  #               ^^^^ unknown-stream error
end
",
        );
    }

    #[test]
    fn it_is_reported_once_where_it_is_looked_up() {
        with_stream(
            "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
export const handler = async ({ streams }) => {
  const { chat, news } = streams
  //            ^^^^ unknown-stream error
  await chat.set('g', 'i', {})
  await news.set('g', 'i', {})
  await news.set('g', 'j', {})
}
//- steps/b_step.py
config = {'type': 'cron', 'name': 'B', 'cron': '* * * * *', 'emits': []}
async def handler(context):
    news = context.streams.get('news')
    #                           ^^^^ unknown-stream error
    await news.set('g', 'i', {})
",
        );
    }

    #[test]
    fn a_stream_that_the_file_asks_for_may_be_absent() {
        with_stream(
            "\
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
export const handler = async ({ streams }) => {
  if (streams?.news && ready()) {
    await streams.news.set('g', 'i', {})
  }
  await streams.board?.set('g', 'i', {})
  const { desk } = streams
  if (!desk) return
  await desk.set('g', 'i', {})
  if (ready(streams.radio)) return
  //                ^^^^^ unknown-stream error
}
//- steps/b_step.py
config = {'type': 'cron', 'name': 'B', 'cron': '* * * * *', 'emits': []}
async def handler(context):
    news = context.streams.news
    if news:
        await news.set('g', 'i', {})
",
        );
    }

    #[test]
    fn computed_names_are_patterns() {
        with_stream(
            "\
//- steps/a.step.ts
export const config = { type: 'event', name: 'A', subscribes: [], emits: [] }
export const handler = async (input, { streams }) => {
  await streams[`ch${input.kind}`].set('g', 'i', {})
  await streams[input.kind].set('g', 'i', {})
  await streams[`user-${input.id}`].set('g', 'i', {})
  //            ^^^^^^^^^^^^^^^^^^ unknown-stream warning
}
",
        );
    }

    #[test]
    fn a_definition_that_cannot_be_read_may_be_any() {
        for definition in [
            "export const config = { name: `${prefix()}`, schema: {} }",
            "export const config = { name: names.shift(), schema: {} }",
            "export const config = make('news')",
        ] {
            check(&format!(
                "\
//- steps/other.stream.ts
{definition}
//- steps/a.step.ts
export const config = {{ type: 'cron', name: 'A', cron: '* * * * *', emits: [] }}
export const handler = async ({{ streams }}) => {{ await streams.news.set('g', 'i', {{}}) }}
"
            ));
        }
    }

    #[test]
    fn a_definition_that_is_being_typed_may_be_any() {
        let found = report(
            "\
//- steps/other.stream.ts
export const config = { na
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
export const handler = async ({ streams }) => { await streams.news.set('g', 'i', {}) }
",
        );
        assert!(!found.contains("unknown-stream"), "{found}");
    }

    #[test]
    fn definitions_elsewhere_and_the_frameworks_own_count() {
        check(
            "\
//- lib/news.stream.ts
export const config = { name: 'news', schema: {}, baseConfig: { storageType: 'default' } }
//- steps/a.step.ts
export const config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
export const handler = async ({ streams }) => {
  await streams.news.set('g', 'i', {})
  await streams['__motia.logs'].set('g', 'i', {})
}
",
        );
    }

    #[test]
    fn the_collection_itself_is_no_stream() {
        check(
            "\
//- steps/a_step.py
config = {'type': 'cron', 'name': 'A', 'cron': '* * * * *', 'emits': []}
async def handler(context):
    for name in context.streams.keys():
        print(name)
//- steps/b.step.ts
export const config = { type: 'event', name: 'B', subscribes: [], emits: [] }
export const handler = async (input, ctx) => { input.streams.news.set('g'); player.streams.news.play() }
",
        );
    }

    #[test]
    fn the_second_generation_makes_it_on_first_use() {
        check(
            "\
//- steps/a_step.py
from motia import Stream
config = {'name': 'A', 'triggers': [{'type': 'cron', 'expression': '0 * * * * *'}]}
news = Stream('news')
#              ^^^^ unknown-stream warning
async def handler(data, ctx):
    news.set('g', 'i', {})
//- steps/b.step.ts
import { Stream } from 'motia'
const todos = new Stream({ name: 'todos', schema: {} })
export const config = { name: 'B', triggers: [{ type: 'cron', expression: '0 * * * * *' }] }
export const handler = async () => { await todos.set('g', 'i', {}) }
",
        );
    }

    #[test]
    fn the_help_names_what_was_meant() {
        let step = "\
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '* * * * *', emits: [] }
exports.handler = async ({ streams }) => { await streams.chats.get('g', 'i'); await streams.news.get('g', 'i') }
";
        expect_test::expect![[r#"
            steps/a.step.js:2:58 error unknown-stream: A uses the stream 'chats', which no file defines
              help: did you mean 'chat'?
            steps/a.step.js:2:93 error unknown-stream: A uses the stream 'news', which no file defines
              help: the project defines 'chat'
        "#]]
        .assert_eq(&report(&format!("{STREAM}{step}")));
    }
}
