//! The settings of flow tests: the table `[test]`.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Misfit, unknown};
use crate::invariant::{Invariant, SettingsInvariant, problem};
use crate::profile::Profile;

const KEYS: [&str; 6] = [
    "profile",
    "allow",
    "middleware",
    "reject_invalid_bodies",
    "python_state_wrapper",
    "invariants",
];

/// Findings of a run that a project or a test may allow.
pub const ALLOWABLE: [&str; 6] = [
    "undeclared-emit",
    "invalid-payload",
    "invalid-response",
    "invalid-item",
    "lost-message",
    "not-serializable",
];

/// What holds for all flow tests of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TestSettings {
    /// Which framework is played; found out if absent.
    pub profile: Option<Profile>,
    /// Findings that fail no test.
    pub allow: Vec<String>,
    /// Files, relative to the project, of middleware that steps name by a text.
    pub middleware: BTreeMap<String, String>,
    /// A request whose body its step's schema does not allow is answered with 400. No release does this.
    pub reject_invalid_bodies: bool,
    /// Python steps of 0.x get what they read from the state in the wrapper of the releases: `{"data": item}`.
    pub python_state_wrapper: bool,
    /// What must hold after every run.
    pub invariants: Vec<SettingsInvariant>,
}

pub(super) fn read(value: &Spanned<DeValue<'_>>) -> Result<TestSettings, Misfit> {
    let DeValue::Table(table) = value.get_ref() else {
        return Err((
            value.span(),
            "`test` is a table of settings for flow tests".into(),
        ));
    };
    let mut settings = TestSettings::default();
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "profile" => settings.profile = Some(profile(value)?),
            "allow" => settings.allow = allowed(value)?,
            "reject_invalid_bodies" => {
                settings.reject_invalid_bodies = switch(value, "reject_invalid_bodies")?
            }
            "python_state_wrapper" => settings.python_state_wrapper = switch(value, "python_state_wrapper")?,
            "invariants" => settings.invariants = invariants(value)?,
            "middleware" => settings.middleware = files(value)?,
            other => return Err((key.span(), unknown("setting of `test`", other, &KEYS))),
        }
    }
    Ok(settings)
}

fn switch(value: &Spanned<DeValue<'_>>, key: &str) -> Result<bool, Misfit> {
    match value.get_ref() {
        DeValue::Boolean(on) => Ok(*on),
        _ => Err((value.span(), format!("`{key}` is true or false"))),
    }
}

fn profile(value: &Spanned<DeValue<'_>>) -> Result<Profile, Misfit> {
    match value.get_ref() {
        DeValue::String(name) => {
            Profile::parse(name).ok_or_else(|| (value.span(), unknown("profile", name, &Profile::NAMES)))
        }
        _ => Err((
            value.span(),
            format!("`profile` is one of {}", Profile::NAMES.join(", ")),
        )),
    }
}

fn allowed(value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, Misfit> {
    let DeValue::Array(items) = value.get_ref() else {
        return Err((value.span(), "`allow` is a list of findings".into()));
    };
    let each = items.iter().map(|item| match item.get_ref() {
        DeValue::String(name) if ALLOWABLE.contains(&name.as_ref()) => Ok(name.to_string()),
        DeValue::String(name) => Err((item.span(), unknown("finding", name, &ALLOWABLE))),
        _ => Err((
            item.span(),
            format!("a finding is one of {}", ALLOWABLE.join(", ")),
        )),
    });
    each.collect()
}

fn invariants(value: &Spanned<DeValue<'_>>) -> Result<Vec<SettingsInvariant>, Misfit> {
    let DeValue::Array(items) = value.get_ref() else {
        return Err((value.span(), "`invariants` is a list of tables".into()));
    };
    items.iter().map(invariant).collect()
}

fn invariant(item: &Spanned<DeValue<'_>>) -> Result<SettingsInvariant, Misfit> {
    const PARTS: [&str; 2] = ["name", "holds"];
    let DeValue::Table(table) = item.get_ref() else {
        return Err((
            item.span(),
            "an invariant is a table with `name` and `holds`".into(),
        ));
    };
    for key in table.keys() {
        if !PARTS.contains(&key.get_ref().as_ref()) {
            return Err((key.span(), unknown("key of an invariant", key.get_ref(), &PARTS)));
        }
    }
    let text = |part: &str| {
        let value = table.iter().find(|(key, _)| key.get_ref().as_ref() == part);
        match value.map(|(_, value)| (value.get_ref(), value.span())) {
            Some((DeValue::String(text), span)) if !text.trim().is_empty() => Ok((text.to_string(), span)),
            Some((_, span)) => Err((span, format!("`{part}` of an invariant is a text"))),
            None => Err((item.span(), format!("an invariant needs `{part}`"))),
        }
    };
    let ((name, _), (holds, span)) = (text("name")?, text("holds")?);
    if let Some(problem) = problem(&holds) {
        return Err((span, format!("`{holds}` {problem}")));
    }
    Ok(SettingsInvariant {
        invariant: Invariant { name, holds },
        start: span.start,
        line: 0,
        column: 0,
    })
}

fn files(value: &Spanned<DeValue<'_>>) -> Result<BTreeMap<String, String>, Misfit> {
    let DeValue::Table(table) = value.get_ref() else {
        return Err((value.span(), "`middleware` is a table: name and file".into()));
    };
    let table: &DeTable<'_> = table;
    let each = table.iter().map(|(name, file)| match file.get_ref() {
        DeValue::String(path) => Ok((name.get_ref().to_string(), path.to_string())),
        _ => Err((file.span(), "the file of a middleware is a text".into())),
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, FILE_NAME};
    use crate::profile::Profile;
    use crate::rules::NAMES;

    #[test]
    fn settings_of_tests_are_read() {
        let text = "[test]\nprofile = \"seed\"\nallow = [\"invalid-payload\"]\n[test.middleware]\nauth = \"lib/auth.ts\"\n";
        let test = Config::parse(FILE_NAME, text, &NAMES).unwrap().test;
        assert_eq!(test.profile, Some(Profile::Seed));
        assert_eq!(test.allow, ["invalid-payload"]);
        assert_eq!(test.middleware["auth"], "lib/auth.ts");
    }

    #[test]
    fn invariants_are_read_with_their_places() {
        let text = "[[test.invariants]]\nname = 'paid once'\nholds = 'emitted.size() <= 1'\n";
        let all = Config::parse(FILE_NAME, text, &NAMES).unwrap().test.invariants;
        let [only] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!(only.invariant.name, "paid once");
        assert_eq!(only.invariant.holds, "emitted.size() <= 1");
        assert_eq!((only.line, only.column), (3, 9));
    }

    #[test]
    fn what_is_unknown_is_told() {
        for (text, message) in [
            ("test = 1", "1:8: `test` is a table of settings for flow tests"),
            (
                "[test]\nprofil = 'seed'",
                "2:1: unknown setting of `test` `profil`, did you mean `profile`?",
            ),
            (
                "[test]\nprofile = 'seeds'",
                "2:11: unknown profile `seeds`, did you mean `seed`?",
            ),
            (
                "[test]\nprofile = 1",
                "2:11: `profile` is one of motia-0.17, seed",
            ),
            ("[test]\nallow = 'x'", "2:9: `allow` is a list of findings"),
            (
                "[test]\nallow = ['invalid-payloads']",
                "2:10: unknown finding `invalid-payloads`, did you mean `invalid-payload`?",
            ),
            (
                "[test]\npython_state_wrapper = \"yes\"",
                "2:24: `python_state_wrapper` is true or false",
            ),
            (
                "[test]\nreject_invalid_bodies = 1",
                "2:25: `reject_invalid_bodies` is true or false",
            ),
            ("[test]\ninvariants = 1", "2:14: `invariants` is a list of tables"),
            (
                "[test]\ninvariants = [{ name = 'a' }]",
                "2:15: an invariant needs `holds`",
            ),
            (
                "[test]\ninvariants = [{ name = 'a', hold = 'true' }]",
                "2:29: unknown key of an invariant `hold`, did you mean `holds`?",
            ),
            (
                "[test]\ninvariants = [{ name = 'a', holds = 'emited == []' }]",
                "2:37: `emited == []` asks for `emited`, did you mean `emitted`?",
            ),
            (
                "[test]\nmiddleware = 1",
                "2:14: `middleware` is a table: name and file",
            ),
        ] {
            let error = Config::parse(FILE_NAME, text, &NAMES).unwrap_err().to_string();
            assert_eq!(error, format!("{FILE_NAME}:{message}"));
        }
    }
}
