//! Where a module as it is written may lie: candidate files in order of preference, without looking at any disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::packages::Package;
use super::tsconfig::{Aliases, Effective};
use crate::discovery::{self, folder};
use banister_grammars::Language;

const SCRIPT_EXTENSIONS: [&str; 6] = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"];

/// What the manifests of a workspace say about modules.
#[derive(Debug, Clone)]
pub(crate) struct Modules {
    /// Folder of a `tsconfig.json` to its aliases.
    aliases: BTreeMap<String, Effective>,
    /// Name of a workspace package to its folder.
    names: BTreeMap<String, String>,
    /// Folder to the package that lies there.
    packages: BTreeMap<String, Package>,
}

impl Modules {
    pub(crate) fn new(manifests: &BTreeMap<String, Arc<str>>) -> Self {
        let (mut configs, mut names, mut packages) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (path, text) in manifests {
            let file = path.rsplit('/').next().unwrap_or(path);
            if discovery::steers_resolution(file) {
                configs.insert(path.as_str(), Aliases::parse(text));
            } else if file == "package.json" {
                let package = Package::parse(text);
                names.extend(package.name.clone().map(|name| (name, folder(path).to_owned())));
                packages.insert(folder(path).to_owned(), package);
            }
        }
        let in_package = |module: &str| {
            let (home, rest) = named(&names, module)?;
            join(home, rest)
        };
        let mut aliases = BTreeMap::new();
        // A folder with both means TypeScript, which comes last.
        for name in ["jsconfig.json", "tsconfig.json"] {
            let of_name = configs
                .keys()
                .filter(|path| path.rsplit('/').next() == Some(name));
            aliases.extend(of_name.map(|path| {
                (
                    folder(path).to_owned(),
                    Effective::of(path, &configs, &in_package),
                )
            }));
        }
        Self {
            aliases,
            names,
            packages,
        }
    }

    /// The files that `module`, written in the file `from`, may be.
    pub(crate) fn candidates(
        &self,
        from: &str,
        language: Language,
        module: &str,
    ) -> impl Iterator<Item = String> {
        match language {
            Language::TypeScript | Language::JavaScript => self.script(from, module),
            Language::Python => python(from, module),
            Language::Ruby => ruby(from, module),
        }
        .into_iter()
    }

    /// The files in which a Python package keeps `name` if its `__init__.py` does not define it.
    pub(crate) fn submodule(&self, package: &str, name: &str) -> impl Iterator<Item = String> {
        let folder = package.strip_suffix("__init__.py").map(str::to_owned);
        folder.into_iter().flat_map({
            let name = name.to_owned();
            move |folder| {
                [
                    format!("{folder}{name}.py"),
                    format!("{folder}{name}/__init__.py"),
                ]
            }
        })
    }

    fn script(&self, from: &str, module: &str) -> Vec<String> {
        if module.starts_with('.') {
            return join(folder(from), module)
                .map(|base| script_files(&base))
                .unwrap_or_default();
        }
        let mut bases = Vec::new();
        // Only the nearest configuration counts, as for the compiler.
        if let Some(home) = ancestors(from).find(|folder| self.aliases.contains_key(*folder)) {
            bases.extend(self.aliases[home].expand(module));
        }
        let targets = if module.starts_with('#') {
            let home = ancestors(from).find(|folder| self.packages.contains_key(*folder));
            home.map(|home| (home, self.packages[home].private(module)))
        } else {
            named(&self.names, module)
                .and_then(|(home, rest)| Some((home, self.packages.get(home)?.exported(rest))))
        };
        if let Some((home, targets)) = targets {
            bases.extend(targets.iter().filter_map(|target| join(home, target)));
        }
        bases.iter().flat_map(|base| script_files(base)).collect()
    }
}

/// The folder of the workspace package that a module starts with, and what follows its name.
fn named<'w, 'm>(names: &'w BTreeMap<String, String>, module: &'m str) -> Option<(&'w str, &'m str)> {
    names.iter().find_map(|(name, folder)| {
        let rest = module.strip_prefix(name.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then(|| (folder.as_str(), rest.trim_start_matches('/')))
    })
}

/// The `name` of a `package.json`.
pub(crate) fn package_name(text: &str) -> Option<String> {
    Package::parse(text).name
}

fn script_files(base: &str) -> Vec<String> {
    let mut files = vec![base.to_owned()];
    // Sources name the file that the compiler will write.
    for (written, source) in [(".js", ".ts"), (".mjs", ".mts"), (".cjs", ".cts")] {
        files.extend(base.strip_suffix(written).map(|stem| format!("{stem}{source}")));
    }
    files.extend(
        SCRIPT_EXTENSIONS
            .iter()
            .map(|extension| format!("{base}{extension}")),
    );
    let index = if base.is_empty() {
        "index".to_owned()
    } else {
        format!("{base}/index")
    };
    files.extend(
        SCRIPT_EXTENSIONS
            .iter()
            .map(|extension| format!("{index}{extension}")),
    );
    files
}

fn python(from: &str, module: &str) -> Vec<String> {
    let dots = module.len() - module.trim_start_matches('.').len();
    let path = module[dots..].replace('.', "/");
    let homes: Vec<&str> = match dots {
        // The framework puts the project's parent on the path and many a step puts its own folders there.
        0 => ancestors(from).collect(),
        _ => ancestors(from).nth(dots - 1).into_iter().collect(),
    };
    homes
        .iter()
        .filter_map(|home| join(home, &path))
        .flat_map(|base| {
            let package = if base.is_empty() {
                "__init__.py".to_owned()
            } else {
                format!("{base}/__init__.py")
            };
            [format!("{base}.py"), package]
        })
        .collect()
}

fn ruby(from: &str, module: &str) -> Vec<String> {
    let stem = module.strip_suffix(".rb").unwrap_or(module);
    let near = join(folder(from), stem);
    let far = ancestors(from)
        .filter(|_| !module.starts_with('.'))
        .flat_map(|home| {
            [join(home, stem), join(home, &format!("lib/{stem}"))]
                .into_iter()
                .flatten()
        });
    near.into_iter()
        .chain(far)
        .map(|base| format!("{base}.rb"))
        .collect()
}

/// The folders around a file, the innermost first, the workspace itself last.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder(path)), |inner| {
        (!inner.is_empty()).then(|| folder(inner))
    })
}

/// `relative` seen from `base`, or nothing if it leaves the workspace.
pub(super) fn join(base: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::Manifests;

    fn finds(manifests: &Manifests, from: &str, module: &str, file: &str) -> bool {
        let language = Language::of_path(from).unwrap();
        manifests
            .modules()
            .candidates(from, language, module)
            .any(|path| path == file)
    }

    #[test]
    fn scripts_find_files_folders_and_sources_of_outputs() {
        let none = Manifests::new();
        for (module, file) in [
            ("./topics", "steps/topics.ts"),
            ("./topics.js", "steps/topics.ts"),
            ("../lib/topics", "lib/topics/index.ts"),
            ("./topics.mjs", "steps/topics.mts"),
            ("..", "index.js"),
        ] {
            assert!(finds(&none, "steps/a.step.ts", module, file), "{module}");
        }
        assert!(!finds(&none, "steps/a.step.ts", "../../topics", "topics.ts"));
        assert!(!finds(&none, "steps/a.step.ts", "zod", "zod.ts"));
    }

    #[test]
    fn aliases_and_workspace_packages_lead_to_sources() {
        let manifests = Manifests::from([
            (
                "app/tsconfig.json".to_owned(),
                Arc::from(
                    r#"{ "compilerOptions": { "paths": { "@/*": ["./src/*"], "topics": ["shared/topics.ts"] } } }"#,
                ),
            ),
            (
                "packages/types/package.json".to_owned(),
                Arc::from(r#"{ "name": "@acme/types" }"#),
            ),
        ]);
        for (module, file) in [
            ("@/lib/topics", "app/src/lib/topics.ts"),
            ("topics", "app/shared/topics.ts"),
            ("@acme/types", "packages/types/src/index.ts"),
            ("@acme/types/user", "packages/types/src/user.ts"),
        ] {
            assert!(finds(&manifests, "app/steps/a.step.ts", module, file), "{module}");
        }
        assert!(!finds(
            &manifests,
            "app/steps/a.step.ts",
            "@acme/typesetting",
            "packages/types/setting.ts"
        ));
    }

    #[test]
    fn manifests_lead_to_entry_points_and_private_names() {
        let text = |text: &str| Arc::<str>::from(text);
        let manifests = Manifests::from([
            (
                "tsconfig.base.json".to_owned(),
                text(r#"{ "compilerOptions": { "paths": { "~/*": ["./apps/app/*"] } } }"#),
            ),
            (
                "apps/app/tsconfig.json".to_owned(),
                text(r#"{ "extends": "../../tsconfig.base" }"#),
            ),
            (
                "apps/app/package.json".to_owned(),
                text(r##"{ "name": "app", "imports": { "#lib/*": "./lib/*.js" } }"##),
            ),
            (
                "packages/types/package.json".to_owned(),
                text(
                    r#"{ "name": "@acme/types", "exports": { ".": { "import": "./dist/index.mjs" }, "./*": "./dist/models/*.js" } }"#,
                ),
            ),
        ]);
        for (module, file) in [
            ("~/lib/topics", "apps/app/lib/topics.ts"),
            ("#lib/topics", "apps/app/lib/topics.ts"),
            ("@acme/types", "packages/types/src/index.ts"),
            ("@acme/types/user", "packages/types/src/models/user.ts"),
            ("app/lib/topics", "apps/app/lib/topics.ts"),
        ] {
            assert!(
                finds(&manifests, "apps/app/steps/a.step.ts", module, file),
                "{module}"
            );
        }
    }

    #[test]
    fn python_finds_packages_and_relative_modules() {
        let none = Manifests::new();
        for (module, file) in [
            (".topics", "app/steps/topics.py"),
            ("..lib.topics", "app/lib/topics.py"),
            ("lib.topics", "app/lib/topics/__init__.py"),
            ("app.lib.topics", "app/lib/topics.py"),
            ("topics", "app/steps/topics.py"),
        ] {
            assert!(finds(&none, "app/steps/a_step.py", module, file), "{module}");
        }
        assert!(!finds(&none, "app/steps/a_step.py", ".topics", "app/topics.py"));
    }

    #[test]
    fn ruby_finds_relative_and_library_files() {
        let none = Manifests::new();
        for (module, file) in [
            ("./topics", "steps/topics.rb"),
            ("../lib/topics", "lib/topics.rb"),
            ("topics", "lib/topics.rb"),
            ("topics.rb", "steps/topics.rb"),
        ] {
            assert!(finds(&none, "steps/a.step.rb", module, file), "{module}");
        }
    }
}
