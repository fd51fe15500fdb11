use super::*;
use crate::disk::{Loaded, load, load_cached};

const STEP: &str = "export const config = { type: 'cron', name: 'NAME', cron: '* * * * *', emits: ['a.b'] }\n\
    export const handler = async ({ emit }) => { await emit({ topic: 'a.c', data: {} }) }\n";

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// A project of so many steps, and an empty folder for its facts.
    fn new(steps: usize) -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::create_dir_all(place.project().join("steps")).unwrap();
        for n in 0..steps {
            place.write(n, &format!("S{n}"));
        }
        place
    }

    fn write(&self, step: usize, name: &str) {
        let path = self.project().join(format!("steps/s{step}.step.ts"));
        fs::write(path, STEP.replace("NAME", name)).unwrap();
    }

    fn project(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache/banister")
    }

    fn load(&self) -> Loaded {
        load_cached(&self.project(), Some(&self.cache())).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.cache())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn pack(&self) -> PathBuf {
        pack_path(&self.cache(), &fs::canonicalize(self.project()).unwrap())
    }
}

#[track_caller]
fn assert_same(cached: &Loaded, path: &Path) {
    let fresh = load(path).unwrap();
    let (cached, fresh) = (cached.host.snapshot(), fresh.host.snapshot());
    assert!(cached.sources().eq(fresh.sources()));
    assert_eq!(cached.check(), fresh.check());
}

#[test]
fn a_second_run_finds_the_same_in_one_pack() {
    let place = Place::new(5);
    assert_same(&place.load(), &place.project());
    assert_eq!(place.names().len(), 1, "{:?}", place.names());
    let before = fs::read(place.pack()).unwrap();
    assert_same(&place.load(), &place.project());
    assert_eq!(
        fs::read(place.pack()).unwrap(),
        before,
        "nothing new, nothing written"
    );
    place.write(3, "Other");
    assert_same(&place.load(), &place.project());
    assert_ne!(fs::read(place.pack()).unwrap(), before);
}

#[test]
fn every_example_and_test_project_is_the_same_with_kept_facts() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let cache = tempfile::tempdir().unwrap();
    let mut seen = 0;
    for group in ["examples", "tests/projects", "tests/projects/bad-input"] {
        for entry in fs::read_dir(repository.join(group)).unwrap() {
            let path = entry.unwrap().path();
            if load(&path).is_err() {
                continue;
            }
            seen += 1;
            for _ in 0..2 {
                assert_same(&load_cached(&path, Some(cache.path())).unwrap(), &path);
            }
        }
    }
    assert!(seen >= 4, "{seen} projects");
}

#[test]
fn a_damaged_or_foreign_pack_is_replaced() {
    let place = Place::new(2);
    place.load();
    let pack = place.pack();
    let good = fs::read(&pack).unwrap();
    for bad in [b"".as_slice(), b"not a pack", &good[..good.len() / 2], &[0; 4096]] {
        fs::write(&pack, bad).unwrap();
        assert_same(&place.load(), &place.project());
        assert_eq!(fs::read(&pack).unwrap(), good);
    }
}

#[test]
fn what_is_no_file_is_let_be() {
    let place = Place::new(2);
    place.load();
    let pack = place.pack();
    fs::remove_file(&pack).unwrap();
    fs::create_dir(&pack).unwrap();
    assert_same(&place.load(), &place.project());
    assert!(pack.is_dir());
    assert_eq!(place.names().len(), 1, "no half-written file stays");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_costs_nothing_but_time() {
    let place = Place::new(2);
    // A file where the folder should be stops everyone, also those whom permissions do not.
    fs::write(place.folder.path().join("cache"), "").unwrap();
    assert_same(&place.load(), &place.project());
    let place = Place::new(2);
    let blocked = Path::new("/proc/banister");
    assert_same(
        &load_cached(&place.project(), Some(blocked)).unwrap(),
        &place.project(),
    );
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_still_gives_what_it_has() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new(2);
    place.load();
    fs::set_permissions(place.cache(), fs::Permissions::from_mode(0o555)).unwrap();
    place.write(1, "Other");
    assert_same(&place.load(), &place.project());
    fs::set_permissions(place.cache(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn many_runs_at_once_leave_a_whole_pack() {
    let place = Place::new(20);
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| {
                for _ in 0..5 {
                    assert_same(&place.load(), &place.project());
                    let _ = fs::remove_file(place.pack());
                }
            });
        }
    });
    place.load();
    assert_eq!(place.names().len(), 1, "{:?}", place.names());
    let mut cache = Cache::from_bytes(fs::read(place.pack()).unwrap());
    let mut host = crate::Host::new();
    let files = place.load().host.snapshot();
    host.set_files_cached(
        files
            .sources()
            .map(|source| (source.path.clone(), source.text.clone()))
            .collect(),
        &mut cache,
    );
    assert!(!cache.has_grown(), "every file was in the pack");
}

#[test]
fn old_packs_and_leftovers_go_and_foreign_files_stay() {
    let place = Place::new(1);
    fs::create_dir_all(place.cache()).unwrap();
    let id = "0123456789abcdef0123456789abcdef";
    let long_ago = SystemTime::now() - KEPT_FOR - TOUCHED_EVERY;
    for (name, modified) in [
        (format!("{id}.facts"), long_ago),
        (format!("{id}.7-7.tmp"), long_ago),
        (format!("{id}.8-8.tmp"), SystemTime::now()),
        ("notes.facts".into(), long_ago),
    ] {
        let file = File::create(place.cache().join(name)).unwrap();
        file.set_modified(modified).unwrap();
    }
    place.load();
    let names = place.names();
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(names.contains(&format!("{id}.8-8.tmp")) && names.contains(&"notes.facts".into()));
}
