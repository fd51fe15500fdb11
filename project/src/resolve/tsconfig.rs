//! The part of a `tsconfig.json` that says where aliased modules lie: `baseUrl` and `paths`.

use serde_json::Value as Json;

/// The aliases of one configuration, relative to its folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Aliases {
    base: Option<String>,
    /// Pattern (with at most one `*`) to targets, in order.
    paths: Vec<(String, Vec<String>)>,
}

impl Aliases {
    /// Reads a configuration; what is not understood is no alias.
    pub fn parse(text: &str) -> Self {
        let Ok(config) = serde_json::from_str::<Json>(&plain_json(text)) else {
            return Self::default();
        };
        let options = config.get("compilerOptions");
        let base = options
            .and_then(|options| options.get("baseUrl"))
            .and_then(Json::as_str)
            .map(str::to_owned);
        let paths = options
            .and_then(|options| options.get("paths"))
            .and_then(Json::as_object);
        let strings = |targets: &Json| -> Vec<String> {
            targets
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Json::as_str)
                .map(str::to_owned)
                .collect()
        };
        let paths = paths
            .into_iter()
            .flatten()
            .map(|(pattern, targets)| (pattern.clone(), strings(targets)));
        Self {
            base,
            paths: paths.collect(),
        }
    }

    /// Where `module` may lie, relative to the configuration's folder.
    pub fn expand(&self, module: &str) -> Vec<String> {
        let base = self.base.as_deref().unwrap_or(".");
        let mut found: Vec<String> = self
            .paths
            .iter()
            .filter_map(|(pattern, targets)| Some((middle(pattern, module)?, targets)))
            .flat_map(|(middle, targets)| targets.iter().map(move |target| target.replacen('*', middle, 1)))
            .map(|target| format!("{base}/{target}"))
            .collect();
        if self.base.is_some() {
            found.push(format!("{base}/{module}"));
        }
        found
    }
}

/// What the `*` of the pattern stands for; an exact pattern stands for nothing.
fn middle<'m>(pattern: &str, module: &'m str) -> Option<&'m str> {
    match pattern.split_once('*') {
        Some((before, after)) => module.strip_prefix(before)?.strip_suffix(after),
        None => (pattern == module).then_some(""),
    }
}

/// Drops what this dialect of JSON allows beyond JSON: comments and a comma before a closing bracket.
fn plain_json(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(ch) = rest.next() {
        match (ch, rest.peek()) {
            ('"', _) => {
                plain.push(ch);
                let mut escaped = false;
                for inner in rest.by_ref() {
                    plain.push(inner);
                    if inner == '"' && !escaped {
                        break;
                    }
                    escaped = inner == '\\' && !escaped;
                }
            }
            ('/', Some('/')) => while rest.next_if(|ch| *ch != '\n').is_some() {},
            ('/', Some('*')) => {
                let mut before = ' ';
                for inner in rest.by_ref().skip(1) {
                    if before == '*' && inner == '/' {
                        break;
                    }
                    before = inner;
                }
            }
            ('}' | ']', _) => {
                let kept = plain.trim_end();
                let kept = kept.strip_suffix(',').map_or(plain.len(), str::len);
                plain.truncate(kept);
                plain.push(ch);
            }
            _ => plain.push(ch),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_trailing_commas_are_no_obstacle() {
        let aliases = Aliases::parse(
            "{ // the app\n \"compilerOptions\": { /* paths * of // it */ \"baseUrl\": \"./\",\n \"paths\": { \"~/*\": [\"src/*\",], }, },\n}",
        );
        assert_eq!(aliases.expand("~/a"), [".//src/a", ".//~/a"]);
    }

    #[test]
    fn strings_keep_what_looks_like_a_comment() {
        assert_eq!(plain_json(r#"{"a":"// \" /*,}"}"#), r#"{"a":"// \" /*,}"}"#);
    }

    #[test]
    fn broken_files_have_no_aliases() {
        for text in [
            "",
            "{",
            "[]",
            "/*",
            "\"",
            r#"{"compilerOptions":{"paths":{"a":"b"}}}"#,
        ] {
            assert!(Aliases::parse(text).expand("a").is_empty(), "{text}");
        }
    }
}
