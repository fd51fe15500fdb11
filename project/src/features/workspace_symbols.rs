//! Everything that has a name in the workspace: `#topic`, `/route`, `~state group`, `%stream`, and steps by their plain
//! names.

use super::{FoundSymbol, Location, SymbolKind};
use crate::index::{EntityKind, Index, Place, Usage};

/// What matches `query`: its characters in this order, in either case. A sigil in front asks for one kind only.
pub(super) fn search(index: &Index, query: &str) -> Vec<FoundSymbol> {
    let entities = index.all_entities().filter_map(|(entity, places)| {
        let (sigil, kind) = match entity.kind {
            EntityKind::Topic => ("#", SymbolKind::Topic),
            EntityKind::Step => ("", SymbolKind::Step),
            EntityKind::StateGroup => ("~", SymbolKind::StateGroup),
            EntityKind::Stream => ("%", SymbolKind::Stream),
            EntityKind::Flow => return None,
        };
        let name = format!("{sigil}{}", entity.name);
        let place = home(places)?;
        matches(query, &name).then(|| FoundSymbol {
            name,
            kind,
            container: index.label(&place.file).to_owned(),
            location: Location {
                file: place.file.to_string(),
                span: place.span,
            },
        })
    });
    entities.chain(routes(index, query)).collect()
}

/// The place that a thing is at home: where it is made, else the first that names it.
fn home(places: &[Place]) -> Option<&Place> {
    let made = places.iter().find(|place| place.usage == Usage::Writes);
    made.or(places.first())
}

fn routes(index: &Index, query: &str) -> impl Iterator<Item = FoundSymbol> {
    let triggers = index.project.steps.iter().filter_map(|step| {
        let found = step.fact()?.triggers.iter().filter_map(move |trigger| {
            let path = trigger.path.as_ref()?;
            let method = trigger.method.as_ref().and_then(|method| method.text.known());
            // The path comes first, so that `/orders` finds it by its beginning.
            let name = format!("{} {}", path.text.known()?, method.unwrap_or(""));
            Some((step, path, name.trim_end().to_owned()))
        });
        Some(found)
    });
    triggers
        .flatten()
        .filter(|(_, _, name)| matches(query, name))
        .map(|(step, path, name)| FoundSymbol {
            name,
            kind: SymbolKind::Route,
            container: step.label().to_owned(),
            location: Location {
                file: step.file.clone(),
                span: path.span,
            },
        })
}

fn matches(query: &str, name: &str) -> bool {
    let sigil = query
        .chars()
        .next()
        .filter(|first| matches!(first, '#' | '/' | '~' | '%'));
    if sigil.is_some_and(|sigil| !name.starts_with(sigil)) {
        return false;
    }
    let mut rest = name.chars().flat_map(char::to_lowercase);
    query
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|wanted| !wanted.is_whitespace())
        .all(|wanted| rest.any(|found| found == wanted))
}

#[cfg(test)]
mod tests {
    use crate::fixture::parse;

    const PROJECT: &str = "\
//- steps/a.step.ts
export const config = { type: 'api', name: 'PlaceOrder', method: 'POST', path: '/orders', emits: ['order.placed'] }
export const handler = async (req, { emit, state, streams }) => {
  await state.set('orders', 'k', 1)
  await emit({ topic: 'order.placed', data: {} })
}
//- steps/b_step.py
config = {'type': 'event', 'name': 'Ship', 'subscribes': ['order.placed'], 'emits': []}
async def handler(data, context): pass
//- steps/c.stream.ts
export const config = { name: 'orders-live', schema: {}, baseConfig: { storageType: 'default' } }
";

    fn found(query: &str) -> Vec<String> {
        let (snapshot, _) = parse(PROJECT);
        let symbols = snapshot.workspace_symbols(query);
        symbols
            .into_iter()
            .map(|symbol| format!("{} in {}", symbol.name, symbol.location.file))
            .collect()
    }

    #[test]
    fn a_sigil_asks_for_one_kind() {
        assert_eq!(found("#"), ["#order.placed in steps/a.step.ts"]);
        assert_eq!(found("/ord"), ["/orders POST in steps/a.step.ts"]);
        assert_eq!(found("~"), ["~orders in steps/a.step.ts"]);
        assert_eq!(found("%"), ["%orders-live in steps/c.stream.ts"]);
    }

    #[test]
    fn letters_in_order_are_enough() {
        assert_eq!(found("plcord"), ["PlaceOrder in steps/a.step.ts"]);
        assert_eq!(found("SHIP"), ["Ship in steps/b_step.py"]);
        assert_eq!(found("order").len(), 5);
        assert!(found("xyz").is_empty());
    }
}
