//! Which profile a project without a setting has, by the forms that its files use.

use banister_grammars::facts::{ConfigFact, ConfigKind, Dialect, SchemaNotation, SeedForm};

use super::{Step, Stream};
use crate::profile::Profile;
use crate::shelf::Shelf;

/// A profile and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    /// The profile.
    pub profile: Profile,
    /// The form that speaks for it, with its file: "`state.get_pattern` in steps/a_step.py".
    pub because: String,
}

/// The profile of a project without a setting: `seed` as soon as a step or a stream uses a form that only documents know.
pub(super) fn detect(steps: &Shelf<Step>, streams: &Shelf<Stream>) -> Detected {
    let of_steps = steps
        .iter()
        .filter(|step| step.dialect() == Dialect::V0)
        .find_map(|step| Some((step_form(step)?, &step.file)));
    let found = of_steps.or_else(|| {
        streams
            .iter()
            .find_map(|stream| Some((stream_form(stream)?, &stream.file)))
    });
    match found {
        Some((form, file)) => Detected {
            profile: Profile::Seed,
            because: format!("{form} in {file}"),
        },
        None => Detected {
            profile: Profile::Motia017,
            because: "no form that only documents show".to_owned(),
        },
    }
}

fn step_form(step: &Step) -> Option<String> {
    let config = step.source.facts.config.as_ref();
    let key = config.and_then(config_form);
    let shorthand = || {
        let mut inputs = step
            .fact()?
            .triggers
            .iter()
            .filter_map(|trigger| trigger.input.as_ref());
        inputs
            .any(|input| input.notation == SchemaNotation::Shorthand)
            .then(|| "a shorthand schema".to_owned())
    };
    let used = || {
        let uses = &step.facts().seed_uses;
        uses.iter().find_map(|found| match found.form {
            SeedForm::ContextKey => Some(format!("the context as a dictionary (`{}`)", found.name)),
            SeedForm::ContextMember => Some(format!("`context.{}`", found.name)),
            SeedForm::StateMethod => Some(format!("`state.{}`", found.name)),
            SeedForm::StateExpiry => Some("a time to live in `state.set`".to_owned()),
            // A middleware may set it in any release.
            SeedForm::RequestMember => None,
        })
    };
    key.or_else(shorthand).or_else(used)
}

fn config_form(config: &ConfigFact) -> Option<String> {
    if config.get("websocket").is_some() {
        return Some("the key `websocket`".to_owned());
    }
    let middleware = config.get("middleware")?;
    middleware.value.items().iter().find_map(|item| match &item.kind {
        ConfigKind::Text { value, .. } => Some(format!("middleware by its name ('{value}')")),
        _ => None,
    })
}

fn stream_form(stream: &Stream) -> Option<String> {
    let config = stream.source.facts.config.as_ref()?;
    let storage = config
        .entries
        .iter()
        .filter(|entry| matches!(entry.key.as_str(), "baseConfig" | "base_config"))
        .flat_map(|entry| entry.value.entries());
    config
        .entries
        .iter()
        .chain(storage)
        .find(|entry| matches!(entry.key.as_str(), "ttl" | "maxItems"))
        .map(|entry| format!("the key `{}`", entry.key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Host;

    fn detected(file: &str, text: &str) -> Detected {
        let mut host = Host::new();
        host.set_file(file, text.into());
        host.snapshot().projects()[0].profile()
    }

    #[test]
    fn forms_of_documents_speak_for_the_profile_seed() {
        let js = "exports.config = { type: 'api', name: 'A', method: 'GET', path: '/a', emits: [] }\n";
        for (file, text, because) in [
            ("steps/a.step.js", js.replace("emits: []", "websocket: true"), "`websocket`"),
            ("steps/a.step.js", js.replace("emits: []", "middleware: ['auth']"), "'auth'"),
            (
                "steps/a.step.js",
                format!("{js}exports.handler = async (req, {{ state }}) => {{ await state.set('a', 'b', 1, 60) }}\n"),
                "time to live",
            ),
            (
                "steps/a_step.py",
                "config = {'type': 'event', 'name': 'A', 'subscribes': ['t'], 'emits': []}\n\
                 async def handler(data, context):\n    await context['emit']({'topic': 'x', 'data': {}})\n"
                    .to_owned(),
                "dictionary",
            ),
            (
                "steps/a.step.rb",
                "def config\n  { type: 'event', name: 'A', subscribes: ['t'], emits: [], input: { id: 'string' } }\nend\n"
                    .to_owned(),
                "shorthand",
            ),
        ] {
            let found = detected(file, &text);
            assert_eq!(found.profile, Profile::Seed, "{text}");
            assert!(found.because.contains(because), "{}", found.because);
        }
    }

    #[test]
    fn what_releases_know_speaks_for_the_released_framework() {
        let text = "exports.config = { type: 'api', name: 'A', method: 'GET', path: '/a', emits: [], middleware: [f] }\n\
                    exports.handler = async (req, { state }) => state.get('a', 'b')\nfunction f() {}\n";
        assert_eq!(detected("steps/a.step.js", text).profile, Profile::Motia017);
    }
}
