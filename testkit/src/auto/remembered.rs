//! Ids that came up in a run, for later requests and messages: a generated id hits nothing.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::trace::{Event, What};

/// The last value by name.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    values: BTreeMap<String, Json>,
}

impl Remembered {
    /// Takes what came up in these events: fields of answers, messages and items, and the keys of items.
    pub(super) fn learn(&mut self, events: &[Event]) {
        let mut asked = None;
        for event in events {
            match &event.what {
                What::Request { target, .. } => asked = Some(resource(target)),
                What::Response { body, status, .. } if *status < 400 => {
                    self.fields(body, asked.as_deref());
                }
                What::Emitted { data, .. } => self.fields(data, None),
                What::State {
                    op,
                    group,
                    key: Some(key),
                    value,
                } if op == "set" => {
                    self.fields(value, None);
                    self.keep(&format!("{}Id", singular(group)), &Json::String(key.clone()));
                }
                _ => {}
            }
        }
    }

    /// The value of this name.
    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        self.values.get(&plain(name))
    }

    /// The scalars of an object and of those inside it; its `id` is also that of its kind.
    fn fields(&mut self, value: &Json, kind: Option<&str>) {
        for (name, item) in value.as_object().into_iter().flatten() {
            match item {
                Json::Object(_) => self.fields(item, Some(name)),
                Json::String(_) | Json::Number(_) => {
                    self.keep(name, item);
                    if let (Some(kind), "id") = (kind, name.as_str()) {
                        self.keep(&format!("{}Id", singular(kind)), item);
                    }
                }
                _ => {}
            }
        }
    }

    fn keep(&mut self, name: &str, value: &Json) {
        self.values.insert(plain(name), value.clone());
    }
}

/// `order_id` is `orderId`.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// What a route makes: its last segment, `orders` of `/v1/orders?x=1`.
fn resource(target: &str) -> String {
    let path = target.split('?').next().unwrap_or_default();
    path.rsplit('/')
        .find(|it| !it.is_empty())
        .unwrap_or_default()
        .to_owned()
}

fn singular(word: &str) -> &str {
    word.strip_suffix('s').unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_id_goes_by_the_name_of_its_kind() {
        let of = |what| Event {
            at: 0,
            invocation: None,
            what,
        };
        let request = What::Request {
            method: "POST".to_owned(),
            target: "/v1/tenants?x=1".to_owned(),
            headers: BTreeMap::new(),
            body: Json::Null,
        };
        let response = What::Response {
            status: 201,
            headers: json!({}),
            body: json!({ "id": "t-1", "owner": { "id": 7 }, "tags": ["a"] }),
        };
        let set = What::State {
            op: "set".to_owned(),
            group: "orders".to_owned(),
            key: Some("o-1".to_owned()),
            value: json!({ "total": 3 }),
        };
        let mut remembered = Remembered::default();
        remembered.learn(&[of(request), of(response), of(set)]);
        assert_eq!(remembered.get("tenant_id"), Some(&json!("t-1")));
        assert_eq!(remembered.get("ownerId"), Some(&json!(7)));
        assert_eq!(remembered.get("orderId"), Some(&json!("o-1")));
        assert_eq!(remembered.get("total"), Some(&json!(3)));
        assert_eq!(remembered.get("tags"), None);
    }
}
