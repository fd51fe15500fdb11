//! The code blocks of the documents as steps that can run. A handler without a config is given one, and a part of a
//! handler is put into one; the code itself stays as it is written.

use super::documents::{Block, Fence};

/// What becomes of a block.
pub(super) enum Runnable {
    /// Files of steps, each with the name of its step.
    Steps(Vec<StepFile>),
    /// A stream: there is nothing in it to run.
    Stream(StepFile),
    /// Nothing to run, and why.
    Not(&'static str),
}

/// A file with one step.
pub(super) struct StepFile {
    pub(super) file: String,
    pub(super) name: String,
    pub(super) text: String,
}

impl From<Block> for StepFile {
    fn from(block: Block) -> Self {
        Self {
            name: block.name.unwrap_or_else(|| block.file.clone()),
            file: block.file,
            text: block.text,
        }
    }
}

/// Everything that can run of a block.
pub(super) fn of(fence: &Fence) -> Runnable {
    let Some(extension) = fence.extension() else {
        return Runnable::Not(match fence.language.as_str() {
            "bash" => "commands of a shell, or a list",
            "" => "a picture or a tree of files",
            _ => "no code of a step",
        });
    };
    if let Some(block) = fence.block() {
        return match block.file.contains("stream.") && fence.text.contains("StreamConfig") {
            true => Runnable::Stream(block.into()),
            false => Runnable::Steps(vec![block.into()]),
        };
    }
    if fence.text.contains("├──") {
        return Runnable::Not("a tree of files");
    }
    if fence.text.contains("new WebSocket(") {
        return Runnable::Not("code of a browser");
    }
    let parts = parts_by_language(fence);
    if parts.len() > 1 {
        return Runnable::Steps(
            parts
                .iter()
                .map(|(extension, text)| part(fence.line, extension, text))
                .collect(),
        );
    }
    let handlers = handlers(&fence.text);
    if handlers.is_empty() {
        return Runnable::Steps(vec![part(fence.line, extension, &fence.text)]);
    }
    Runnable::Steps(
        handlers
            .iter()
            .map(|handler| with_config(fence, extension, handler))
            .collect(),
    )
}

/// Exported handlers: name and first parameter.
fn handlers(text: &str) -> Vec<(String, String)> {
    text.lines()
        .filter_map(|line| {
            let (name, rest) = line.strip_prefix("export const ")?.split_once('=')?;
            let name = name.split(':').next()?.trim();
            let parameters = rest.trim().strip_prefix("async (")?;
            let first = parameters.split([',', ')']).next()?.trim();
            name.to_lowercase()
                .ends_with("handler")
                .then(|| (name.to_owned(), first.to_owned()))
        })
        .collect()
}

/// A handler that takes a request is given a route and a user who is logged in, and a socket if it speaks to one; any
/// other a topic.
fn with_config(fence: &Fence, extension: &str, (handler, first): &(String, String)) -> StepFile {
    let name = format!("{handler}{}", fence.line);
    let user = "async (req, _, next) => { req.user = { id: req.headers['x-user'] }; return next() }";
    let method = match fence.text.contains("ws.send") {
        true => "'GET', websocket: true",
        false => "'POST'",
    };
    let config = match first.as_str() {
        "req" => format!(
            "{{ type: 'api', name: '{name}', method: {method}, path: '/{name}', middleware: [\n  {user},\n] }}"
        ),
        _ => format!("{{ type: 'event', name: '{name}', subscribes: ['{name}'] }}"),
    };
    let alias = match handler.as_str() {
        "handler" => String::new(),
        _ => format!("export {{ {handler} as handler }}\n"),
    };
    StepFile {
        file: format!("steps/{name}.step.{extension}"),
        text: format!("{}\nexport const config = {config}\n{alias}", fence.text),
        name,
    }
}

/// The parts of a block that changes its language on the way, where its comments say so.
fn parts_by_language(fence: &Fence) -> Vec<(&'static str, String)> {
    let mut parts = vec![(fence.extension().unwrap_or("ts"), String::new())];
    for line in fence.text.lines() {
        if line.starts_with("// Python ") {
            parts.push(("py", String::new()));
        } else if line.starts_with("// Ruby ") {
            parts.push(("rb", String::new()));
        } else if let Some((_, text)) = parts.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    parts
}

/// Code with a handler and no config, or the inside of a handler.
fn part(line: usize, extension: &str, text: &str) -> StepFile {
    let name = format!("Part{line}{extension}");
    let file = match extension {
        "py" => format!("steps/part_{line}_step.py"),
        _ => format!("steps/part-{line}.step.{extension}"),
    };
    let text = match extension {
        "py" => format!("config = {{'type': 'event', 'name': '{name}', 'subscribes': ['{name}']}}\n\n{text}"),
        "rb" => format!(
            "def config\n  {{ type: 'event', name: '{name}', subscribes: ['{name}'] }}\nend\n\n{text}"
        ),
        _ => format!(
            "export const config = {{ type: 'api', name: '{name}', method: 'POST', path: '/{name}' }}\n\n\
             export const handler = async (req, {{ emit, logger, state, streams, traceId }}) => {{\n{text}\n  \
             return {{ status: 200, body: {{}} }}\n}}\n"
        ),
    };
    StepFile { file, name, text }
}
