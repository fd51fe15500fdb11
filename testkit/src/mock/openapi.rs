//! Services that answer as an OpenAPI document (3.0 or 3.1) describes them: a request is held against its operation, and
//! the answer is the document's example, or else a value of its schema from the seed of the run.

use banister_project::flow_test::Endpoint;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Map, Value as Json, json};

use super::body::pairs;
use super::choice::Request;
use crate::matching::{place_in, shorten};
use crate::rng::Seed;
use crate::strategy::strategy_for;
use banister_project::flow_test::{HttpReply, ReplyBody};

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The parameters of a path, by name.
type Captures = Vec<(String, String)>;

/// A service and its document.
#[derive(Debug, Clone)]
pub struct OpenApi {
    name: String,
    server: Endpoint,
    document: Json,
}

impl OpenApi {
    /// The service at `server` that `document` describes; `name` is what messages call it.
    ///
    /// # Errors
    /// The document is not OpenAPI 3.
    pub fn new(name: &str, server: Endpoint, mut document: Json) -> Result<Self, String> {
        let version = document.get("openapi").and_then(Json::as_str).unwrap_or("");
        if !version.starts_with("3.") {
            return Err("it is not an OpenAPI document of version 3".to_owned());
        }
        if !document.get("paths").is_some_and(Json::is_object) {
            return Err("it has no `paths`".to_owned());
        }
        if version.starts_with("3.0") {
            modernise(&mut document);
        }
        Ok(Self {
            name: name.to_owned(),
            server,
            document,
        })
    }

    /// Its host.
    pub fn host(&self) -> &str {
        &self.server.host
    }

    /// The answer to a request; `None` if it goes elsewhere.
    ///
    /// # Errors
    /// The document has no such operation, or the request is not as it says.
    pub(super) fn answer(&self, request: &Request, seed: Seed) -> Option<Result<HttpReply, String>> {
        let at = &request.at;
        let same =
            (&self.server.scheme, &self.server.host, self.server.port) == (&at.scheme, &at.host, at.port);
        let path = at.path.strip_prefix(self.server.path.trim_end_matches('/'))?;
        (same && path.starts_with('/')).then(|| self.answer_path(request, path, seed))
    }

    fn answer_path(&self, request: &Request, path: &str, seed: Seed) -> Result<HttpReply, String> {
        let (item, captures) = self.path_item(path)?;
        let method = request.at.method.to_ascii_lowercase();
        let operation = item.get(&method).ok_or_else(|| {
            let known: Vec<_> = METHODS
                .iter()
                .filter(|method| item.get(**method).is_some())
                .collect();
            let known: Vec<_> = known.iter().map(|method| method.to_ascii_uppercase()).collect();
            format!(
                "`{}` describes {} of {path}, and the method was {}",
                self.name,
                known.join(", "),
                request.at.method
            )
        })?;
        let misses = self.misses(item, operation, request, &captures);
        if !misses.is_empty() {
            return Err(format!(
                "`{} {path}` of `{}` is described otherwise: {}",
                request.at.method,
                self.name,
                misses.join("; ")
            ));
        }
        self.reply(operation, seed).map_err(|error| {
            format!(
                "`{} {path}` of `{}` gives no answer: {error}",
                request.at.method, self.name
            )
        })
    }

    /// The path as the document has it, a literal one before one with parameters.
    fn path_item(&self, path: &str) -> Result<(&Json, Captures), String> {
        let paths = self.document["paths"].as_object().into_iter().flatten();
        let mut found: Option<(usize, &Json, Captures)> = None;
        for (template, item) in paths {
            if let Some(captures) = captures(template, path)
                && found.as_ref().is_none_or(|(count, ..)| captures.len() < *count)
            {
                found = Some((captures.len(), self.resolved(item), captures));
            }
        }
        found
            .map(|(_, item, captures)| (item, captures))
            .ok_or_else(|| format!("`{}` describes no path {path}", self.name))
    }

    fn misses(
        &self,
        item: &Json,
        operation: &Json,
        request: &Request,
        captures: &[(String, String)],
    ) -> Vec<String> {
        let mut misses = Vec::new();
        let query = pairs(&request.query);
        let own = operation.get("parameters").and_then(Json::as_array).into_iter();
        let shared = item.get("parameters").and_then(Json::as_array).into_iter();
        for parameter in own.flatten().chain(shared.flatten()).map(|it| self.resolved(it)) {
            let name = parameter["name"].as_str().unwrap_or("");
            let of = |all: &[(String, String)]| {
                let found = all.iter().find(|(given, _)| given == name);
                found.map(|(_, value)| value.clone())
            };
            let (what, value) = match parameter["in"].as_str() {
                Some("query") => ("query parameter", of(&query)),
                Some("path") => ("path parameter", of(captures)),
                Some("header") => ("header", request.headers.get(&name.to_ascii_lowercase()).cloned()),
                _ => continue,
            };
            match (value, parameter.get("schema")) {
                (None, _) if parameter["required"] == json!(true) => {
                    misses.push(format!("{what} {name} was not sent"));
                }
                (Some(text), Some(schema)) => {
                    let schema = self.resolved(schema);
                    misses.extend(self.invalid(&format!("{what} {name}"), schema, &typed(schema, &text)));
                }
                _ => {}
            }
        }
        let Some(body) = operation.get("requestBody").map(|body| self.resolved(body)) else {
            return misses;
        };
        if request.body.is_null() {
            if body["required"] == json!(true) {
                misses.push("the body was not sent".to_owned());
            }
        } else if let (false, Some((_, media))) = (request.form, json_media(&body["content"])) {
            let error = media
                .get("schema")
                .and_then(|schema| self.invalid("body", schema, &request.body));
            misses.extend(error);
        }
        misses
    }

    /// Why the value called `name` is not as a schema says, with the place in it.
    fn invalid(&self, name: &str, schema: &Json, value: &Json) -> Option<String> {
        let validator = match jsonschema::validator_for(&self.whole(schema)) {
            Ok(validator) => validator,
            Err(error) => return Some(format!("{name} has no valid schema: {error}")),
        };
        let errors: Vec<String> = validator
            .iter_errors(value)
            .take(3)
            .map(|error| {
                let place = place_in(name, &error.instance_path().to_string());
                format!("{place}: {}", shorten(&error.to_string(), 120))
            })
            .collect();
        (!errors.is_empty()).then(|| errors.join("; "))
    }

    fn reply(&self, operation: &Json, seed: Seed) -> Result<HttpReply, String> {
        let responses = operation.get("responses").and_then(Json::as_object);
        let best = responses
            .into_iter()
            .flatten()
            .min_by_key(|(status, _)| rank(status));
        let (status, response) = best.ok_or("it describes no response")?;
        let response = self.resolved(response);
        let (headers, body) = match json_media(&response["content"]) {
            Some((kind, media)) => {
                let value = self.value(media, seed)?;
                (
                    [("content-type".to_owned(), kind.clone())].into(),
                    ReplyBody::Json(value),
                )
            }
            None => match response["content"].as_object().and_then(|all| all.iter().next()) {
                Some((kind, media)) => {
                    let value = self.value(media, seed)?;
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    (
                        [("content-type".to_owned(), kind.clone())].into(),
                        ReplyBody::Text(text),
                    )
                }
                None => (Default::default(), ReplyBody::Empty),
            },
        };
        Ok(HttpReply {
            status: status.replace(['X', 'x'], "0").parse().unwrap_or(200),
            headers,
            body,
            delay: 0,
            fault: None,
            set: None,
        })
    }

    /// The document's example, else a value from the schema.
    fn value(&self, media: &Json, seed: Seed) -> Result<Json, String> {
        let named = media.get("examples").and_then(Json::as_object);
        let named = named
            .and_then(|all| all.values().next())
            .map(|it| self.resolved(it));
        let schema = media.get("schema").map(|schema| self.resolved(schema));
        let example = media
            .get("example")
            .or_else(|| named.and_then(|example| example.get("value")))
            .or_else(|| schema?.get("example"))
            .or_else(|| schema?.get("examples")?.get(0));
        if let Some(example) = example {
            return Ok(example.clone());
        }
        let Some(schema) = media.get("schema") else {
            return Ok(Json::Null);
        };
        let strategy = strategy_for(&self.whole(schema)).map_err(|error| error.to_string())?;
        let config = Config {
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(seed.number()),
            ..Config::default()
        };
        let tree = strategy.new_tree(&mut TestRunner::new(config));
        Ok(tree.map_err(|error| error.to_string())?.current())
    }

    /// A schema with what its references point at.
    fn whole(&self, schema: &Json) -> Json {
        let mut whole = schema.as_object().cloned().unwrap_or_else(|| {
            // `true` and `false` are schemas too.
            Map::from_iter([("allOf".to_owned(), json!([schema]))])
        });
        if let Some(components) = self.document.get("components") {
            whole.insert("components".to_owned(), components.clone());
        }
        Json::Object(whole)
    }

    /// What a reference points at, or the value itself.
    fn resolved<'d>(&'d self, value: &'d Json) -> &'d Json {
        let mut at = value;
        for _ in 0..32 {
            let target = at
                .get("$ref")
                .and_then(Json::as_str)
                .and_then(|it| it.strip_prefix('#'));
            match target.and_then(|pointer| self.document.pointer(pointer)) {
                Some(found) => at = found,
                None => break,
            }
        }
        at
    }
}

/// The parameters of a path, if it fits the template.
fn captures(template: &str, path: &str) -> Option<Captures> {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    let mut captures = Vec::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(captures),
            (Some(wanted), Some(given)) => {
                match wanted.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
                    Some(name) if !given.is_empty() => {
                        captures.push((name.to_owned(), banister_project::route::decode(given)));
                    }
                    _ if wanted == given => {}
                    _ => return None,
                }
            }
            _ => return None,
        }
    }
}

fn json_media(content: &Json) -> Option<(&String, &Json)> {
    let is_json = |kind: &str| {
        let kind = kind.split(';').next().unwrap_or("").trim();
        kind == "application/json" || kind.ends_with("+json") || kind == "*/*"
    };
    content.as_object()?.iter().find(|(kind, _)| is_json(kind))
}

/// A parameter is a text; what it must be says how it is to be read.
fn typed(schema: &Json, text: &str) -> Json {
    let is = |name: &str| match schema.get("type") {
        Some(Json::String(kind)) => kind == name,
        Some(Json::Array(kinds)) => kinds.iter().any(|kind| kind == name),
        _ => false,
    };
    if is("array") {
        let items = schema.get("items").unwrap_or(&Json::Null);
        return text.split(',').map(|item| typed(items, item)).collect();
    }
    if is("integer") || is("number") || is("boolean") {
        let value: Option<Json> = serde_json::from_str(text).ok();
        if let Some(value) = value.filter(|value| value.is_number() || value.is_boolean()) {
            return value;
        }
    }
    Json::String(text.to_owned())
}

/// Success first, the lowest before others; `default` stands for anything.
fn rank(status: &str) -> (u8, String) {
    let kind = match status.as_bytes().first() {
        Some(b'2') => 0,
        _ if status == "default" => 1,
        _ => 2,
    };
    (kind, status.to_owned())
}

/// Version 3.0 has a dialect of its own for what JSON Schema says otherwise.
fn modernise(value: &mut Json) {
    match value {
        Json::Array(items) => items.iter_mut().for_each(modernise),
        Json::Object(fields) => {
            if fields.get("nullable") == Some(&json!(true)) {
                fields.shift_remove("nullable");
                if let Some(Json::String(kind)) = fields.get("type").cloned() {
                    fields.insert("type".to_owned(), json!([kind, "null"]));
                }
                if let Some(Json::Array(values)) = fields.get_mut("enum")
                    && !values.contains(&Json::Null)
                {
                    values.push(Json::Null);
                }
            }
            for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
                match fields.get(exclusive) {
                    Some(Json::Bool(true)) => {
                        if let Some(limit) = fields.shift_remove(bound) {
                            fields.insert(exclusive.to_owned(), limit);
                        }
                    }
                    Some(Json::Bool(false)) => {
                        fields.shift_remove(exclusive);
                    }
                    _ => {}
                }
            }
            fields.values_mut().for_each(modernise);
        }
        _ => {}
    }
}
