//! `banister why`: everything that a project says of a topic, a step, a route, a state group or a stream.

use std::path::PathBuf;

use anyhow::Context as _;
use banister_project::why::{self, Entry, Story};
use banister_project::{Snapshot, disk};

use super::write_stdout;
use crate::cache_folder::cache_folder;
use crate::exit::Exit;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A topic, the name of a step, a route such as 'POST /orders', a state group such as '~carts' or a stream such as
    /// '%chat'
    subject: String,
    /// The project
    #[arg(short = 'C', long = "dir", default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    /// How it is told
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// A versioned JSON list, one story for each project that knows the subject
    Json,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let loaded = disk::load_cached(&arguments.dir, cache_folder().as_deref())
        .with_context(|| format!("cannot read {}", arguments.dir.display()))?;
    let snapshot = loaded.host.snapshot();
    let stories = why::why(&snapshot, &arguments.subject);
    if stories.is_empty() {
        return Err(unknown(&snapshot, &arguments.subject));
    }
    write_stdout(&match arguments.format {
        Format::Text => text(&stories),
        Format::Json => serde_json::to_string_pretty(&stories)? + "\n",
    })?;
    Ok(Exit::Success)
}

fn unknown(snapshot: &Snapshot, subject: &str) -> anyhow::Error {
    let near = why::near(snapshot, subject);
    let hint = match near.as_slice() {
        [] => String::new(),
        names => format!("; did you mean '{}'?", names.join("' or '")),
    };
    anyhow::anyhow!("no topic, step, route, state group or stream is named '{subject}'{hint}")
}

fn text(stories: &[Story]) -> String {
    let told: Vec<String> = stories
        .iter()
        .map(|story| {
            let title = if stories.len() > 1 {
                format!("{} '{}' of {}\n", story.kind, story.name, story.root)
            } else {
                format!("{} '{}'\n", story.kind, story.name)
            };
            title + &body(story)
        })
        .collect();
    told.join("\n")
}

fn body(story: &Story) -> String {
    let mut out = String::new();
    for group in story.entries.chunk_by(|one, other| one.part == other.part) {
        let heading = group.first().map_or("", |entry| entry.part.heading());
        out += &format!("\n{heading}\n");
        out.extend(group.iter().map(line));
    }
    if !story.schemas.is_empty() {
        out += "\npayload\n";
    }
    for schema in &story.schemas {
        out += &format!(
            "  {}  {}:{}\n    {}\n",
            schema.step, schema.file, schema.line, schema.schema
        );
    }
    if !story.paths.is_empty() {
        out += "\nreached from\n";
    }
    for path in &story.paths {
        out += &format!("  {}\n", path.join(" → "));
    }
    if !story.near.is_empty() {
        out += &format!("\nmuch like it\n  {}\n", story.near.join("\n  "));
    }
    out
}

fn line(entry: &Entry) -> String {
    let Entry {
        step,
        language,
        file,
        line,
        column,
        about,
        note,
        ..
    } = entry;
    let about = about
        .as_ref()
        .map(|about| format!(" {about}"))
        .unwrap_or_default();
    let note = note
        .as_ref()
        .map(|note| format!("  ({note})"))
        .unwrap_or_default();
    format!(
        "  {step} ({}){about}  {file}:{line}:{column}{note}\n",
        language.name()
    )
}
