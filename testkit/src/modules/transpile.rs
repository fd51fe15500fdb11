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

/// `module_package`: whether a file without any module syntax is a module all the same.
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
    let is_module = match extension {
        "mts" | "mjs" => true,
        "cjs" => false,
        _ => parsed.module_record.has_module_syntax || module_package,
    };
    let format = if is_module {
        ModuleFormat::Module
    } else {
        ModuleFormat::CommonJs
    };
    if !typescript {
        return reply(path, format, text.to_owned());
    }

    let mut program = parsed.program;
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
    let format = if is_module && only_types_were_imported(extension, text, &program) {
        // What marks a module of types is a syntax error in CommonJS.
        program.body.retain(|statement| !is_empty_export(statement));
        ModuleFormat::CommonJs
    } else {
        format
    };
    reply(path, format, printed(path, text, &program))
}

/// The program as JavaScript, with its source map inline.
fn printed(path: &Path, text: &str, program: &Program) -> String {
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
    if let Some(map) = generated.map {
        code.push_str("\n//# sourceMappingURL=");
        code.push_str(&map.to_data_url());
        code.push('\n');
    }
    code
}

/// A file whose module syntax was all about types, and that hands out its exports as CommonJS does.
fn only_types_were_imported(extension: &str, text: &str, program: &Program) -> bool {
    let is_common_js = || {
        ["module.exports", "exports.", "require("]
            .iter()
            .any(|it| text.contains(it))
    };
    let mut statements = program.body.iter();
    let has_module_syntax = statements.any(|it| it.is_module_declaration() && !is_empty_export(it));
    extension != "mts" && !has_module_syntax && (extension == "cts" || is_common_js())
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
