//! A snapshot of the world as lines for people.

use serde_json::Value as Json;

use crate::matching::shorten;

/// So many items are shown.
const MOST: usize = 20;
const WIDTH: usize = 110;

/// "state at the end" with an item a line; nothing of an empty world.
pub fn lines(snapshot: &Json) -> Vec<String> {
    let mut items = Vec::new();
    for (group, of_group) in members(&snapshot["state"]) {
        for (key, item) in members(of_group) {
            items.push(format!("state {group}/{key}: {item}"));
        }
    }
    for (stream, groups) in members(&snapshot["streams"]) {
        for (group, of_group) in members(groups) {
            for (id, item) in members(of_group) {
                items.push(format!("stream {stream}/{group}/{id}: {item}"));
            }
        }
    }
    if items.is_empty() {
        return items;
    }
    let more = items.len().saturating_sub(MOST);
    let mut lines = vec!["at the end:".to_owned()];
    lines.extend(
        items
            .iter()
            .take(MOST)
            .map(|item| format!("  {}", shorten(item, WIDTH))),
    );
    if more > 0 {
        lines.push(format!("  … and {more} more"));
    }
    lines
}

fn members(value: &Json) -> impl Iterator<Item = (&String, &Json)> {
    value.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    #[test]
    fn each_item_is_a_line() {
        let snapshot = json!({
            "state": { "orders": { "o-1": { "paid": true } } },
            "streams": { "chat": { "g": { "m": { "id": "m" } } } },
        });
        assert_eq!(
            lines(&snapshot),
            [
                "at the end:",
                "  state orders/o-1: {\"paid\":true}",
                "  stream chat/g/m: {\"id\":\"m\"}"
            ]
        );
        assert!(lines(&json!({ "state": {}, "streams": {} })).is_empty());
        let many: Map<String, Json> = (0..30).map(|n| (n.to_string(), json!(n))).collect();
        let shown = lines(&json!({ "state": { "g": many } }));
        assert_eq!((shown.len(), shown[21].as_str()), (22, "  … and 10 more"));
    }
}
