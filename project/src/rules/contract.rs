//! The rules of `check --base`: they compare two revisions (`crate::contract`) and find nothing in one alone. Their
//! names, severities and texts are here, so that settings, `explain` and every report know them.

use super::{Check, Rule};
use crate::diagnostic::Severity;

pub(crate) const REMOVED_SUBSCRIBER: Rule = Rule {
    name: "contract-removed-subscriber",
    severity: Severity::Error,
    doc: "\
A step no longer takes a topic that is still sent. Found by `banister check --base REVISION` only.

It is an error if nobody takes the topic any more, and a warning if others still do. A step is the same one if its name
is, or its file. Nothing is said where a subscription cannot be read, or where nobody sends the topic any more.",
    check: Check::Elsewhere,
};

pub(crate) const RENAMED_TOPIC: Rule = Rule {
    name: "contract-renamed-topic",
    severity: Severity::Warning,
    doc: "\
A topic that had a sender and a subscriber is gone, and the same steps meet on a new one. Found by
`banister check --base REVISION` only.

Messages that wait in the queue while the new version starts still carry the old name and reach nobody. Let the
subscriber take both names for one release.",
    check: Check::Elsewhere,
};

pub(crate) const NARROWED_PAYLOAD: Rule = Rule {
    name: "contract-narrowed-payload",
    severity: Severity::Error,
    doc: "\
A schema refuses what it used to take: a new required field, another type, a value that an `enum` lost, a stricter bound.
Found by `banister check --base REVISION` only.

It is an error for the body of a request, because clients live outside the project, and a warning for messages on a
topic, whose senders `payload-missing-field` and `payload-wrong-type` check. Schemas that cannot be read, and parts that
use `anyOf`, `oneOf`, `allOf`, `not` or `$ref`, are not compared.",
    check: Check::Elsewhere,
};

pub(crate) const REMOVED_ROUTE: Rule = Rule {
    name: "contract-removed-route",
    severity: Severity::Error,
    doc: "\
Nobody answers a route any more, or only under another method or path. Found by `banister check --base REVISION` only.

Names of path parameters, capitals and a slash at the end do not count. Nothing is said where the method or the path of
the same step cannot be read.",
    check: Check::Elsewhere,
};

pub(crate) const NARROWED_RESPONSE: Rule = Rule {
    name: "contract-narrowed-response",
    severity: Severity::Error,
    doc: "\
A response lost a field, may lack one that was always there, or gives it another type. Found by
`banister check --base REVISION` only.

Responses are compared by status. Schemas that cannot be read, and parts that use `anyOf`, `oneOf`, `allOf`, `not` or
`$ref`, are not compared.",
    check: Check::Elsewhere,
};
