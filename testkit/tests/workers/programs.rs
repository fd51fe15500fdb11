//! Programs that handlers start and wait for.

use banister_testkit::protocol::CallShape;
use serde_json::json;

use crate::support::{Project, language_of, run};

#[test]
fn the_event_loop_waits_for_a_program_of_asyncio() {
    let file = "steps/a_step.py";
    // The pipes end long before the first program does, and the others have none.
    let text = "import asyncio\n\
async def handler(data, ctx):\n    \
    p = await asyncio.create_subprocess_exec('sh', '-c', 'echo hi; exec >&- 2>&-; sleep 0.2; exit 3', stdout=asyncio.subprocess.PIPE)\n    \
    out, _ = await p.communicate()\n    \
    q = await asyncio.create_subprocess_shell('sleep 0.1')\n    \
    both = await asyncio.gather(q.wait(), (await asyncio.create_subprocess_exec('true')).wait())\n    \
    return [out.decode(), p.returncode, both]\n";
    let project = Project::new(&[(file, text)]);
    let Some(mut worker) = project.worker(language_of(file)) else {
        return;
    };
    for _ in 0..5 {
        let told = run(&mut worker, project.invoke(file, CallShape::Event, json!({}))).unwrap();
        let told = told.ok();
        assert_eq!(told.value, json!(["hi\n", 3, [0, 0]]));
        assert!(
            told.escaped.contains(&"started the program sh".to_owned()),
            "{told:?}"
        );
    }
}

#[test]
fn a_program_that_is_left_behind_is_no_business_of_the_next_handler() {
    let files = [
        (
            "steps/a_step.py",
            "import asyncio\nasync def handler(data, ctx):\n    await asyncio.create_subprocess_exec('sleep', '30')\n    return 'left'\n",
        ),
        (
            "steps/b_step.py",
            "import asyncio\nasync def handler(data, ctx):\n    await asyncio.sleep(3600)\n    return 'slept'\n",
        ),
    ];
    let project = Project::new(&files);
    let Some(mut worker) = project.worker(language_of(files[0].0)) else {
        return;
    };
    for ((file, _), expected) in files.iter().zip(["left", "slept"]) {
        let told = run(&mut worker, project.invoke(file, CallShape::Event, json!({}))).unwrap();
        assert_eq!(told.ok().value, json!(expected));
    }
}
