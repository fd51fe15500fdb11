//! Modules for node: finds the file that an import means and turns TypeScript into JavaScript.
//!
//! Only files of the project are answered; everything else (packages, node's own modules) is `external` and resolved
//! by node as ever.

mod configs;
mod mocks;
mod packages;
mod resolve;
mod transpile;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::protocol::{CodeStandIns, HandlerError, ModuleReply};
use mocks::{Instead, Mocks};
pub(crate) use resolve::tidy;
use resolve::{Found, Resolver};
use transpile::transpile;

/// The modules of one project, as far as a worker asked for them.
#[derive(Debug)]
pub struct Modules {
    root: PathBuf,
    resolver: Resolver,
    mocks: Mocks,
    /// By path: the text as it was, and what became of it. A file that changed is done again.
    done: BTreeMap<PathBuf, (Vec<u8>, Arc<ModuleReply>)>,
}

impl Modules {
    /// The modules of the project at `root`.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            resolver: Resolver::new(root),
            mocks: Mocks::default(),
            done: BTreeMap::new(),
        }
    }

    /// From now on these modules stand in for others.
    pub fn stand_in(&mut self, mocks: &CodeStandIns) {
        self.mocks.set(mocks);
    }

    /// Answers `load`: `from` is the importing file, `None` for a step.
    pub fn load(&mut self, specifier: &str, from: Option<&str>) -> ModuleReply {
        let mut found = match from {
            None => Found::File(PathBuf::from(specifier)),
            Some(from) => self.resolver.resolve(specifier, Path::new(from)),
        };
        let instead = match &found {
            Found::File(path) => self.mocks.of_file(path, from),
            _ => self.mocks.of_package(specifier, from),
        };
        match instead {
            Some(Instead::File(path)) => found = Found::File(path),
            Some(Instead::Made(reply)) => return reply,
            None => {}
        }
        match found {
            Found::External => ModuleReply {
                external: true,
                ..ModuleReply::default()
            },
            Found::Nothing => ModuleReply {
                error: Some(self.missing(specifier, from)),
                ..ModuleReply::default()
            },
            Found::File(path) => match fs::read(&path) {
                Ok(bytes) => self.done(path, bytes).as_ref().clone(),
                Err(error) => {
                    let message = format!("cannot read {}: {error}", self.relative(&path));
                    let error = HandlerError {
                        name: "Error".to_owned(),
                        message,
                        ..HandlerError::default()
                    };
                    ModuleReply {
                        error: Some(error),
                        ..ModuleReply::default()
                    }
                }
            },
        }
    }

    fn done(&mut self, path: PathBuf, bytes: Vec<u8>) -> Arc<ModuleReply> {
        if let Some((_, reply)) = self.done.get(&path).filter(|(before, _)| *before == bytes) {
            return Arc::clone(reply);
        }
        let text = String::from_utf8_lossy(&bytes);
        let reply = Arc::new(transpile(&path, &text, self.resolver.is_module_package(&path)));
        self.done.insert(path, (bytes, Arc::clone(&reply)));
        reply
    }

    /// The error for an import that leads nowhere, at the line that imports.
    fn missing(&self, specifier: &str, from: Option<&str>) -> HandlerError {
        let from = from.unwrap_or_default();
        let text = fs::read(from)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default();
        let place = text.lines().zip(1..).find_map(|(line, number)| {
            let at = ['\'', '"', '`']
                .iter()
                .find_map(|quote| line.find(&format!("{quote}{specifier}{quote}")))?;
            Some((number, line[..at].chars().count() as u32 + 1))
        });
        HandlerError {
            name: "Error".to_owned(),
            message: format!(
                "Cannot find module '{specifier}' imported from {}",
                self.relative(Path::new(from))
            ),
            stack: String::new(),
            file: Some(from.to_owned()),
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            ..HandlerError::default()
        }
    }

    fn relative(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .to_string_lossy()
            .into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ModuleFormat;

    fn project(files: &[(&str, &str)]) -> (tempfile::TempDir, Modules) {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let modules = Modules::new(folder.path());
        (folder, modules)
    }

    fn load(files: &[(&str, &str)], specifier: &str) -> ModuleReply {
        let (folder, mut modules) = project(files);
        let from = folder.path().join("steps/a.step.ts");
        let mut reply = modules.load(specifier, from.to_str());
        let root = folder.path().to_string_lossy().into_owned() + "/";
        reply.path = reply.path.map(|path| path.replace(&root, ""));
        reply
    }

    #[test]
    fn a_configuration_counts_with_what_it_extends() {
        let files = [
            ("steps/a.step.ts", ""),
            (
                "tsconfig.json",
                "{\"extends\": [\"./config/base.json\", \"@acme/tsconfig\"]}",
            ),
            (
                "config/base.json",
                "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"../src/*\"]}}}",
            ),
            (
                "node_modules/@acme/tsconfig/tsconfig.json",
                "{\"compilerOptions\": {\"baseUrl\": \"../../../shared\"}}",
            ),
            ("shared/money.ts", ""),
            ("src/user.ts", ""),
        ];
        assert_eq!(load(&files, "money").path.as_deref(), Some("shared/money.ts"));
        let without = [files[0], files[1], files[2], files[5]];
        assert_eq!(load(&without, "@/user").path.as_deref(), Some("src/user.ts"));
    }

    #[test]
    fn packages_of_the_workspace_are_sources() {
        let (folder, mut modules) = project(&[
            ("app/steps/a.step.ts", ""),
            ("app/lib/money.ts", ""),
            ("app/dist/index.d.ts", ""),
            (
                "app/package.json",
                "{\"name\": \"@acme/app\", \"exports\": {\"./lib/*\": \"./lib/*.ts\"}, \"imports\": {\"#lib/*\": {\"types\": \"./dist/index.d.ts\", \"default\": \"./lib/*.ts\"}}}",
            ),
            ("packages/types/src/user.ts", ""),
            ("packages/types/src/index.ts", ""),
            (
                "packages/types/package.json",
                "{\"name\": \"@acme/types\", \"main\": \"dist/index.js\", \"exports\": {\".\": {\"types\": \"./dist/index.d.ts\", \"import\": \"./dist/index.js\"}, \"./user\": \"./src/user.ts\"}}",
            ),
            ("node_modules/installed/index.js", ""),
        ]);
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("node_modules/@acme")).unwrap();
        std::os::unix::fs::symlink(root.join("packages/types"), root.join("node_modules/@acme/types"))
            .unwrap();
        let from = root.join("app/steps/a.step.ts");
        for (specifier, expected) in [
            ("@acme/types", Some("packages/types/src/index.ts")),
            ("@acme/types/user", Some("packages/types/src/user.ts")),
            ("@acme/app/lib/money", Some("app/lib/money.ts")),
            ("#lib/money", Some("app/lib/money.ts")),
            ("installed", None),
            ("missing", None),
            ("node:fs", None),
        ] {
            let reply = modules.load(specifier, from.to_str());
            let path = expected.map(|path| root.join(path).to_string_lossy().into_owned());
            assert_eq!(reply.path, path, "{specifier}");
            assert_eq!(reply.external, expected.is_none(), "{specifier}");
        }
    }

    #[test]
    fn imports_find_files_as_typescript_does() {
        let files = [
            ("steps/a.step.ts", ""),
            ("steps/util.ts", "export const a = 1"),
            ("steps/auth/index.ts", "export const a = 1"),
            ("steps/plain.js", "exports.a = 1"),
            ("src/shared/money.ts", "export const a = 1"),
            ("data.json", "{\"a\": 1}"),
            (
                "tsconfig.json",
                "{ // aliases\n\"compilerOptions\": {\"baseUrl\": \".\", \"paths\": {\"@/*\": [\"src/*\"]}}}",
            ),
        ];
        for (specifier, expected) in [
            ("./util", "steps/util.ts"),
            ("./util.ts", "steps/util.ts"),
            ("./util.js", "steps/util.ts"),
            ("./auth", "steps/auth/index.ts"),
            ("./plain", "steps/plain.js"),
            ("@/shared/money", "src/shared/money.ts"),
            ("src/shared/money.js", "src/shared/money.ts"),
            ("../data.json", "data.json"),
        ] {
            let reply = load(&files, specifier);
            assert_eq!(reply.path.as_deref(), Some(expected), "{specifier}: {reply:?}");
        }
        for external in ["zod", "node:fs", "@scope/pkg/deep", "#internal"] {
            assert!(load(&files, external).external, "{external}");
        }
    }

    #[test]
    fn a_missing_module_is_told_with_its_importer() {
        let reply = load(&[("steps/a.step.ts", "\nimport { x } from './nope'\n")], "./nope");
        let error = reply.error.unwrap();
        assert_eq!(
            error.message,
            "Cannot find module './nope' imported from steps/a.step.ts"
        );
        assert_eq!((error.line, error.column), (Some(2), Some(19)));
    }

    #[test]
    fn a_file_that_changed_is_done_again() {
        let (folder, mut modules) = project(&[("steps/a.step.ts", "export const a: number = 1\n")]);
        let path = folder.path().join("steps/a.step.ts");
        let first = modules.load(path.to_str().unwrap(), None);
        assert!(first.code.unwrap().starts_with("export const a = 1;"));
        fs::write(&path, "export const a: number = 2\n").unwrap();
        assert!(
            modules
                .load(path.to_str().unwrap(), None)
                .code
                .unwrap()
                .starts_with("export const a = 2;")
        );
    }

    #[test]
    fn the_format_follows_the_syntax_and_then_the_package() {
        let common = [("package.json", "{}"), ("steps/a.step.ts", "")];
        let module = [
            ("package.json", "{\"type\": \"module\"}"),
            ("steps/a.step.ts", ""),
        ];
        for (package, text, expected) in [
            (&common, "exports.a = 1", ModuleFormat::CommonJs),
            (&common, "export const a = 1", ModuleFormat::Module),
            (&common, "console.log(1)", ModuleFormat::CommonJs),
            (&module, "console.log(1)", ModuleFormat::Module),
            (&module, "exports.a = 1", ModuleFormat::CommonJs),
            (&module, "module.exports = { a: 1 }", ModuleFormat::CommonJs),
            (&module, "const a = require('a')", ModuleFormat::CommonJs),
            (&module, "import a from 'a'\nexports.a = a", ModuleFormat::Module),
            (
                &module,
                "// exports.a\nconst module = { exports: 1 }",
                ModuleFormat::Module,
            ),
            (&module, "console.log(__dirname)", ModuleFormat::Module),
        ] {
            let files: Vec<_> = package.iter().copied().chain([("steps/b.js", text)]).collect();
            assert_eq!(load(&files, "./b").format, Some(expected), "{text}");
        }
    }
}
