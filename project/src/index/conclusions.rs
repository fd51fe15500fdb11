//! What a layer above works out from an index: kept here, without knowing what it is, so that the index of the next
//! state can hand it over together with what has changed since.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use super::Changes;

type Kept = Arc<dyn Any + Send + Sync>;

/// What was concluded from one index.
#[derive(Debug, Default)]
pub(crate) struct Conclusions {
    now: OnceLock<Kept>,
    /// What was concluded from an earlier one, and what has changed since.
    before: Option<(Kept, Changes)>,
}

impl Conclusions {
    /// What was concluded; worked out if nobody has asked yet, from what held before if there is any. One layer alone
    /// may ask: what it asks for is always of one type.
    pub(crate) fn get<T: Any + Send + Sync>(&self, conclude: impl Fn(Option<(&T, &Changes)>) -> T) -> Arc<T> {
        let now = self.now.get_or_init(|| {
            let before = self.before.as_ref();
            let before = before.and_then(|(kept, changes)| Some((kept.downcast_ref::<T>()?, changes)));
            Arc::new(conclude(before))
        });
        let known = Arc::clone(now).downcast::<T>();
        known.unwrap_or_else(|_| Arc::new(conclude(None)))
    }

    /// What was concluded, if anybody has asked.
    pub(crate) fn known<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        Arc::clone(self.now.get()?).downcast::<T>().ok()
    }

    /// What the index after these changes begins with.
    pub(super) fn after(&self, changes: Changes) -> Self {
        let before = match (self.now.get(), &self.before) {
            (Some(now), _) => Some((Arc::clone(now), changes)),
            (None, Some((before, earlier))) => {
                let mut all = earlier.clone();
                all.extend(changes);
                Some((Arc::clone(before), all))
            }
            (None, None) => None,
        };
        Self {
            now: OnceLock::new(),
            before,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_held_before_is_handed_over_once_and_only_to_who_made_it() {
        let first = Conclusions::default();
        assert!(first.known::<String>().is_none());
        assert_eq!(*first.get(|before| format!("{}", before.is_none())), "true");
        let second = first.after(Changes::default());
        assert!(second.known::<String>().is_none());
        let said = second.get(|before: Option<(&String, &Changes)>| match before {
            Some((before, _)) => format!("{before}, then this"),
            None => String::new(),
        });
        assert_eq!(*said, "true, then this");
        assert_eq!(second.known::<String>(), Some(said));
        assert_eq!(
            *second.get(|before: Option<(&u8, _)>| u8::from(before.is_none())),
            1
        );
    }
}
