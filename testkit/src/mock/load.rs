//! The services of a test with the files that it names: cassettes and OpenAPI documents.

use std::collections::BTreeSet;
use std::path::Path;

use banister_grammars::Span;
use banister_project::flow_test::{
    FlowFile, FlowTest, HttpMock, HttpReply, OpenApiMock, Spanned, SpecProblem, parse_cassette, read_document,
};
use serde_json::Value as Json;

use super::openapi::OpenApi;
use super::services::Services;
use crate::rng::Seed;
use crate::stand_ins::folder_of;

/// A file that a test names and that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` {reason}")]
pub struct LoadError {
    /// As the test writes it.
    pub name: String,
    /// "cannot be read: …".
    pub reason: String,
    /// Where the test names it.
    pub span: Span,
}

impl Services {
    /// The services of `test`, whose file lies in `folder`.
    ///
    /// # Errors
    /// A file that it names cannot be read, or is not what it should be.
    pub fn load(test: &FlowTest, folder: &Path, seed: Seed, now: i64) -> Result<Self, LoadError> {
        let mocks = &test.mocks;
        let mut services = Self {
            http: mocks.http.clone(),
            openapi: Vec::new(),
            allow: mocks.allow.iter().map(|it| it.value.clone()).collect(),
            record: false,
            holds_all: false,
            redact: mocks.redact.iter().map(|it| it.value.clone()).collect(),
            seed,
            now,
        };
        for cassette in &mocks.cassettes {
            services.http.extend(load_cassette(folder, cassette)?);
        }
        for mock in &mocks.openapi {
            services.openapi.push(load_document(folder, mock)?);
        }
        Ok(services)
    }

    /// Hosts that answer, sorted.
    pub fn hosts(&self) -> Vec<String> {
        let http = self.http.iter().map(|mock| mock.request.on.value.host.as_str());
        let openapi = self.openapi.iter().map(OpenApi::host);
        let allow = self.allow.iter().map(|(host, _)| host.as_str());
        let mut hosts: Vec<String> = http.chain(openapi).chain(allow).map(str::to_owned).collect();
        hosts.sort();
        hosts.dedup();
        hosts
    }

    /// True if some answer comes later in virtual time, or never.
    pub fn holds(&self) -> bool {
        let mut replies = self.http.iter().flat_map(|mock| &mock.replies);
        self.holds_all || replies.any(HttpReply::waits)
    }
}

/// What is wrong with the cassettes and documents that the tests of a file name, by place.
pub fn unusable_files(file: &FlowFile, root: &Path) -> Vec<SpecProblem> {
    let folder = folder_of(file, root);
    // Mocks of the file belong to each of its tests, and a document of a large service takes a while to read.
    let mut seen = BTreeSet::new();
    let mut is_new = |span: Span| seen.insert((span.start, span.end));
    let mut errors: Vec<LoadError> = Vec::new();
    for mocks in file.tests.iter().map(|test| &test.mocks) {
        for name in mocks.cassettes.iter().filter(|name| is_new(name.span)) {
            errors.extend(load_cassette(&folder, name).err());
        }
        for mock in mocks.openapi.iter().filter(|mock| is_new(mock.document.span)) {
            errors.extend(load_document(&folder, mock).err());
        }
    }
    let problems = errors.into_iter().map(|error| SpecProblem {
        rule: "flow-test-invalid-value",
        message: error.to_string(),
        span: error.span,
        help: Some("the paths of mocks start at the folder of the flow test file".to_owned()),
    });
    problems.collect()
}

fn load_cassette(folder: &Path, name: &Spanned<String>) -> Result<Vec<HttpMock>, LoadError> {
    let text = read(folder, name)?;
    parse_cassette(&text).map_err(|problems| {
        let first = problems.first();
        let line = first.map_or(0, |it| text[..it.span.start as usize].matches('\n').count() + 1);
        let message = first.map(|it| it.message.clone()).unwrap_or_default();
        error(name, format!("is no cassette: line {line}: {message}"))
    })
}

fn load_document(folder: &Path, mock: &OpenApiMock) -> Result<OpenApi, LoadError> {
    let name = &mock.document;
    parse_document(&read(folder, name)?)
        .and_then(|document| OpenApi::new(name, mock.server.value.clone(), document))
        .map_err(|reason| error(name, format!("cannot be used: {reason}")))
}

fn read(folder: &Path, name: &Spanned<String>) -> Result<String, LoadError> {
    std::fs::read_to_string(folder.join(&name.value)).map_err(|reason| match reason.kind() {
        std::io::ErrorKind::NotFound => error(name, "is not there".to_owned()),
        _ => error(name, format!("cannot be read: {reason}")),
    })
}

/// JSON goes the quick way: documents of large services have a hundred thousand lines.
fn parse_document(text: &str) -> Result<Json, String> {
    if text.trim_start().starts_with('{')
        && let Ok(document) = serde_json::from_str(text)
    {
        return Ok(document);
    }
    read_document(text)
}

fn error(name: &Spanned<String>, reason: String) -> LoadError {
    LoadError {
        name: name.value.clone(),
        reason,
        span: name.span,
    }
}
