//! The part of a `tsconfig.json` that says where aliased modules lie: `baseUrl` and `paths`, its own or inherited.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::modules::join;
use super::packages::middle;
use crate::discovery::folder;

/// How far `extends` is followed.
const MAX_PARENTS: usize = 8;

/// What one configuration says about modules, before what it extends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Aliases {
    extends: Vec<String>,
    base: Option<String>,
    /// Pattern (with at most one `*`) to targets, in order.
    paths: Option<Vec<(String, Vec<String>)>>,
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
            .and_then(Json::as_object)
            .map(|paths| {
                paths
                    .iter()
                    .map(|(pattern, targets)| (pattern.clone(), strings(Some(targets))))
                    .collect()
            });
        let extends = match config.get("extends") {
            Some(Json::String(one)) => vec![one.clone()],
            several => strings(several),
        };
        Self { extends, base, paths }
    }

    /// What it extends, as written.
    pub fn extends(&self) -> &[String] {
        &self.extends
    }
}

/// What the patterns that fit `module` lead to.
fn targets<'p>(paths: &'p [(String, Vec<String>)], module: &'p str) -> impl Iterator<Item = String> + 'p {
    paths
        .iter()
        .filter_map(move |(pattern, targets)| Some((middle(pattern, module)?, targets)))
        .flat_map(|(middle, targets)| targets.iter().map(move |target| target.replacen('*', middle, 1)))
}

fn strings(list: Option<&Json>) -> Vec<String> {
    list.and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .map(str::to_owned)
        .collect()
}

/// The aliases that hold in a folder, with all that its configuration extends. Folders are relative to the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effective {
    base: Option<String>,
    paths: Vec<(String, Vec<String>)>,
    /// The folder of the configuration that has the paths.
    home: String,
}

impl Effective {
    /// The aliases of the configuration at `path`. `configs` are those of the workspace by path, `package` leads from
    /// the name of a package and what follows it to a path.
    pub fn of(
        path: &str,
        configs: &BTreeMap<&str, Aliases>,
        package: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let mut effective = Self::default();
        effective.add(path, configs, package, MAX_PARENTS);
        effective
    }

    /// The files that a configuration which is extended may lie in.
    pub fn files_of(named: &str) -> [String; 3] {
        [
            named.to_owned(),
            format!("{named}.json"),
            format!("{named}/tsconfig.json"),
        ]
    }

    fn add(
        &mut self,
        path: &str,
        configs: &BTreeMap<&str, Aliases>,
        package: &dyn Fn(&str) -> Option<String>,
        hops: usize,
    ) {
        let (Some(own), Some(hops)) = (configs.get(path), hops.checked_sub(1)) else {
            return;
        };
        let home = folder(path);
        for parent in &own.extends {
            let named = if parent.starts_with('.') {
                join(home, parent)
            } else {
                package(parent)
            };
            let Some(named) = named else { continue };
            let files = Self::files_of(&named);
            let file = files.into_iter().find(|file| configs.contains_key(file.as_str()));
            if let Some(file) = file {
                self.add(&file, configs, package, hops);
            }
        }
        if let Some(base) = own.base.as_deref().and_then(|base| join(home, base)) {
            self.base = Some(base);
        }
        if let Some(paths) = &own.paths {
            self.paths = paths.clone();
            self.home = home.to_owned();
        }
    }

    /// Where `module` may lie, relative to the workspace.
    pub fn expand(&self, module: &str) -> Vec<String> {
        let base = self.base.as_deref().unwrap_or(&self.home);
        let mut found: Vec<String> = targets(&self.paths, module)
            .filter_map(|target| join(base, &target))
            .collect();
        found.extend(self.base.as_deref().and_then(|base| join(base, module)));
        found
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

    fn expand(configs: &[(&str, &str)], from: &str, module: &str) -> Vec<String> {
        let configs = configs
            .iter()
            .map(|(path, text)| (*path, Aliases::parse(text)))
            .collect();
        let package = |name: &str| {
            name.strip_prefix("@acme/config")
                .map(|rest| format!("packages/config{rest}"))
        };
        Effective::of(from, &configs, &package).expand(module)
    }

    #[test]
    fn comments_and_trailing_commas_are_no_obstacle() {
        let config = "{ // the app\n \"compilerOptions\": { /* paths * of // it */ \"baseUrl\": \"./\",\n \"paths\": { \"~/*\": [\"src/*\",], }, },\n}";
        assert_eq!(
            expand(&[("app/tsconfig.json", config)], "app/tsconfig.json", "~/a"),
            ["app/src/a", "app/~/a"]
        );
    }

    #[test]
    fn what_is_extended_counts_relative_to_itself() {
        let base = r#"{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }"#;
        for extends in [
            r#""../tsconfig.base.json""#,
            r#""../tsconfig.base""#,
            r#"["./missing.json", "../tsconfig.base.json"]"#,
        ] {
            let own = format!(r#"{{ "extends": {extends} }}"#);
            let configs = [("tsconfig.base.json", base), ("app/tsconfig.json", own.as_str())];
            assert_eq!(
                expand(&configs, "app/tsconfig.json", "@lib/a"),
                ["lib/a"],
                "{extends}"
            );
        }
        let configs = [
            (
                "packages/config/tsconfig.json",
                r#"{ "compilerOptions": { "baseUrl": "../.." } }"#,
            ),
            ("app/tsconfig.json", r#"{ "extends": "@acme/config" }"#),
            (
                "web/tsconfig.json",
                r#"{ "extends": "@acme/config/tsconfig.json" }"#,
            ),
        ];
        for from in ["app/tsconfig.json", "web/tsconfig.json"] {
            assert_eq!(expand(&configs, from, "shared/a"), ["shared/a"]);
        }
    }

    #[test]
    fn the_own_settings_go_before_what_is_extended_and_circles_end() {
        let configs = [
            (
                "a/tsconfig.json",
                r#"{ "extends": "../b/tsconfig.json", "compilerOptions": { "paths": { "x": ["./mine.ts"] } } }"#,
            ),
            (
                "b/tsconfig.json",
                r#"{ "extends": "../a/tsconfig.json", "compilerOptions": { "paths": { "x": ["./theirs.ts"] } } }"#,
            ),
        ];
        assert_eq!(expand(&configs, "a/tsconfig.json", "x"), ["a/mine.ts"]);
        assert_eq!(expand(&configs, "b/tsconfig.json", "x"), ["b/theirs.ts"]);
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
            assert!(
                expand(&[("tsconfig.json", text)], "tsconfig.json", "a").is_empty(),
                "{text}"
            );
        }
    }
}
