//! Calls that send a message.

use crate::ast::{Call, Entry, Expr, ExprKind, ScopeId};
use crate::facts::{EmitSite, Shape, Text, TextFact};
use crate::language::Language;
use crate::resolve::{Found as FoundEntry, Member, Value, member_of, unknown};
use crate::scope::Def;
use crate::text::Span;

use super::visit::{Use, Visitor};

/// What a call sends.
struct Message {
    topic: Option<TextFact>,
    payload: Shape,
    payload_span: Option<Span>,
    /// The parameter that is the topic.
    param: Option<(ScopeId, usize)>,
}

impl<'a, 't> Visitor<'_, 'a, 't> {
    /// Notes a call of `emit`. A function that is one by its name only counts if what it is given is a message.
    pub(super) fn emit(
        &mut self,
        expr: &'a Expr<'t>,
        call: &'a Call<'t>,
        scope: ScopeId,
        used: Use<'t>,
        by_name: bool,
    ) {
        if by_name && !self.is_message(call, scope) {
            return;
        }
        let is_enqueue = match &call.callee.uncast().kind {
            ExprKind::Name(name) => *name == "enqueue",
            ExprKind::Member(member) => member.name == "enqueue",
            _ => false,
        };
        let awaited = self.is_awaited(used, is_enqueue);
        for message in self.messages(call, scope) {
            self.found.emits.push(EmitSite {
                span: expr.span,
                callee: call.callee.span,
                topic: message.topic,
                payload: message.payload,
                payload_span: message.payload_span,
                awaited,
                in_helper: !self.in_handler,
                through: None,
                conditional: self.is_conditional(),
            });
            self.found
                .topic_params
                .extend(message.param.map(|(scope, index)| (expr.span, scope, index)));
        }
    }

    fn is_message(&self, call: &'a Call<'t>, scope: ScopeId) -> bool {
        let Some(first) = call.args.first() else {
            return false;
        };
        match self.model.value(first, scope) {
            Value::Expr(
                Expr {
                    kind: ExprKind::Object(entries),
                    ..
                },
                scope,
            ) => {
                matches!(
                    self.model.find_entry(entries, "topic", scope),
                    FoundEntry::Pair(..)
                )
            }
            _ => false,
        }
    }

    fn messages(&self, call: &'a Call<'t>, scope: ScopeId) -> Vec<Message> {
        if call.keywords && call.positional().is_empty() {
            let mut messages = call
                .args
                .last()
                .map_or_else(Vec::new, |last| self.argument(last, scope));
            // Python's `emit` takes one dictionary: keywords are an error at run time, like a missing topic.
            if self.model.language() == Language::Python {
                messages.iter_mut().for_each(|message| message.topic = None);
            }
            return messages;
        }
        // `emit.call(ctx, message)` of JavaScript gives the receiver first; Ruby's `emit.call(message)` has none.
        let is_call = self.model.language().is_script()
            && matches!(&call.callee.kind, ExprKind::Member(member) if member.name == "call");
        match call.args.get(usize::from(is_call)) {
            Some(first) => self.argument(first, scope),
            None => vec![Message {
                topic: None,
                payload: Shape::Unknown,
                payload_span: None,
                param: None,
            }],
        }
    }

    /// The messages that an argument may be: one, or one for each branch of a choice.
    fn argument(&self, arg: &'a Expr<'t>, scope: ScopeId) -> Vec<Message> {
        let arg = arg.uncast();
        match &arg.kind {
            ExprKind::Choice(parts) => {
                let mut messages = self.argument(&parts[1], scope);
                messages.extend(self.argument(&parts[2], scope));
                messages
            }
            // `emit('topic', data)`: the framework reads `topic` off a text and finds none.
            ExprKind::Text { .. } | ExprKind::Template(_) => {
                vec![Message {
                    topic: None,
                    payload: Shape::Unknown,
                    payload_span: None,
                    param: None,
                }]
            }
            _ => match self.model.choices(arg, scope) {
                Some(members) if !members.is_empty() => members
                    .into_iter()
                    .map(|member| match member {
                        Member::Item(item, scope) => self.message(item, scope),
                        Member::Import(_) | Member::Hidden => hidden_message(arg.span),
                    })
                    .collect(),
                _ => vec![self.message(arg, scope)],
            },
        }
    }

    fn message(&self, arg: &'a Expr<'t>, scope: ScopeId) -> Message {
        let Value::Expr(
            Expr {
                kind: ExprKind::Object(entries),
                ..
            },
            inner,
        ) = self.model.value(arg, scope)
        else {
            let topic = Some(not_visible(arg.span));
            return Message {
                topic,
                payload: Shape::Unknown,
                payload_span: None,
                param: None,
            };
        };
        let topic = if self.model.is_rewritten(arg, Some("topic"), scope) {
            Some(not_visible(arg.span))
        } else {
            self.topic(entries, arg.span, inner)
        };
        let param = self.topic_param(entries, inner);
        if self.model.is_rewritten(arg, Some("data"), scope) {
            return Message {
                topic,
                payload: Shape::Unknown,
                payload_span: None,
                param,
            };
        }
        match self.model.find_entry(entries, "data", inner) {
            FoundEntry::Pair(data, scope) => Message {
                topic,
                payload: self.shapes.shape(data, scope),
                payload_span: Some(data.span),
                param,
            },
            _ => Message {
                topic,
                payload: Shape::Unknown,
                payload_span: None,
                param,
            },
        }
    }

    /// The parameter of a function that the topic is.
    fn topic_param(&self, entries: &'a [Entry<'t>], scope: ScopeId) -> Option<(ScopeId, usize)> {
        let FoundEntry::Pair(topic, scope) = self.model.find_entry(entries, "topic", scope) else {
            return None;
        };
        let binding = self.model.scopes.lookup(topic.uncast().as_name()?, scope)?;
        match binding.defs.as_slice() {
            [
                Def::Param {
                    function,
                    index,
                    path,
                },
            ] if path.is_empty() => Some((function.scope, *index)),
            _ => None,
        }
    }

    fn topic(&self, entries: &'a [Entry<'t>], span: Span, scope: ScopeId) -> Option<TextFact> {
        match self.model.find_entry(entries, "topic", scope) {
            FoundEntry::Pair(topic, scope) => Some(self.model.text_fact(topic, scope)),
            FoundEntry::Import(import) => Some(TextFact {
                text: Text::Import(member_of(import, "topic")),
                span,
                literal: false,
                origin: None,
            }),
            FoundEntry::Hidden => Some(not_visible(span)),
            FoundEntry::Absent => None,
        }
    }
}

fn hidden_message(span: Span) -> Message {
    Message {
        topic: Some(not_visible(span)),
        payload: Shape::Unknown,
        payload_span: None,
        param: None,
    }
}

fn not_visible(span: Span) -> TextFact {
    TextFact {
        text: unknown("a message that is not visible"),
        span,
        literal: false,
        origin: None,
    }
}
