//! Texts of steps, whole and torn, with characters of every width.

use super::{Dice, Unit};

const TOPICS: [&str; 5] = ["order.made", "order.paid", "añb.日本", "a😀b", "orders"];

const PIECES: [&str; 24] = [
    "'",
    "\"",
    "`",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\n",
    "\r\n",
    "\r",
    "é",
    "日本",
    "😀",
    "e\u{301}",
    "\t",
    ",",
    "emits: [",
    "subscribes",
    "await emit({ topic: '",
    "#",
    "//",
    "\u{2028}",
];

/// A whole text for a file.
pub(super) fn whole(dice: &mut Dice, file: &str) -> String {
    if dice.below(12) == 0 {
        return (0..dice.below(40)).map(|_| piece(dice)).collect();
    }
    let (from, to, said) = (*dice.pick(&TOPICS), *dice.pick(&TOPICS), *dice.pick(&TOPICS));
    let kind = *dice.pick(&["number", "string", "boolean"]);
    if file.ends_with(".stream.ts") {
        return format!(
            "import {{ z }} from 'zod'\nexport const config = {{ name: 'note', schema: z.object({{ text: z.{kind}() }}), \
             baseConfig: {{ storageType: 'default' }} }}\n"
        );
    }
    if file.ends_with("topics.ts") {
        return format!("export const topics = {{ made: '{to}' }} as const\nexport const FIRST = '{from}'\n");
    }
    if file.ends_with(".step.ts") {
        let emitted = if dice.below(3) == 0 {
            "topics.made".to_owned()
        } else {
            format!("'{said}'")
        };
        return format!(
            "import {{ z }} from 'zod'\nimport {{ topics }} from './topics'\n\nexport const config = {{\n  type: 'event', name: \
             'A',\n  subscribes: ['{from}'], emits: ['{to}'], flows: ['f'],\n  input: z.object({{ id: z.{kind}() }}),\n}}\n\n\
             export const handler = async (input, {{ emit, state }}) => {{\n  await state.set('g', input.id, input)\n  await \
             emit({{ topic: {emitted}, data: {{ id: 1 }} }})\n}}\n"
        );
    }
    if file.ends_with(".js") {
        return format!(
            "exports.config = {{ type: 'api', name: 'B', path: '/b', method: 'POST', emits: ['{to}'], flows: ['f'] \
             }}\r\nexports.handler = async (req, {{ emit }}) => {{\r\n  await emit({{ topic: '{said}', data: {{ id: 'x' }} \
             }})\r\n  return {{ status: 200, body: {{}} }}\r\n}}\r\n"
        );
    }
    if file.ends_with(".py") {
        return format!(
            "config = {{\n    \"type\": \"event\", \"name\": \"C\", \"subscribes\": [\"{from}\"], \"emits\": [\"{to}\"],\n    \
             \"input\": {{\"type\": \"object\", \"properties\": {{\"id\": {{\"type\": \"{kind}\"}}}}, \"required\": [\"id\"]}},\n\
             }}\n\nasync def handler(input_data, ctx):\n    await ctx.emit({{\"topic\": \"{said}\", \"data\": {{\"id\": \
             input_data[\"id\"]}}}})\n"
        );
    }
    if file.ends_with(".rb") {
        return format!(
            "def config\n  {{ type: 'event', name: 'D', subscribes: ['{from}'], emits: ['{to}'] }}\nend\n\ndef handler(input, \
             context)\n  context.emit(topic: '{said}', data: {{ id: input['id'] }})\nend\n"
        );
    }
    if file.ends_with(".yaml") {
        return format!(
            "flow: f\ntests:\n  - name: 'é {said}'\n    when: {{ emit: {from}, data: {{ id: 1 }} }}\n    then:\n      - emitted: \
             {to}\n"
        );
    }
    let severity = *dice.pick(&["off", "warning", "error", "loud"]);
    format!("[rules]\nundeclared-emit = \"{severity}\"\n")
}

/// A small piece of text.
pub(super) fn piece(dice: &mut Dice) -> String {
    match dice.below(3) {
        0 => (*dice.pick(&TOPICS)).to_owned(),
        _ => (*dice.pick(&PIECES)).to_owned(),
    }
}

/// A place in `text` between two characters, but not within a line end.
pub(super) fn place(dice: &mut Dice, text: &str) -> usize {
    let mut at = dice.below(text.len() + 1);
    while !text.is_char_boundary(at) || (text[..at].ends_with('\r') && text[at..].starts_with('\n')) {
        at -= 1;
    }
    at
}

/// The line and column of a place.
pub(super) fn position(text: &str, at: usize, unit: Unit) -> (usize, usize) {
    let before = text[..at].replace("\r\n", "\n").replace('\r', "\n");
    let (lines, column) = before
        .rsplit_once('\n')
        .map_or((0, before.as_str()), |(lines, column)| {
            (lines.matches('\n').count() + 1, column)
        });
    let width = match unit {
        Unit::Byte => column.len(),
        Unit::Utf16 => column.encode_utf16().count(),
        Unit::Char => column.chars().count(),
    };
    (lines, width)
}
