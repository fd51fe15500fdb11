//! The table of languages: one row each. A new language is a folder beside this file and a row here.

use serde::{Deserialize, Serialize};

/// A language in which steps are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// `.ts`, `.mts`, `.cts`.
    TypeScript,
    /// `.js`, `.mjs`, `.cjs`.
    JavaScript,
    /// `.py`.
    Python,
    /// `.rb`.
    Ruby,
}

impl Language {
    /// Every language, in the order of reports.
    pub const ALL: [Language; 4] = [
        Language::TypeScript,
        Language::JavaScript,
        Language::Python,
        Language::Ruby,
    ];

    /// The language of a file name by its extension. `.tsx` and `.jsx` beside a step are node pictures of the
    /// framework's workbench, never steps, so they have none.
    pub fn of_path(path: &str) -> Option<Language> {
        let extension = path.rsplit('/').next()?.rsplit_once('.')?.1;
        match extension {
            "ts" | "mts" | "cts" => Some(Language::TypeScript),
            "js" | "mjs" | "cjs" => Some(Language::JavaScript),
            "py" => Some(Language::Python),
            "rb" => Some(Language::Ruby),
            _ => None,
        }
    }

    /// True for TypeScript and JavaScript, which share modules.
    pub fn is_script(self) -> bool {
        matches!(self, Language::TypeScript | Language::JavaScript)
    }

    /// The name as people write it.
    pub fn name(self) -> &'static str {
        match self {
            Language::TypeScript => "TypeScript",
            Language::JavaScript => "JavaScript",
            Language::Python => "Python",
            Language::Ruby => "Ruby",
        }
    }

    /// The short form of hints and lenses: `ts`, `js`, `py`, `rb`.
    pub fn short(self) -> &'static str {
        match self {
            Language::TypeScript => "ts",
            Language::JavaScript => "js",
            Language::Python => "py",
            Language::Ruby => "rb",
        }
    }
}
