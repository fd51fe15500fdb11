//! A contract as an OpenAPI 3.1 document: its routes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::components::{Components, Dialect, fresh};
use super::{Contract, RouteContract, StepContract};

/// The methods that a path item has a field for.
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// The document.
pub(super) fn document(contract: &Contract) -> Json {
    let mut components = Components::new(Dialect::Draft202012);
    let mut paths = Paths::default();
    let mut operation_ids = BTreeSet::new();
    for step in &contract.steps {
        for route in &step.routes {
            let method = route.method.to_ascii_lowercase();
            if !METHODS.contains(&method.as_str()) {
                continue;
            }
            let (template, parameters) = paths.template(&route.path);
            let item = paths.item(&template);
            // The first step answers; `duplicate-route` tells of the second.
            if item.contains_key(&method) {
                continue;
            }
            let id = fresh(&step.name, |id| operation_ids.contains(id));
            operation_ids.insert(id.clone());
            item.insert(method, operation(step, route, &id, &parameters, &mut components));
        }
    }
    let flows: BTreeSet<&String> = contract
        .steps
        .iter()
        .filter(|step| !step.routes.is_empty())
        .flat_map(|step| &step.flows)
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": contract.name,
            "version": contract.version.as_deref().unwrap_or("0.0.0"),
        },
        "tags": flows.into_iter().map(|flow| json!({ "name": flow })).collect::<Vec<_>>(),
        "paths": paths.items,
        "components": { "schemas": components.into_json() },
    })
}

fn operation(
    step: &StepContract,
    route: &RouteContract,
    id: &str,
    parameters: &[Parameter],
    components: &mut Components,
) -> Json {
    let mut operation = json!({
        "operationId": id,
        "summary": format!("{} ({}), {}:{}", step.name, step.language.name(), step.place.file, step.place.line),
        "tags": step.flows,
    });
    let mut all: Vec<Json> = parameters.iter().map(Parameter::to_json).collect();
    // A name twice would make the document invalid.
    let query: BTreeSet<&String> = route.query.iter().filter(|name| !name.is_empty()).collect();
    all.extend(
        query
            .into_iter()
            .map(|name| json!({ "name": name, "in": "query", "schema": { "type": "string" } })),
    );
    if !all.is_empty() {
        operation["parameters"] = Json::Array(all);
    }
    if let Some(body) = &route.body {
        let schema = components.add(&format!("{id}.body"), &body.schema);
        operation["requestBody"] =
            json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    }
    let mut responses = Map::new();
    for (status, promise) in route.responses.iter().filter(|(status, _)| is_status(status)) {
        let mut response = json!({ "description": format!("Status {status}") });
        if let Some(promise) = promise {
            let schema = components.add(&format!("{id}.{status}"), &promise.schema);
            response["content"] = json!({ "application/json": { "schema": schema } });
        }
        responses.insert(status.clone(), response);
    }
    if responses.is_empty() {
        responses.insert(
            "default".to_owned(),
            json!({ "description": "The step declares no responses" }),
        );
    }
    operation["responses"] = Json::Object(responses);
    operation
}

fn is_status(status: &str) -> bool {
    let digits = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
    digits && status.starts_with(|first| ('1'..='5').contains(&first))
}

/// A part of a path that a request fills in.
struct Parameter {
    name: String,
    is_wildcard: bool,
}

impl Parameter {
    fn to_json(&self) -> Json {
        let mut parameter = json!({
            "name": self.name,
            "in": "path",
            "required": true,
            "schema": { "type": "string" },
        });
        if self.is_wildcard {
            parameter["description"] = json!(
                "Stands for `*`: the rest of the path, slashes included, which OpenAPI has no notation for"
            );
        }
        parameter
    }
}

/// Path items by template. Paths that differ in the names of their parameters only are one path to OpenAPI.
#[derive(Default)]
struct Paths {
    items: BTreeMap<String, Map<String, Json>>,
    shapes: Vec<(String, String)>,
}

impl Paths {
    /// The template of a route with its parameters; an earlier path of the same shape gives the names.
    fn template(&mut self, path: &str) -> (String, Vec<Parameter>) {
        let (template, parameters) = template(path);
        let shape = shape(&template);
        let known = self.shapes.iter().find(|(known, _)| *known == shape);
        match known {
            Some((_, known)) => {
                let names = names(known);
                let parameters = parameters
                    .into_iter()
                    .zip(names)
                    .map(|(parameter, name)| Parameter { name, ..parameter });
                (known.clone(), parameters.collect())
            }
            None => {
                self.shapes.push((shape, template.clone()));
                (template, parameters)
            }
        }
    }

    fn item(&mut self, template: &str) -> &mut Map<String, Json> {
        self.items.entry(template.to_owned()).or_default()
    }
}

/// `/orders/:id/*` is `/orders/{id}/{wildcard}`.
fn template(path: &str) -> (String, Vec<Parameter>) {
    let mut parameters: Vec<Parameter> = Vec::new();
    let mut out = String::new();
    let mut rest = path;
    if !path.starts_with('/') {
        out.push('/');
    }
    while let Some(ch) = rest.chars().next() {
        rest = &rest[ch.len_utf8()..];
        let end = rest
            .find(|ch: char| !ch.is_ascii_alphanumeric() && ch != '_')
            .unwrap_or(rest.len());
        let (wanted, is_wildcard) = match ch {
            ':' if end > 0 => (&rest[..end], false),
            '*' => ("wildcard", true),
            // Braces mean a parameter only in OpenAPI.
            '{' => {
                out += "%7B";
                continue;
            }
            '}' => {
                out += "%7D";
                continue;
            }
            ch => {
                out.push(ch);
                continue;
            }
        };
        if !is_wildcard {
            rest = &rest[end..];
        }
        // `:id?` marks a parameter that may be absent; OpenAPI knows none in a path.
        rest = rest.strip_prefix('?').unwrap_or(rest);
        let name = fresh(wanted, |name| parameters.iter().any(|it| it.name == name));
        out += &format!("{{{name}}}");
        parameters.push(Parameter { name, is_wildcard });
    }
    (out, parameters)
}

fn shape(template: &str) -> String {
    let mut shape = String::new();
    let mut in_name = false;
    for ch in template.chars() {
        match ch {
            '{' => in_name = true,
            '}' => {
                in_name = false;
                shape += "{}";
            }
            ch if !in_name => shape.push(ch),
            _ => {}
        }
    }
    shape
}

fn names(template: &str) -> Vec<String> {
    let pieces = template.split('{').skip(1);
    pieces
        .filter_map(|piece| piece.split_once('}'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::Contract;
    use super::*;
    use crate::fixture::parse;

    fn of(fixture: &str) -> Json {
        document(&Contract::all(&parse(fixture).0)[0])
    }

    #[test]
    fn parameters_and_wildcards_are_named() {
        let names = |path: &str| -> (String, Vec<String>) {
            let (template, parameters) = template(path);
            (template, parameters.into_iter().map(|it| it.name).collect())
        };
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(names("/a/:id/b"), ("/a/{id}/b".into(), owned(&["id"])));
        assert_eq!(
            names("/f/:name.json"),
            ("/f/{name}.json".into(), owned(&["name"]))
        );
        assert_eq!(
            names("/a/:id/:id/*"),
            (
                "/a/{id}/{id_2}/{wildcard}".into(),
                owned(&["id", "id_2", "wildcard"])
            )
        );
        assert_eq!(names("a/{x}"), ("/a/%7Bx%7D".into(), owned(&[])));
    }

    #[test]
    fn query_parameters_are_listed_in_every_language() {
        let document = of("\
//- steps/a.step.ts
export const config = { type: 'api', name: 'A', method: 'GET', path: '/a', emits: [], queryParams: [{ name: 'page', description: 'x' }, { name: 'page' }] }
//- steps/b_step.py
config = {'type': 'api', 'name': 'B', 'method': 'GET', 'path': '/b', 'emits': [], 'queryParams': [{'name': 'size'}]}
//- steps/c.step.rb
def config
  { type: 'api', name: 'C', method: 'GET', path: '/c', emits: [], queryParams: [{ name: 'sort', description: 'x' }] }
end
");
        let names = |path: &str| -> Vec<String> {
            let parameters = document["paths"][path]["get"]["parameters"].as_array().unwrap();
            parameters
                .iter()
                .map(|it| format!("{} {}", it["in"].as_str().unwrap(), it["name"].as_str().unwrap()))
                .collect()
        };
        assert_eq!(names("/a"), ["query page"]);
        assert_eq!(names("/b"), ["query size"]);
        assert_eq!(names("/c"), ["query sort"]);
    }

    #[test]
    fn paths_of_one_shape_share_an_item_and_its_names() {
        let document = of("\
//- steps/a.step.js
exports.config = { type: 'api', name: 'Get', method: 'GET', path: '/a/:id', emits: [] }
//- steps/b.step.js
exports.config = { type: 'api', name: 'Put', method: 'PUT', path: '/a/:key', emits: [], bodySchema: { type: 'object' } }
");
        let item = &document["paths"]["/a/{id}"];
        assert_eq!(item["put"]["parameters"][0]["name"], "id");
        assert_eq!(item["get"]["operationId"], "Get");
        assert_eq!(
            item["put"]["requestBody"]["content"]["application/json"]["schema"]["$ref"],
            "#/components/schemas/Put.body"
        );
        assert_eq!(document["paths"].as_object().unwrap().len(), 1);
    }
}
