//! Schemas of other files: whole ones, and those that are a part or the base of one.

use std::borrow::Cow;

use banister_grammars::facts::{ConstValue, ImportRef, SchemaFact};

use super::{MAX_HOPS, Resolver};
use crate::source::Source;

impl<'w> Resolver<'w> {
    /// A schema with the file that writes it, after following imports, also those of its parts.
    pub(crate) fn schema<'s>(
        &self,
        source: &'s Source,
        schema: &'s SchemaFact,
    ) -> Option<(&'s Source, Cow<'s, SchemaFact>)>
    where
        'w: 's,
    {
        self.schema_within(source, schema, MAX_HOPS)
    }

    /// The same over at most so many files, one within the other.
    fn schema_within<'s>(
        &self,
        source: &'s Source,
        schema: &'s SchemaFact,
        hops: usize,
    ) -> Option<(&'s Source, Cow<'s, SchemaFact>)>
    where
        'w: 's,
    {
        let hops = hops.checked_sub(1)?;
        if let Some(import) = &schema.import {
            let (file, schema) = self.exported_schema(source, import)?;
            return self.schema_within(file, schema, hops);
        }
        if !schema.has_imports() {
            return Some((source, Cow::Borrowed(schema)));
        }
        let find = |import: &ImportRef| {
            let (file, schema) = self.exported_schema(source, import)?;
            let (_, whole) = self.schema_within(file, schema, hops)?;
            Some(whole.into_owned())
        };
        Some((source, Cow::Owned(schema.expanded(&find))))
    }

    /// The schema that another file gives a name, be it that it hands the name on.
    fn exported_schema(&self, source: &Source, import: &ImportRef) -> Option<(&'w Source, &'w SchemaFact)> {
        let (mut file, mut path) = self.target(source, import)?;
        for _ in 0..MAX_HOPS {
            let (name, members) = path.split_first()?;
            if let Some(schema) = file.facts.schemas.get(name) {
                return members.is_empty().then_some((file, schema));
            }
            let Some(ConstValue::Import(import)) = file.facts.exports.get(name) else {
                return None;
            };
            let mut import = import.clone();
            import.path.extend_from_slice(members);
            (file, path) = self.target(file, &import)?;
        }
        None
    }
}
