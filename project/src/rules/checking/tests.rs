use super::*;
use crate::fixture::parse;
use crate::workspace::Snapshot;

/// More files than threads are started for, in four languages; many have findings, some of them in other files.
const FILES: usize = 260;

fn project() -> Snapshot {
    let step = |n: usize| {
        let (own, next) = (format!("t{n}.done"), format!("t{}.done", (n * 7 + 1) % FILES));
        // Each fifth sends what it does not declare, each third what nobody takes.
        let sent = if n.is_multiple_of(5) {
            format!("t{n}.lost")
        } else {
            own.clone()
        };
        let declared = if n.is_multiple_of(3) {
            format!("{own}', 'x{n}.gone")
        } else {
            own
        };
        let name = format!("S{}", n % (FILES - 9));
        match n % 4 {
            0 => format!(
                "//- steps/s{n}.step.ts\nexport const config = {{ type: 'event', name: '{name}', subscribes: ['{next}'], emits: ['{declared}'], \
                 input: z.object({{ id: z.string() }}) }}\n\
                 export const handler = async (input, {{ emit }}) => {{ await emit({{ topic: '{sent}', data: {{ id: 1 }} }}) }}\n"
            ),
            1 => format!(
                "//- steps/s{n}.step.js\nexports.config = {{ type: 'api', name: '{name}', method: 'GET', path: '/r{}', emits: ['{declared}'] }}\n\
                 exports.handler = async (req, {{ emit }}) => {{ emit({{ topic: '{sent}', data: {{}} }}) }}\n",
                n % 50
            ),
            2 => format!(
                "//- steps/s{n}_step.py\nconfig = {{'type': 'event', 'name': '{name}', 'subscribes': ['{next}'], 'emits': ['{declared}'], \
                 'input': {{'type': 'object', 'properties': {{'id': {{'type': 'string'}}}}, 'required': ['id']}}}}\n\
                 async def handler(data, context):\n    await context.emit({{'topic': '{sent}', 'data': {{}}}})\n"
            ),
            _ => format!(
                "//- steps/s{n}.step.rb\ndef config\n  {{ type: 'event', name: '{name}', subscribes: ['{next}'], emits: ['{declared}'] }}\nend\n\
                 def handler(input, context)\n  context.emit(topic: '{sent}', data: {{}})\nend\n"
            ),
        }
    };
    let fixture: String = (0..FILES).map(step).collect();
    parse(&fixture).0
}

/// Everything that is kept of a check, in its order.
fn written(checked: &Checked) -> String {
    let units = checked.units.iter().map(|unit| format!("{unit:?}\n"));
    let files = checked.in_files.iter().map(|file| format!("{file:?}\n"));
    let rest = format!("{:?}\n{:?}\n", checked.whole, checked.abroad);
    units.chain(files).chain([rest]).collect()
}

#[test]
fn threads_change_nothing_in_a_large_project() {
    let snapshot = project();
    let index = snapshot.index_of("steps/s0.step.ts").unwrap();
    let alone = Checked::anew_with(index, Some(0));
    assert!(alone.units.iter().count() >= MIN_FILES_FOR_THREADS);
    let found: usize = alone.in_files.iter().map(|file| file.findings.len()).sum();
    let rules: BTreeSet<&str> = alone
        .in_files
        .iter()
        .flat_map(|file| file.findings.iter().map(|finding| finding.rule))
        .collect();
    assert!(found > FILES && rules.len() > 5, "{found} findings of {rules:?}");
    let expected = written(&alone);
    for threads in [1, 3, 7] {
        let together = Checked::anew_with(index, Some(threads));
        assert!(
            written(&together) == expected,
            "{threads} threads find something else"
        );
    }
}

#[test]
fn large_projects_get_help() {
    assert_eq!(helpers(MIN_FILES_FOR_THREADS - 1), 0);
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    assert_eq!(helpers(MIN_FILES_FOR_THREADS), cores - 1);
}
