//! Streams of a flow test: items before the first action, and events that leave no item.

use super::reader::{Keys, Reader};
use super::yaml::Node;
use super::{Expectation, StreamItems};

pub(super) const STREAM_EVENT: Keys = &["stream", "group", "id", "type", "data", "times"];

impl Reader {
    /// `given.streams`: stream, group, id, item.
    pub(super) fn stream_items(&mut self, node: &Node) -> Option<StreamItems> {
        let mut streams = Vec::new();
        for (stream, groups) in self.entries(node, "`streams`")? {
            let what = format!("stream `{}`", stream.value);
            let Some(groups) = self.entries(groups, &what) else {
                continue;
            };
            for (group, items) in groups {
                let what = format!("group `{}` of {what}", group.value);
                let Some(items) = self.entries(items, &what) else {
                    continue;
                };
                let items = items.iter().map(|(id, item)| (id.value.clone(), item.to_json()));
                streams.push((stream.clone(), group.value.clone(), items.collect()));
            }
        }
        Some(streams)
    }

    pub(super) fn stream_event(&mut self, node: &Node) -> Option<Expectation> {
        let fields = self.fields(node, "`stream_event`", STREAM_EVENT)?;
        let stream = self
            .require(&fields, "stream")
            .and_then(|node| self.text(node, "`stream`"));
        let mut text = |key: &str| {
            fields
                .get(key)
                .and_then(|node| self.scalar_text(node, &format!("`{key}`")))
        };
        let (group, id, kind) = (text("group"), text("id"), text("type"));
        let times = self.times(&fields);
        Some(Expectation::StreamEvent {
            stream: stream?,
            group,
            id,
            kind,
            data: fields.get("data").map(Node::to_json),
            times,
        })
    }
}
