//! What a `package.json` says about modules: the package's name, what it exports, and its private `#imports`.

use serde_json::{Map, Value as Json};

/// How deep conditions of an entry point may nest.
const MAX_CONDITIONS: u32 = 6;

/// The part of one manifest that leads from a module as written to files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Package {
    /// Its name.
    pub name: Option<String>,
    /// Subpath (`.`, `./user`, `./*`) to targets, in order.
    exports: Vec<(String, Vec<String>)>,
    /// Private name (`#lib/*`) to targets, in order.
    imports: Vec<(String, Vec<String>)>,
    /// Where the package starts: `source`, `types`, `module`, `main`.
    entries: Vec<String>,
}

impl Package {
    /// Reads a manifest; what is not understood says nothing.
    pub fn parse(text: &str) -> Self {
        let Ok(Json::Object(manifest)) = serde_json::from_str::<Json>(text) else {
            return Self::default();
        };
        let text = |key: &str| manifest.get(key).and_then(Json::as_str).map(str::to_owned);
        let exports = match manifest.get("exports") {
            Some(Json::Object(map)) if map.keys().any(|key| key.starts_with('.')) => subpaths(map),
            Some(target) => vec![(".".to_owned(), targets(target))],
            None => Vec::new(),
        };
        let imports = match manifest.get("imports") {
            Some(Json::Object(map)) => subpaths(map),
            _ => Vec::new(),
        };
        Self {
            name: text("name"),
            exports,
            imports,
            entries: ["source", "types", "module", "main"]
                .iter()
                .filter_map(|key| text(key))
                .collect(),
        }
    }

    /// Where a subpath of the package (empty for itself) may lie, relative to its folder. Sources are looked for where
    /// the manifest names what is built of them.
    pub fn exported(&self, subpath: &str) -> Vec<String> {
        let key = if subpath.is_empty() {
            ".".to_owned()
        } else {
            format!("./{subpath}")
        };
        let mut found = expand(&self.exports, &key);
        if subpath.is_empty() {
            found.extend(self.entries.iter().cloned());
        }
        found.extend([subpath.to_owned(), format!("src/{subpath}")]);
        let sources: Vec<String> = found.iter().filter_map(|target| source_of(target)).collect();
        found.extend(sources);
        found
    }

    /// Where a private name may lie, relative to the package's folder.
    pub fn private(&self, name: &str) -> Vec<String> {
        let mut found = expand(&self.imports, name);
        let sources: Vec<String> = found.iter().filter_map(|target| source_of(target)).collect();
        found.extend(sources);
        found
    }
}

fn subpaths(map: &Map<String, Json>) -> Vec<(String, Vec<String>)> {
    map.iter()
        .map(|(key, target)| (key.clone(), targets(target)))
        .collect()
}

/// Every target of an entry, whatever the condition.
fn targets(target: &Json) -> Vec<String> {
    let mut found = Vec::new();
    add_targets(target, MAX_CONDITIONS, &mut found);
    found
}

fn add_targets(target: &Json, levels: u32, found: &mut Vec<String>) {
    let Some(levels) = levels.checked_sub(1) else {
        return;
    };
    match target {
        Json::String(target) => found.push(target.clone()),
        Json::Array(all) => all.iter().for_each(|one| add_targets(one, levels, found)),
        Json::Object(conditions) => conditions
            .values()
            .for_each(|one| add_targets(one, levels, found)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

fn expand(patterns: &[(String, Vec<String>)], name: &str) -> Vec<String> {
    patterns
        .iter()
        .filter_map(|(pattern, targets)| Some((middle(pattern, name)?, targets)))
        .flat_map(|(middle, targets)| targets.iter().map(move |target| target.replacen('*', middle, 1)))
        .collect()
}

/// What the `*` of a pattern stands for in `name`; an exact pattern stands for nothing.
pub(super) fn middle<'m>(pattern: &str, name: &'m str) -> Option<&'m str> {
    match pattern.split_once('*') {
        Some((before, after)) => name.strip_prefix(before)?.strip_suffix(after),
        None => (pattern == name).then_some(""),
    }
}

/// `./dist/user.d.ts` is built of `src/user`.
fn source_of(target: &str) -> Option<String> {
    let target = target.strip_prefix("./").unwrap_or(target);
    let inside = ["dist/", "build/", "out/", "lib/"]
        .iter()
        .find_map(|folder| target.strip_prefix(folder))?;
    let inside = ["esm/", "cjs/", "src/", "types/"]
        .iter()
        .find_map(|folder| inside.strip_prefix(folder))
        .unwrap_or(inside);
    let stem = [".d.ts", ".d.mts", ".d.cts", ".js", ".mjs", ".cjs"]
        .iter()
        .find_map(|extension| inside.strip_suffix(extension))
        .unwrap_or(inside);
    Some(format!("src/{stem}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_points_are_found_under_any_condition() {
        let package = Package::parse(
            r#"{ "name": "@acme/types", "main": "./dist/main.js", "exports": {
                ".": { "types": "./dist/index.d.ts", "import": { "default": "./dist/index.js" } },
                "./user": "./src/models/user.ts", "./events/*": ["./src/events/*.ts"] } }"#,
        );
        assert_eq!(package.name.as_deref(), Some("@acme/types"));
        assert!(package.exported("").contains(&"src/index".to_owned()));
        assert!(package.exported("").contains(&"src/main".to_owned()));
        assert_eq!(package.exported("user")[0], "./src/models/user.ts");
        assert_eq!(package.exported("events/order")[0], "./src/events/order.ts");
        assert_eq!(package.exported("other"), ["other", "src/other"]);
    }

    #[test]
    fn a_single_entry_point_is_the_package_itself() {
        for manifest in [
            r#"{ "exports": "./lib/a.js" }"#,
            r#"{ "exports": { "import": "./lib/a.js" } }"#,
        ] {
            assert_eq!(
                Package::parse(manifest).exported("")[0],
                "./lib/a.js",
                "{manifest}"
            );
        }
    }

    #[test]
    fn private_names_are_patterns_too() {
        let package = Package::parse(
            r##"{ "imports": { "#lib/*": "./src/lib/*.js", "#topics": { "default": "./t.js" } } }"##,
        );
        assert_eq!(package.private("#lib/a/b"), ["./src/lib/a/b.js"]);
        assert_eq!(package.private("#topics"), ["./t.js"]);
        assert!(package.private("#other").is_empty());
    }

    #[test]
    fn broken_manifests_say_nothing() {
        for text in [
            "",
            "[]",
            "{",
            r#"{"name":1,"exports":[1,null],"imports":"x","main":{}}"#,
        ] {
            let package = Package::parse(text);
            assert_eq!(package.name, None, "{text}");
            assert!(package.private("#x").is_empty(), "{text}");
        }
    }
}
