//! `--format full`: every finding with the code around it, and with the places in other files that belong to it.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use banister_grammars::Span;
use banister_project::{Diagnostic, Severity};

use super::summary::Summary;
use crate::commands::check::{Report, is_shown};

pub(crate) fn render(reports: &[Report], summary: &Summary) -> String {
    let mut out = String::new();
    for report in reports {
        for finding in report.findings.iter().filter(|it| is_shown(it.severity)) {
            out.push_str(&finding_with_code(report, finding));
            out.push_str("\n\n");
        }
    }
    out + &summary.line() + "\n"
}

fn finding_with_code(report: &Report, finding: &Diagnostic) -> String {
    let snapshot = &report.snapshot;
    let text_of = |file: &str| snapshot.text(file).map_or("", |source| &*source.text);
    let title = level(finding.severity)
        .primary_title(finding.message.as_str())
        .id(finding.rule);
    let primary = AnnotationKind::Primary.span(bytes(text_of(&finding.file), finding.span));
    let mut group = title.element(
        Snippet::source(text_of(&finding.file))
            .path(report.name(&finding.file))
            .annotation(primary),
    );
    for other in &finding.related {
        let text = text_of(&other.file);
        let place = AnnotationKind::Context
            .span(bytes(text, other.span))
            .label(other.message.as_str());
        group = group.element(
            Snippet::source(text)
                .path(report.name(&other.file))
                .annotation(place),
        );
    }
    let mut groups = vec![group];
    if let Some(help) = &finding.help {
        groups.push(Group::with_title(Level::HELP.secondary_title(help.as_str())));
    }
    renderer().render(&groups)
}

/// A problem with one place in one text that is no file of the workspace, such as a flow test.
pub(crate) fn problem_with_code(
    rule: &str,
    message: &str,
    help: Option<&str>,
    file: &str,
    text: &str,
    span: Span,
) -> String {
    let title = Level::ERROR.primary_title(message).id(rule);
    let primary = AnnotationKind::Primary.span(bytes(text, span));
    let mut groups = vec![title.element(Snippet::source(text).path(file).annotation(primary))];
    groups.extend(help.map(|help| Group::with_title(Level::HELP.secondary_title(help))));
    renderer().render(&groups)
}

fn renderer() -> Renderer {
    Renderer::styled().decor_style(DecorStyle::Ascii)
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
        Severity::Hint => Level::NOTE,
    }
}

/// A span as the renderer wants it: inside the text, on character boundaries.
fn bytes(text: &str, span: Span) -> std::ops::Range<usize> {
    let floor = |offset: u32| {
        let mut at = (offset as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    floor(span.start)..floor(span.end)
}
