//! What an operation on the state or on a stream reads and writes: known by its name and arguments, before it is applied
//! and from the trace alike.

use banister_project::profile::Profile;
use serde_json::Value as Json;

use crate::trace::What;

/// The reach of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Access {
    /// From the general to the particular: `["state", "orders", "o1"]`. A shorter one means all below it.
    pub(crate) path: Vec<String>,
    pub(crate) reads: bool,
    pub(crate) writes: bool,
}

impl Access {
    /// Of something that happened; `None` for what reads and writes nothing that another handler finds, such as what is sent
    /// to listeners of a stream.
    pub(crate) fn of(what: &What) -> Option<Self> {
        match what {
            What::State { op, group, key, .. } => Some(Self::of_state(op, Some(group), key.as_deref())),
            What::Stream { op, stream, args, .. } if op != "send" => {
                let args = args.as_array().into_iter().flatten();
                Some(Self::of_stream(op, stream, args))
            }
            _ => None,
        }
    }

    /// Of an operation on the state, such as `get_group`. `key` is the second argument, whatever it means.
    pub(crate) fn of_state(op: &str, group: Option<&str>, key: Option<&str>) -> Self {
        let group = group.filter(|_| op != "list_groups");
        let key = key.filter(|_| group.is_some() && !is_of_group(op));
        let path = ["state"].into_iter().chain(group).chain(key);
        Self::new(op, path.map(str::to_owned).collect())
    }

    /// Of an operation on a stream; `args` are those after its name.
    pub(crate) fn of_stream<'a>(op: &str, stream: &'a str, args: impl IntoIterator<Item = &'a Json>) -> Self {
        let depth = match op {
            // What is sent to listeners is no item.
            "send" => 0,
            _ if is_of_group(op) => 1,
            _ => 2,
        };
        let parts = args.into_iter().take(depth).filter_map(Json::as_str);
        let path = ["stream", stream].into_iter().chain(parts);
        Self::new(op, path.map(str::to_owned).collect())
    }

    fn new(op: &str, path: Vec<String>) -> Self {
        Self {
            path,
            reads: is_read(op) || is_atomic(op),
            writes: !is_read(op),
        }
    }

    /// The reach that it may have in this profile. The in-memory adapter of releases compares the beginning of `group:key`
    /// (`world/state.rs`), so that what is asked of one group comes from others too.
    pub(crate) fn at_most(mut self, op: &str, profile: Profile) -> Self {
        if profile == Profile::Motia017 && is_of_group(op) && self.path[0] == "state" {
            self.path.truncate(1);
        }
        self
    }

    /// True if the two are about the same thing, or one about a part of the other.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.path.iter().zip(&other.path).all(|(one, other)| one == other)
    }
}

/// True for what changes nothing.
pub(crate) fn is_read(op: &str) -> bool {
    op.starts_with("get") || op == "list_groups"
}

/// True for what reads and writes, and nothing can come between.
pub(crate) fn is_atomic(op: &str) -> bool {
    matches!(op, "update" | "exchange")
}

/// True for what is about all items of a group.
fn is_of_group(op: &str) -> bool {
    matches!(op, "get_group" | "get_pattern" | "clear")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn state(op: &str, key: &str) -> Access {
        Access::of_state(op, Some("orders"), Some(key))
    }

    #[test]
    fn a_group_meets_its_items_and_an_item_only_itself() {
        let item = state("set", "o1");
        assert!(item.meets(&state("get", "o1")) && !item.meets(&state("get", "o2")));
        for whole in ["get_group", "get_pattern", "clear", "list_groups"] {
            assert!(item.meets(&state(whole, "o*")), "{whole}");
        }
        assert!(!item.meets(&Access::of_state("get", Some("prices"), Some("o1"))));
    }

    #[test]
    fn operations_are_told_apart() {
        let of = |op| {
            let it = state(op, "o1");
            (it.reads, it.writes)
        };
        for op in ["get", "get_group", "get_pattern", "list_groups"] {
            assert_eq!(of(op), (true, false), "{op}");
        }
        for op in ["set", "delete", "clear"] {
            assert_eq!(of(op), (false, true), "{op}");
        }
        for op in ["update", "exchange"] {
            assert_eq!(of(op), (true, true), "{op}");
        }
    }

    #[test]
    fn a_stream_has_groups_and_items() {
        let args = [json!("room"), json!("m1"), json!({ "text": "hi" })];
        let path = |op| Access::of_stream(op, "chat", &args).path;
        assert_eq!(path("set"), ["stream", "chat", "room", "m1"]);
        assert_eq!(path("get_group"), ["stream", "chat", "room"]);
        assert_eq!(path("send"), ["stream", "chat"]);
    }

    #[test]
    fn releases_give_items_of_other_groups_too() {
        let of = |profile| state("get_group", "").at_most("get_group", profile);
        let other = Access::of_state("set", Some("orders2"), Some("o1"));
        assert!(of(Profile::Motia017).meets(&other));
        assert!(!of(Profile::Seed).meets(&other));
        assert_eq!(state("get", "o1").at_most("get", Profile::Motia017).path.len(), 3);
    }
}
