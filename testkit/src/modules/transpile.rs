//! One file of TypeScript or JavaScript to what node runs.

use std::path::Path;

use oxc::allocator::Allocator;
use oxc::ast::ast::{Program, Statement};
use oxc::codegen::{Codegen, CodegenOptions, CommentOptions};
use oxc::diagnostics::OxcDiagnostic;
use oxc::parser::{ParseOptions, Parser};
use oxc::semantic::SemanticBuilder;
use oxc::span::SourceType;
use oxc::transformer::{TransformOptions, Transformer};

use crate::protocol::{HandlerError, ModuleFormat, ModuleReply};

/// What CommonJS gives to a file.
const COMMON_JS_NAMES: [&str; 5] = ["exports", "module", "require", "__filename", "__dirname"];
/// Those of them that say that a file is CommonJS where nothing else in it does. The other two are written in modules by mistake.
const MARKS_OF_COMMON_JS: [&str; 3] = ["exports", "module", "require"];
/// Where a module that is run as one, but would be CommonJS in a release, has these names from.
const COMMON_JS: &str = "banister:commonjs";

/// `module_package`: whether the nearest `package.json` makes files without any sign of their own modules.
pub(super) fn transpile(path: &Path, text: &str, module_package: bool) -> ModuleReply {
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    if extension == "json" {
        return json_module(path, text);
    }
    let typescript = matches!(extension, "ts" | "mts" | "cts");
    let source_type = match extension {
        "ts" | "cts" => SourceType::ts(),
        "mts" => SourceType::ts().with_module(true),
        "mjs" => SourceType::mjs(),
        "cjs" => SourceType::cjs(),
        _ => SourceType::unambiguous(),
    };
    let allocator = Allocator::default();
    let options = ParseOptions {
        allow_return_outside_function: !typescript,
        ..ParseOptions::default()
    };
    let parsed = Parser::new(&allocator, text, source_type)
        .with_options(options)
        .parse();
    if let Some(error) = parsed.diagnostics.errors().next() {
        return failed(path, text, error);
    }
    let has_module_syntax = parsed.module_record.has_module_syntax;
    let mut program = parsed.program;
    if !typescript {
        let free = free_names(text, &program);
        let format = format(extension, has_module_syntax, module_package, &free);
        let mut code = text.to_owned();
        if format == ModuleFormat::Module && is_common_in_releases(extension, module_package) {
            code.push_str(&import_of(&free));
        }
        return reply(path, format, code);
    }

    let semantic = SemanticBuilder::new()
        .with_excess_capacity(2.0)
        .with_enum_eval(true)
        .build(&program);
    let scoping = semantic.semantic.into_scoping();
    let transformed = Transformer::new(&allocator, path, &TransformOptions::default())
        .build_with_scoping(scoping, &mut program);
    if let Some(error) = transformed.diagnostics.errors().next() {
        return failed(path, text, error);
    }
    let free = free_names(text, &program);
    let mut format = format(extension, has_module_syntax, module_package, &free);
    let is_module = format == ModuleFormat::Module;
    if is_module && only_types_were_imported(extension, &free, &program) {
        // What marks a module of types is a syntax error in CommonJS.
        program.body.retain(|statement| !is_empty_export(statement));
        format = ModuleFormat::CommonJs;
    }
    let more = match format {
        ModuleFormat::Module if is_common_in_releases(extension, module_package) => import_of(&free),
        _ => String::new(),
    };
    reply(path, format, printed(path, text, &program, &more))
}

/// Syntax decides, then what only CommonJS has, then the package. Releases read each file with tsx, which takes CommonJS in any
/// package.
fn format(extension: &str, has_module_syntax: bool, module_package: bool, free: &[&str]) -> ModuleFormat {
    let is_module = match extension {
        "mts" | "mjs" => true,
        "cjs" => false,
        _ => {
            let is_marked = free.iter().any(|name| MARKS_OF_COMMON_JS.contains(name));
            has_module_syntax || module_package && !is_marked
        }
    };
    match is_module {
        true => ModuleFormat::Module,
        false => ModuleFormat::CommonJs,
    }
}

/// Whether releases make CommonJS of a file, whatever its syntax: `import` and `__dirname` go together there.
fn is_common_in_releases(extension: &str, module_package: bool) -> bool {
    !module_package && !matches!(extension, "mts" | "mjs")
}

/// The names of CommonJS that a program uses and nothing in it declares.
fn free_names(text: &str, program: &Program) -> Vec<&'static str> {
    if !COMMON_JS_NAMES.iter().any(|name| text.contains(name)) {
        return Vec::new();
    }
    let semantic = SemanticBuilder::new().build(program).semantic;
    let unresolved = semantic.scoping().root_unresolved_references();
    let mut names = COMMON_JS_NAMES.to_vec();
    names.retain(|name| unresolved.contains_key(*name));
    names
}

/// An import at the end, where it moves no line of the file; it runs first all the same.
fn import_of(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        names => format!("\nimport {{ {} }} from '{COMMON_JS}';\n", names.join(", ")),
    }
}

/// The program as JavaScript, with `more` at its end and its source map inline.
fn printed(path: &Path, text: &str, program: &Program, more: &str) -> String {
    let options = CodegenOptions {
        source_map_path: Some(path.to_owned()),
        comments: CommentOptions::disabled(),
        ..CodegenOptions::default()
    };
    let generated = Codegen::new()
        .with_options(options)
        .with_source_text(text)
        .build(program);
    let mut code = generated.code;
    code.push_str(more);
    if let Some(map) = generated.map {
        code.push_str("\n//# sourceMappingURL=");
        code.push_str(&map.to_data_url());
        code.push('\n');
    }
    code
}

/// A file whose module syntax was all about types, and that hands out its exports as CommonJS does.
fn only_types_were_imported(extension: &str, free: &[&str], program: &Program) -> bool {
    let is_common_js = free.iter().any(|name| MARKS_OF_COMMON_JS.contains(name));
    let mut statements = program.body.iter();
    let has_module_syntax = statements.any(|it| it.is_module_declaration() && !is_empty_export(it));
    extension != "mts" && !has_module_syntax && (extension == "cts" || is_common_js)
}

/// `export {}`, which the transformer leaves behind where only types were exported.
fn is_empty_export(statement: &Statement) -> bool {
    matches!(statement, Statement::ExportNamedDeclaration(export)
        if export.specifiers.is_empty())
}

/// JSON is a module whose value is the document, for both kinds of import.
fn json_module(path: &Path, text: &str) -> ModuleReply {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) => {
            // Line separators are fine in JSON and, since ES2019, in JavaScript; `__proto__` is not the same in both.
            let quoted = serde_json::Value::String(value.to_string());
            reply(
                path,
                ModuleFormat::CommonJs,
                format!("module.exports = JSON.parse({quoted});\n"),
            )
        }
        Err(error) => {
            let place = (error.line() as u32, error.column() as u32);
            problem(path, error.to_string(), Some(place))
        }
    }
}

fn reply(path: &Path, format: ModuleFormat, code: String) -> ModuleReply {
    ModuleReply {
        path: Some(path.to_string_lossy().into_owned()),
        format: Some(format),
        code: Some(code),
        ..ModuleReply::default()
    }
}

fn failed(path: &Path, text: &str, error: &OxcDiagnostic) -> ModuleReply {
    let place = error
        .labels
        .iter()
        .next()
        .map(|label| place(text, label.offset() as usize));
    problem(path, error.message.to_string(), place)
}

fn problem(path: &Path, message: String, place: Option<(u32, u32)>) -> ModuleReply {
    let error = HandlerError {
        name: "SyntaxError".to_owned(),
        message,
        stack: String::new(),
        file: Some(path.to_string_lossy().into_owned()),
        line: place.map(|(line, _)| line),
        column: place.map(|(_, column)| column),
        ..HandlerError::default()
    };
    ModuleReply {
        error: Some(error),
        ..ModuleReply::default()
    }
}

/// Line and column, both 1-based, the column in characters.
fn place(text: &str, offset: usize) -> (u32, u32) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() as u32 + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    (line, before[start..].chars().count() as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(name: &str, text: &str) -> String {
        let reply = transpile(Path::new(name), text, false);
        let code = reply.code.unwrap_or_else(|| panic!("{:?}", reply.error));
        code.split("//# sourceMappingURL")
            .next()
            .unwrap()
            .trim()
            .to_owned()
    }

    #[test]
    fn types_and_imports_of_types_vanish() {
        let text = "import { ApiRouteConfig, Handlers } from 'motia'\nimport type { A } from './a'\n\
            import { z } from 'zod'\nexport const config: ApiRouteConfig = { x: z } satisfies unknown\n\
            export const handler: Handlers['A'] = async (req) => req as any\n";
        let expected = "import { z } from \"zod\";\nexport const config = { x: z };\nexport const handler = async (req) => req;";
        assert_eq!(code("a.ts", text), expected);
    }

    #[test]
    fn enums_become_values() {
        let text = "export enum Topic { Created = 'order.created' }\nexport const t = Topic.Created\n";
        assert!(code("a.ts", text).contains("order.created"));
    }

    #[test]
    fn a_file_of_types_only_is_a_module() {
        let reply = transpile(
            Path::new("a.ts"),
            "import type { A } from 'a'\nconst x: A = 1\n",
            false,
        );
        assert_eq!(reply.format, Some(ModuleFormat::Module));
    }

    #[test]
    fn a_module_gets_the_names_of_common_js_where_releases_make_that_of_it() {
        let text = "import a from 'a'\nexport const handler = () => [__dirname, require('b')]\n";
        let import = "import { require, __dirname } from 'banister:commonjs';";
        for (name, module_package, expected) in [
            ("a.ts", false, true),
            ("a.js", false, true),
            ("a.ts", true, false),
            ("a.js", true, false),
            ("a.mts", false, false),
            ("a.mjs", false, false),
        ] {
            let reply = transpile(Path::new(name), text, module_package);
            assert_eq!(reply.format, Some(ModuleFormat::Module), "{name}");
            assert_eq!(reply.code.unwrap().contains(import), expected, "{name}");
        }
        let own =
            "import a from 'a'\nconst require = a.require\nexport const b = require('b') as typeof module\n";
        assert!(!code("a.ts", own).contains("banister:"));
    }

    #[test]
    fn javascript_passes_through_as_it_is() {
        let text = "exports.config = { type: 'api' }  // here\n";
        assert_eq!(
            transpile(Path::new("a.js"), text, false).code.as_deref(),
            Some(text)
        );
    }

    #[test]
    fn a_syntax_error_has_its_place() {
        for (name, text) in [
            ("a.ts", "const ä = 1\nconst b: = 2\n"),
            ("a.js", "const ä = 1\nconst b = = 2\n"),
        ] {
            let error = transpile(Path::new(name), text, false).error.unwrap();
            assert_eq!(
                (error.name.as_str(), error.line),
                ("SyntaxError", Some(2)),
                "{error:?}"
            );
            assert!(error.column.unwrap() >= 9, "{error:?}");
            assert!(!error.message.is_empty());
        }
    }

    #[test]
    fn json_is_a_value() {
        assert_eq!(
            code("a.json", "{\"a\": \"\\\"\"}"),
            "module.exports = JSON.parse(\"{\\\"a\\\":\\\"\\\\\\\"\\\"}\");"
        );
        assert_eq!(
            transpile(Path::new("a.json"), "{\n\"a\": }", false)
                .error
                .unwrap()
                .line,
            Some(2)
        );
    }
}
