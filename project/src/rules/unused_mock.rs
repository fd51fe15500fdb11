//! A flow test mocks a module that the project does not import.

use banister_grammars::Language;

use super::{Check, Context, Findings, Rule, Subject};
use crate::diagnostic::Severity;
use crate::flow_test::{ModuleMock, StandIn, code_mocks};
use crate::index::Index;
use crate::reads::{Lookup, note};

pub(super) const RULE: Rule = Rule {
    name: "flow-test-unused-mock",
    severity: Severity::Warning,
    doc: "\
A flow test mocks a module that no file of the project imports, so the mock stands in for nothing: the name is misspelled
or the import is gone. Names in `mocks.modules` are those of the imports: `sklearn`, not `scikit-learn`.

A name that occurs anywhere in the files of its language counts as imported, since modules can be imported in many ways.
Silent for mocks of the project's own files.",
    check: Check::Subject(check),
};

fn check(context: &Context<'_>, subject: &Subject<'_>, findings: &mut Findings) {
    let Subject::FlowTest(flow, _) = subject else {
        return;
    };
    let Ok(file) = &flow.parsed else { return };
    for mock in code_mocks::modules(&file.tests) {
        if is_of_the_project(&mock.name) || may_be_imported(mock, context.index) {
            continue;
        }
        let message = format!("no file of the project imports '{}'", mock.name);
        findings
            .report(&flow.path, mock.name.span, message)
            .help("write the name as an import does, or drop the mock");
    }
}

fn is_of_the_project(name: &str) -> bool {
    name.starts_with("./") || name.starts_with("../")
}

fn may_be_imported(mock: &ModuleMock, index: &Index) -> bool {
    let name = mock.name.strip_prefix("node:").unwrap_or(&mock.name);
    let fits = |language: Language| match &mock.with {
        StandIn::File(file) => {
            file.language == language || (file.language.is_script() && language.is_script())
        }
        StandIn::Exports(_) => language != Language::Ruby,
    };
    note(Lookup::Texts);
    index
        .sources()
        .any(|source| source.unread || (fits(source.facts.language) && source.text.contains(name)))
}

#[cfg(test)]
mod tests {
    use crate::fixture::check;

    #[test]
    fn a_module_that_nobody_imports_is_found() {
        check(
            "\
//- steps/a.step.ts
import { Client } from 'pg'
export const config = { type: 'cron', name: 'A', cron: '0 9 * * *', emits: [] }
export const handler = async () => new Client()
//- steps/b_step.py
import sklearn.metrics
config = {'type': 'cron', 'name': 'B', 'cron': '0 9 * * *', 'emits': []}
async def handler(ctx):
    pass
//- steps/c.step.rb
require 'prawn/table'
def config = { type: 'cron', name: 'C', cron: '0 9 * * *', emits: [] }
def handler(context) = nil
//- tests/a.flow.yaml
mocks:
  modules:
    pg: { Client: { returns: {} } }
    sklearn: ./mocks/sklearn.py
    prawn: ./mocks/prawn.rb
    scikit-learn: ./mocks/sklearn.py
   #^^^^^^^^^^^^ flow-test-unused-mock warning
    mysql: { connect: { returns: {} } }
   #^^^^^ flow-test-unused-mock warning
tests:
  - name: a
    when: [{ cron: A }]
    then: [{ ran: [A] }]
",
        );
    }

    #[test]
    fn a_name_counts_only_in_its_language() {
        check(
            "\
//- steps/a.step.js
const zlib = require('zlib')
exports.config = { type: 'cron', name: 'A', cron: '0 9 * * *', emits: [] }
exports.handler = async () => zlib
//- tests/a.flow.yaml
tests:
  - name: a
    mocks:
      modules:
        zlib: ./zlib.py
       #^^^^ flow-test-unused-mock warning
    when: [{ cron: A }]
    then: [{ ran: [A] }]
  - name: b
    mocks: { modules: { 'node:zlib': ./zlib.js } }
    when: [{ cron: A }]
    then: [{ ran: [A] }]
",
        );
    }

    #[test]
    fn other_ways_to_import_and_own_files_are_left_alone() {
        check(
            "\
//- lib/db.js
exports.db = 1
//- steps/a.step.js
exports.config = { type: 'cron', name: 'A', cron: '0 9 * * *', emits: [] }
exports.handler = async () => import(['late', 'late-package'][1])
//- tests/a.flow.yaml
tests:
  - name: a
    mocks: { modules: { late-package: ./late.js, ../lib/db.js: ./db.js } }
    when: [{ cron: A }]
    then: [{ ran: [A] }]
",
        );
    }
}
