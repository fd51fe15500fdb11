//! What a test can do about code that is not there.

use std::path::Path;

use banister_grammars::Language;

use crate::protocol::HandlerError;

/// What node gives to CommonJS only, and what to write in an ES module instead. A mock could not bring these back.
const OF_COMMON_JS: [(&str, &str); 5] = [
    ("exports", "use `export`"),
    ("module", "use `export`"),
    (
        "require",
        "use `import`, or `createRequire(import.meta.url)` of 'node:module'",
    ),
    ("__filename", "use `import.meta.filename`"),
    ("__dirname", "use `import.meta.dirname`"),
];

/// What stands in the place of a client that a tool of its package writes.
const GENERATED_CLIENT: &str = ".prisma/client";

/// A line for a module that cannot be loaded: how it can be.
pub(crate) fn of_load(error: &HandlerError, language: Language, root: &Path) -> Option<String> {
    let message = error.message.lines().next()?;
    let is_package = missing_module(&error.name, message, language)
        .is_some_and(|module| for_module(module, language, root).is_some());
    match is_package {
        true => {
            Some("install it, or mock it under `mocks: modules:` at the top of a flow test file".to_owned())
        }
        false => of(error, language, root),
    }
}

/// A line that shows the mock for a module that is not installed or a name that nobody defines, or what else is missing.
pub(super) fn of(error: &HandlerError, language: Language, root: &Path) -> Option<String> {
    let message = error.message.lines().next()?;
    if message.contains(GENERATED_CLIENT) {
        return Some("run `npx prisma generate`: the client is made from the project's schema".to_owned());
    }
    if let Some(module) = missing_module(&error.name, message, language) {
        return for_module(module, language, root);
    }
    let Some(name) = missing_name(&error.name, message, language) else {
        return for_variables(error);
    };
    let of_common_js = OF_COMMON_JS.iter().find(|(known, _)| *known == name);
    if let Some((_, instead)) = of_common_js.filter(|_| language.is_script()) {
        return Some(format!(
            "only CommonJS has '{name}', and this file is an ES module: {instead}"
        ));
    }
    Some(format!(
        "nobody defines '{name}'; a test can stand in for it: `mocks: {{ functions: {{ {name}: {{ returns: … }} }} }}`"
    ))
}

/// Nothing if a source cannot be read, which no variable mends.
fn for_variables(error: &HandlerError) -> Option<String> {
    const OF_SOURCES: [&str; 4] = ["SyntaxError", "IndentationError", "TabError", "ImportError"];
    let first = error.unset.first()?;
    let names: Vec<String> = error.unset.iter().map(|name| format!("`{name}`")).collect();
    (!OF_SOURCES.contains(&error.name.as_str())).then(|| {
        format!(
            "asked for while the module was loaded, and not set: {}; `given: {{ env: {{ {first}: … }} }}` of a flow test gives a value",
            names.join(", ")
        )
    })
}

/// Nothing for a module that is meant to be the project's own.
fn for_module(module: &str, language: Language, root: &Path) -> Option<String> {
    let top = module.split(['.', '/']).next()?;
    let is_own = module.starts_with(['.', '/', '#', '~']) || module.starts_with("@/");
    if is_own || root.join(top).exists() {
        return None;
    }
    let extension = match language {
        Language::TypeScript | Language::JavaScript => "js",
        Language::Python => "py",
        Language::Ruby => "rb",
    };
    // A mock of a package stands for its parts too, except in Node, where each subpath is a module of its own.
    let name = if language.is_script() { module } else { top };
    let file = name.trim_start_matches('@').replace(['/', '.'], "-");
    let key = match name.starts_with('@') {
        true => format!("\"{name}\""),
        false => name.to_owned(),
    };
    Some(format!(
        "a test can put a file of its own in its place: `mocks: {{ modules: {{ {key}: ./mocks/{file}.{extension} }} }}`"
    ))
}

fn missing_module<'m>(name: &str, message: &'m str, language: Language) -> Option<&'m str> {
    match language {
        Language::TypeScript | Language::JavaScript => ["Cannot find package ", "Cannot find module "]
            .iter()
            .find_map(|start| quoted(message.strip_prefix(start)?)),
        Language::Python if name == "ModuleNotFoundError" => {
            quoted(message.strip_prefix("No module named ")?)
        }
        Language::Ruby if name == "LoadError" => {
            let rest = message.strip_prefix("cannot load such file -- ")?;
            rest.split(' ').next()
        }
        _ => None,
    }
}

fn missing_name<'m>(name: &str, message: &'m str, language: Language) -> Option<&'m str> {
    match language {
        Language::TypeScript | Language::JavaScript if name == "ReferenceError" => {
            message.strip_suffix(" is not defined")
        }
        Language::Python if name == "NameError" => {
            quoted(message.strip_prefix("name ")?).filter(|_| message.contains("is not defined"))
        }
        // Only what is called on nobody can be a name that nobody defines.
        Language::Ruby if name == "NoMethodError" => {
            let rest = message.strip_prefix("undefined method ")?;
            let on_nobody = rest.contains(" for main:Object") || rest.ends_with(" for main");
            on_nobody.then(|| quoted(rest)).flatten()
        }
        Language::Ruby if name == "NameError" => {
            quoted(message.strip_prefix("undefined local variable or method ")?)
        }
        _ => None,
    }
}

/// What stands in quotes at the start; Ruby before 3.4 opens with a backquote.
fn quoted(text: &str) -> Option<&str> {
    text.strip_prefix(['\'', '`', '"'])?.split(['\'', '"']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(language: Language, name: &str, message: &str) -> Option<String> {
        let error = HandlerError {
            name: name.into(),
            message: message.into(),
            ..HandlerError::default()
        };
        let advice = of(&error, language, Path::new("/no/such/project"))?;
        Some(advice.split('`').nth(1)?.to_owned())
    }

    #[test]
    fn a_name_of_common_js_has_no_mock() {
        let said = |language, name: &str, message: &str| {
            let error = HandlerError {
                name: name.into(),
                message: message.into(),
                ..HandlerError::default()
            };
            of(&error, language, Path::new("/no/such/project")).unwrap()
        };
        let text = said(Language::TypeScript, "ReferenceError", "__dirname is not defined");
        assert!(
            text.contains("`import.meta.dirname`") && !text.contains("mocks"),
            "{text}"
        );
        let text = said(Language::Python, "NameError", "name 'require' is not defined");
        assert!(text.contains("mocks"), "{text}");
    }

    #[test]
    fn a_module_that_is_not_installed_has_a_mock() {
        let check = |language, name: &str, message: &str, key: &str, file: &str| {
            let expected = format!("mocks: {{ modules: {{ {key}: ./mocks/{file} }} }}");
            assert_eq!(told(language, name, message), Some(expected), "{message}");
        };
        let scoped = "Cannot find package '@aws-sdk/client-s3' imported from /a/b.ts";
        let key = "\"@aws-sdk/client-s3\"";
        check(Language::TypeScript, "Error", scoped, key, "aws-sdk-client-s3.js");
        let required = "Cannot find module 'pg'\nRequire stack:";
        check(Language::JavaScript, "Error", required, "pg", "pg.js");
        let part = "No module named 'sklearn.metrics'";
        check(
            Language::Python,
            "ModuleNotFoundError",
            part,
            "sklearn",
            "sklearn.py",
        );
        let gem = "cannot load such file -- prawn/table (is the gem or library 'prawn/table' installed?)";
        check(Language::Ruby, "LoadError", gem, "prawn", "prawn.rb");
        let own = "Cannot find module './x' imported from a.ts";
        assert_eq!(told(Language::TypeScript, "Error", own), None);
    }

    #[test]
    fn a_name_that_nobody_defines_has_a_mock() {
        use Language::{JavaScript, Python, Ruby};
        for (language, name, message) in [
            (JavaScript, "ReferenceError", "pay is not defined"),
            (Python, "NameError", "name 'pay' is not defined"),
            (
                Ruby,
                "NameError",
                "undefined local variable or method `pay' for main:Object",
            ),
            (Ruby, "NoMethodError", "undefined method 'pay' for main:Object"),
            (Ruby, "NoMethodError", "undefined method `pay' for main"),
        ] {
            let expected = "mocks: { functions: { pay: { returns: … } } }";
            assert_eq!(
                told(language, name, message).as_deref(),
                Some(expected),
                "{message}"
            );
        }
        assert_eq!(
            told(Ruby, "NoMethodError", "undefined method 'pay' for nil"),
            None
        );
        assert_eq!(told(JavaScript, "TypeError", "pay is not a function"), None);
    }
}
