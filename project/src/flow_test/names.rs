//! The names in a flow test against those of the project.

use banister_grammars::facts::StepKind;
use banister_grammars::{FileFacts, Span};

use super::problem::{UNKNOWN_ROUTE, UNKNOWN_STATE_GROUP, UNKNOWN_STEP, UNKNOWN_TOPIC, problem, suggestion};
use super::{Action, Expectation, FlowFile, FlowTest, InputSource, SocketAct, SpecProblem, StateItems};
use crate::project::Step;
use crate::route::match_path;

/// What a project calls its things.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProjectNames {
    /// Steps.
    pub steps: Vec<String>,
    /// Topics that are emitted or subscribed to.
    pub topics: Vec<String>,
    /// Method (upper case) and path of every API step.
    pub routes: Vec<(String, String)>,
    /// Groups of the shared state; `None` if some step's groups are not statically known.
    pub state_groups: Option<Vec<String>>,
    /// True if some step's name, topic or route is not statically known: then a name that is not listed may be right.
    pub open: Open,
}

/// Which lists are not complete.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Open {
    /// Step names.
    pub steps: bool,
    /// Topics.
    pub topics: bool,
    /// Routes.
    pub routes: bool,
}

impl ProjectNames {
    /// Adds the names of one step, its groups of the state apart.
    pub(crate) fn add_step(&mut self, step: &Step) {
        let Some(fact) = step.fact() else {
            self.open = Open {
                steps: true,
                topics: true,
                routes: true,
            };
            return;
        };
        match step.name() {
            Some(name) => self.steps.push(name.to_owned()),
            None => self.open.steps = true,
        }
        let declared = step.subscribes().into_iter().chain(step.emits());
        self.topics.extend(declared.map(str::to_owned));
        let sent = step.emit_sites().iter().filter_map(|site| site.topic.as_ref());
        self.topics
            .extend(sent.flat_map(|topic| topic.text.candidates().iter().cloned()));
        let open_topics = fact.triggers.iter().any(|trigger| {
            trigger.topics_open
                || trigger
                    .topics
                    .iter()
                    .any(|it| it.topic.text.candidates().is_empty())
        });
        self.open.topics |= open_topics
            || !step.declaration().is_complete()
            || step.emit_sites().iter().any(|site| {
                site.topic
                    .as_ref()
                    .is_some_and(|topic| topic.text.candidates().is_empty())
            });
        match step.route() {
            Some((method, path)) => self.routes.push((method.to_ascii_uppercase(), path.to_owned())),
            None => self.open.routes |= step.kind().is_none_or(|kind| kind == StepKind::Api),
        }
    }

    /// Adds the groups of the state that a file reads or writes; none are known as soon as one is computed or the state
    /// goes where its uses cannot be seen.
    pub(crate) fn add_groups(&mut self, facts: &FileFacts) {
        let mut uses = facts.state_uses.iter().map(|call| {
            let group = call.group.as_ref();
            group.map_or(&[][..], |group| group.text.candidates())
        });
        if facts.state_escapes || !facts.problems.is_empty() || uses.clone().any(<[String]>::is_empty) {
            self.state_groups = None;
        } else if let Some(groups) = &mut self.state_groups {
            groups.extend(uses.by_ref().flatten().cloned());
        }
    }
}

/// Every name of `file` that the project does not have, in the order of the text. Names with a `{{placeholder}}` are
/// known only when the test runs.
pub fn check_names(file: &FlowFile, names: &ProjectNames) -> Vec<SpecProblem> {
    let mut check = Check {
        names,
        problems: Vec::new(),
    };
    for test in &file.tests {
        check.test(test);
    }
    let mut problems = check.problems;
    problems.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
    problems.dedup();
    problems
}

struct Check<'n> {
    names: &'n ProjectNames,
    problems: Vec<SpecProblem>,
}

impl Check<'_> {
    fn test(&mut self, test: &FlowTest) {
        for (_, source) in &test.for_all {
            if let InputSource::SchemaOf { step, span, .. } = source {
                self.step(step, *span);
            }
        }
        self.state(&test.given.state);
        for action in test.actions() {
            match &action.value {
                Action::Request { method, target, .. } => self.route(method, target, target.span),
                Action::Emit { topic, .. } => self.topic(topic, topic.span),
                Action::Cron { step } => self.step(step, step.span),
                Action::Socket {
                    act: SocketAct::Connect { target, .. },
                    ..
                } => self.route("GET", target, target.span),
                Action::Advance { .. } | Action::Socket { .. } | Action::Together(_) => {}
            }
        }
        for expectation in &test.then {
            match &expectation.value {
                Expectation::Emitted { topic, .. } | Expectation::NotEmitted { topic } => {
                    self.topic(topic, topic.span);
                }
                Expectation::Ran(steps) => steps.iter().for_each(|step| self.step(step, step.span)),
                Expectation::DeadLettered(message) | Expectation::Retried(message) => {
                    (message.topic.iter()).for_each(|topic| self.topic(topic, topic.span));
                    (message.step.iter()).for_each(|step| self.step(step, step.span));
                }
                Expectation::Threw { step: Some(step), .. } => self.step(step, step.span),
                Expectation::State(state) => self.state(state),
                _ => {}
            }
        }
    }

    fn unknown(&mut self, rule: &'static str, span: Span, message: String, help: Option<String>) {
        self.problems.push(SpecProblem {
            help,
            ..problem(rule, span, message)
        });
    }

    fn step(&mut self, step: &str, span: Span) {
        if !self.names.open.steps && !is_known(step, &self.names.steps) {
            let help = suggestion(step, &list(&self.names.steps));
            self.unknown(UNKNOWN_STEP, span, format!("there is no step '{step}'"), help);
        }
    }

    fn topic(&mut self, topic: &str, span: Span) {
        if !self.names.open.topics && !is_known(topic, &self.names.topics) {
            let help = suggestion(topic, &list(&self.names.topics));
            self.unknown(
                UNKNOWN_TOPIC,
                span,
                format!("no step emits or subscribes to '{topic}'"),
                help,
            );
        }
    }

    fn state(&mut self, state: &StateItems) {
        let Some(groups) = &self.names.state_groups else {
            return;
        };
        for (group, _) in state {
            if !is_known(group, groups) {
                let help = suggestion(group, &list(groups));
                self.unknown(
                    UNKNOWN_STATE_GROUP,
                    group.span,
                    format!("no step uses the state group '{group}'"),
                    help,
                );
            }
        }
    }

    fn route(&mut self, method: &str, target: &str, span: Span) {
        let path = target.split(['?', '#']).next().unwrap_or(target);
        let routes = &self.names.routes;
        // The framework's server answers `OPTIONS` everywhere, `HEAD` where there is a `GET`, and `POST /emit`.
        let of_server = method == "OPTIONS" || (method, path) == ("POST", "/emit");
        let answers = |verb: &str| verb == method || (method == "HEAD" && verb == "GET");
        if self.names.open.routes
            || of_server
            || routes
                .iter()
                .any(|(verb, route)| answers(verb) && fits(route, path))
        {
            return;
        }
        let others: Vec<_> = (routes.iter())
            .filter(|(_, route)| fits(route, path))
            .map(|(verb, route)| format!("'{verb} {route}'"))
            .collect();
        let help = if others.is_empty() {
            let routes: Vec<_> = routes
                .iter()
                .map(|(verb, route)| format!("{verb} {route}"))
                .collect();
            suggestion(&format!("{method} {path}"), &list(&routes))
        } else {
            Some(format!("the path is that of {}", others.join(", ")))
        };
        self.unknown(
            UNKNOWN_ROUTE,
            span,
            format!("no route answers '{method} {path}'"),
            help,
        );
    }
}

fn is_known(name: &str, names: &[String]) -> bool {
    name.contains("{{") || names.iter().any(|known| known == name)
}

fn list(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// True if a path can lead to a route. A segment with a placeholder can be anything.
fn fits(route: &str, path: &str) -> bool {
    let given: Vec<_> = path.trim_matches('/').split('/').collect();
    let route: Vec<_> = (route.trim_matches('/').split('/').enumerate())
        .map(|(at, segment)| match given.get(at) {
            Some(given) if given.contains("{{") && segment != "*" => given,
            _ => segment,
        })
        .collect();
    match_path(&route.join("/"), path).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow_test::parse;

    fn names() -> ProjectNames {
        let texts = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let route = |verb: &str, path: &str| (verb.to_owned(), path.to_owned());
        ProjectNames {
            steps: texts(&["CreateOrder", "ProcessPayment"]),
            topics: texts(&["order.created", "payment.processed"]),
            routes: vec![
                route("POST", "/orders"),
                route("GET", "/orders/:id"),
                route("GET", "/files/*"),
            ],
            state_groups: Some(texts(&["orders"])),
            open: Open::default(),
        }
    }

    fn problems(names: &ProjectNames, body: &str) -> Vec<(String, String, Option<String>)> {
        let text = format!("tests:\n  - {body}\n");
        let file = parse("a.flow.yaml", text.as_str().into()).unwrap();
        let problems = check_names(&file, names);
        problems
            .into_iter()
            .map(|it| (it.span.slice(&text).to_owned(), it.message, it.help))
            .collect()
    }

    #[test]
    fn unknown_names_are_told_of_with_the_near_ones() {
        let found = problems(
            &names(),
            "{ property: p, for_all: { o: { schema_of: CreateOrdr.body } }, given: { state: { order: {} } }, \
             when: [{ request: POST /order }, { request: 'PUT /orders/7?x=1' }, { emit: { topic: order.craeted } }, { cron: Zzz }], \
             then: [{ emitted: { topic: payment.proccessed } }, { not_emitted: nope }, { ran: [CreateOrder, ProcesPayment] }, { state: { ordes: {} } }] }",
        );
        let told: Vec<_> = found
            .iter()
            .map(|(at, message, help)| format!("{at}|{message}|{}", help.as_deref().unwrap_or("")))
            .collect();
        expect_test::expect![[r#"
            CreateOrdr.body|there is no step 'CreateOrdr'|did you mean 'CreateOrder'?
            order|no step uses the state group 'order'|did you mean 'orders'?
            POST /order|no route answers 'POST /order'|did you mean 'POST /orders'?
            'PUT /orders/7?x=1' |no route answers 'PUT /orders/7'|the path is that of 'GET /orders/:id'
            order.craeted|no step emits or subscribes to 'order.craeted'|did you mean 'order.created'?
            Zzz|there is no step 'Zzz'|there are: CreateOrder, ProcessPayment
            payment.proccessed|no step emits or subscribes to 'payment.proccessed'|did you mean 'payment.processed'?
            nope|no step emits or subscribes to 'nope'|there are: order.created, payment.processed
            ProcesPayment|there is no step 'ProcesPayment'|did you mean 'ProcessPayment'?
            ordes|no step uses the state group 'ordes'|did you mean 'orders'?
        "#]]
        .assert_eq(&(told.join("\n") + "\n"));
    }

    #[test]
    fn what_is_known_or_cannot_be_known_is_let_pass() {
        let right = "{ name: n, when: [{ request: 'GET /orders/7?full=yes' }, { request: 'GET /files/a/b' }, \
                     { request: 'GET /{{where}}/{{id}}' }, { emit: { topic: '{{topic}}' } }], then: [{ ran: [CreateOrder] }] }";
        assert_eq!(problems(&names(), right), []);
        let open = ProjectNames {
            open: Open {
                steps: true,
                topics: true,
                routes: true,
            },
            ..ProjectNames::default()
        };
        let unknown = "{ name: n, when: [{ request: GET /x }, { emit: { topic: x } }, { cron: X }], then: [{ state: { g: {} } }] }";
        assert_eq!(problems(&open, unknown), []);
    }
}
