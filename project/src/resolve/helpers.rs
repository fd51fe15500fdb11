//! What the functions of other files send for a step that hands them `emit` or its context.

use banister_grammars::facts::{
    Argument, ConstValue, EmitSite, HandOver, Handed, HelperFact, HelperParam, ImportRef, Shape, TextFact,
    Through,
};

use banister_grammars::FileFacts;

use super::{MAX_HOPS, Resolver};
use crate::source::Source;

/// The messages behind a call, as far as they can be seen.
#[derive(Default)]
struct Sent {
    sites: Vec<EmitSite>,
    /// True if there may be more.
    more: bool,
}

impl<'w> Resolver<'w> {
    /// Adds what the helpers of a step send to its own emit sites.
    pub(super) fn add_helpers(&self, source: &Source, facts: &mut FileFacts) {
        for over in &source.facts.hand_overs {
            let mut sent = Sent::default();
            self.follow(source, over, MAX_HOPS, &mut sent);
            facts.emit_escapes |= sent.more;
            let sites = sent.sites.into_iter().map(|site| EmitSite {
                span: over.span,
                callee: over.callee,
                payload_span: Some(over.span),
                topic: site.topic.map(|topic| local_topic(topic, over)),
                ..site
            });
            facts.emits.extend(sites);
        }
        facts.emits.sort_by_key(|site| (site.span.start, site.span.end));
    }

    /// Adds what the function sends that is called at `over`, a call in `from`.
    fn follow(&self, from: &Source, over: &HandOver, hops: usize, sent: &mut Sent) {
        let Some((hops, (file, helper))) = hops.checked_sub(1).zip(self.helper(from, &over.function, hops))
        else {
            sent.more = true;
            return;
        };
        if !understands(helper, &over.args) {
            sent.more = true;
            return;
        }
        sent.more |= helper.escapes;
        for emit in &helper.emits {
            let Some(site) = file.facts.emits.get(emit.site) else {
                continue;
            };
            // A call without `topic` is a defect of the helper, not of the step.
            let Some(topic) = &site.topic else { continue };
            let given = emit
                .topic_param
                .and_then(|param| argument(helper, &over.args, param))
                .and_then(|arg| arg.text.clone());
            let fact = match given {
                Some(fact) => TextFact {
                    text: self.text(from, &fact.text),
                    ..fact
                },
                None => TextFact {
                    text: self.text(file, &topic.text),
                    span: over.callee,
                    literal: false,
                    origin: None,
                },
            };
            sent.sites.push(EmitSite {
                topic: Some(fact),
                payload: Shape::Unknown,
                awaited: true,
                in_helper: true,
                through: Some(Through {
                    file: file.path.clone(),
                    span: topic.span,
                    always: !helper.branches,
                }),
                ..site.clone()
            });
        }
        for inner in helper
            .hand_overs
            .iter()
            .filter_map(|at| file.facts.hand_overs.get(*at))
        {
            let mut behind = Sent::default();
            self.follow(file, inner, hops, &mut behind);
            sent.more |= behind.more;
            sent.sites.extend(behind.sites.into_iter().map(|mut site| {
                if let Some(through) = &mut site.through {
                    through.always &= !helper.branches;
                }
                // Its place is in a file between the step and the message.
                if let Some(topic) = &mut site.topic {
                    topic.span = over.callee;
                    topic.literal = false;
                    topic.origin = None;
                }
                site
            }));
        }
    }

    /// The function that a name of another module means.
    fn helper(
        &self,
        from: &Source,
        function: &ImportRef,
        hops: usize,
    ) -> Option<(&'w Source, &'w HelperFact)> {
        let hops = hops.checked_sub(1)?;
        let (file, path) = self.target(from, function)?;
        if let Some(helper) = file.facts.helpers.get(&path.join(".")) {
            return Some((file, helper));
        }
        let (name, rest) = path.split_first()?;
        match file.facts.exports.get(name)? {
            ConstValue::Import(import) => {
                let mut import = import.clone();
                import.path.extend_from_slice(rest);
                self.helper(file, &import, hops)
            }
            _ => None,
        }
    }
}

/// A topic at the place where the step hands `emit` over.
fn local_topic(topic: TextFact, over: &HandOver) -> TextFact {
    let is_argument = over
        .args
        .iter()
        .any(|arg| arg.text.as_ref().is_some_and(|text| text.span == topic.span));
    if is_argument {
        topic
    } else {
        TextFact {
            span: over.callee,
            literal: false,
            origin: None,
            ..topic
        }
    }
}

/// True if the helper uses everything that lets it send as what it is.
fn understands(helper: &HelperFact, args: &[Argument]) -> bool {
    args.iter().enumerate().all(|(at, arg)| {
        arg.handed
            .is_none_or(|handed| param(helper, at, arg).is_some_and(|param| takes(param, handed)))
    })
}

fn takes(param: &HelperParam, handed: Handed) -> bool {
    param.takes == Some(handed)
}

/// The parameter that an argument is for.
fn param<'h>(helper: &'h HelperFact, at: usize, arg: &Argument) -> Option<&'h HelperParam> {
    match &arg.name {
        Some(name) => helper.params.iter().find(|param| param.name == *name),
        None => helper.params.get(at),
    }
}

/// The argument that a parameter is given.
fn argument<'a>(helper: &HelperFact, args: &'a [Argument], param: usize) -> Option<&'a Argument> {
    let name = &helper.params.get(param)?.name;
    let named = args.iter().find(|arg| arg.name.as_ref() == Some(name));
    named.or_else(|| args.get(param).filter(|arg| arg.name.is_none()))
}
