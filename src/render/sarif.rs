//! `--format sarif`: SARIF 2.1.0 for code scanning.

use std::collections::BTreeMap;

use banister_project::rules::page::first_sentence;
use banister_project::rules::{RULES, Rule};
use banister_project::{Fix, Severity};
use serde_json::{Value as Json, json};

use super::entry::{Entry, Range};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

pub(crate) fn render(entries: &[Entry<'_>]) -> anyhow::Result<String> {
    let hit: Vec<&Rule> = RULES
        .iter()
        .filter(|rule| entries.iter().any(|entry| entry.finding.rule == rule.name))
        .collect();
    let results: Vec<Json> = entries.iter().map(|entry| result(entry, &hit)).collect();
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "banister",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": hit.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn descriptor(rule: &Rule) -> Json {
    json!({
        "id": rule.name,
        "shortDescription": { "text": first_sentence(rule.doc) },
        "helpUri": rule.address(),
        "help": { "text": rule.doc, "markdown": rule.markdown() },
        "defaultConfiguration": { "level": level(rule.severity) },
    })
}

fn result(entry: &Entry<'_>, rules: &[&Rule]) -> Json {
    let finding = entry.finding;
    let text = match &finding.help {
        Some(help) => format!("{}\nhelp: {help}", finding.message),
        None => finding.message.clone(),
    };
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": { "text": text },
        "locations": [location(&entry.path, entry.range)],
        "partialFingerprints": { "banister/v1": entry.fingerprint },
    });
    if let Some(index) = rules.iter().position(|rule| rule.name == finding.rule) {
        result["ruleIndex"] = json!(index);
    }
    let related = finding.related.iter().map(|other| {
        let (path, range) = entry.place(&other.file, other.span);
        let mut place = location(&path, range);
        place["message"] = json!({ "text": other.message });
        place
    });
    let related: Vec<Json> = related.collect();
    if !related.is_empty() {
        result["relatedLocations"] = Json::Array(related);
    }
    if let Some(fix) = &finding.fix {
        result["fixes"] = json!([fix_of(entry, fix)]);
    }
    result
}

fn fix_of(entry: &Entry<'_>, fix: &Fix) -> Json {
    let mut files: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    for edit in &fix.edits {
        let (path, range) = entry.place(&edit.file, edit.span);
        files.entry(path).or_default().push(json!({
            "deletedRegion": region(range),
            "insertedContent": { "text": edit.text },
        }));
    }
    let changes = files.into_iter().map(|(path, replacements)| {
        json!({ "artifactLocation": { "uri": uri(&path) }, "replacements": replacements })
    });
    json!({ "description": { "text": fix.title }, "artifactChanges": changes.collect::<Vec<_>>() })
}

fn location(path: &str, range: Range) -> Json {
    json!({ "physicalLocation": { "artifactLocation": { "uri": uri(path) }, "region": region(range) } })
}

fn region(range: Range) -> Json {
    json!({
        "startLine": range.start.line,
        "startColumn": range.start.column,
        "endLine": range.end.line,
        "endColumn": range.end.column,
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "note",
    }
}

/// A path as a relative reference: everything but what every URI may hold is escaped.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes()
        .map(|byte| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}
