//! A topic that is not quoted yet: `topic: |`, `subscribes: [|`, `queue(|`.

use std::collections::BTreeSet;

use super::cursor::{Cursor, is_word};
use super::insert;
use super::spot::{Home, Root, Spot, home, is_bare};
use super::unfinished::{key_at_end, role_of_list, sends};
use super::{Place, list_at};
use crate::index::Role;

/// The place of a topic at the cursor, if one belongs there and no quote stands around it.
pub(super) fn place<'t>(cursor: &Cursor<'t>, spot: &Spot<'t>) -> Option<Place<'t>> {
    if !is_bare(cursor) {
        return None;
    }
    let (role, listed) = match *spot {
        Spot::Value { key: "topic", level } => (role_of_value(&home(cursor, level)?)?, BTreeSet::new()),
        Spot::Item { level } => {
            let list = key_at_end(cursor.item_before(level))?;
            let around = home(cursor, level.checked_sub(1)?)?;
            let is_own = around.root == Root::Config && around.path.is_empty();
            let role = is_own.then(|| role_of_list(list)).flatten()?;
            (role, list_at(cursor.text, cursor.frames.get(level)?.at))
        }
        Spot::Argument { callee, number: 0 } if is_trigger(cursor, callee) => {
            (Role::Subscribes, BTreeSet::new())
        }
        _ => return None,
    };
    Some(Place {
        role,
        span: cursor.replace(),
        listed,
        quote: Some(insert::quote_of(cursor.text, cursor.language)),
    })
}

/// `queue(` of 1.0: in a list of triggers, or where the file takes it from the framework.
fn is_trigger(cursor: &Cursor<'_>, callee: &str) -> bool {
    let name = callee.rsplit(|ch: char| !is_word(ch)).next();
    let list = cursor.frames.len().checked_sub(2);
    let list = list.filter(|level| cursor.frames[*level].opener == b'[');
    let in_list = list.is_some_and(|level| key_at_end(cursor.item_before(level)) == Some("triggers"));
    name == Some("queue") && !callee.ends_with(".queue") && (in_list || imports_queue(cursor.text))
}

fn imports_queue(text: &str) -> bool {
    let is_import = |line: &&str| line.contains("import") && line.contains("motia");
    let mut imports = text.lines().filter(is_import);
    imports.any(|line| line.split(|ch: char| !is_word(ch)).any(|word| word == "queue"))
}

fn role_of_value(home: &Home<'_>) -> Option<Role> {
    match (&home.root, home.path.as_slice()) {
        (Root::Call(callee), []) if sends(callee) => Some(Role::Emits),
        (Root::Config, ["triggers", "[]"]) => Some(Role::Subscribes),
        (Root::Config, [list, "[]"]) => role_of_list(list),
        _ => None,
    }
}
