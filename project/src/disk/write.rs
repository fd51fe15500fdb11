//! Writing: a file is replaced in one step or stays as it is.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::Problem;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Replaces the text of a file of a workspace. Nothing is written if the file does not hold `before` any more, is not
/// valid UTF-8, may not be written, or lies outside of `root` because a folder on the way is a link. A byte-order mark
/// and the permissions stay.
pub fn replace(root: &Path, file: &str, before: &str, after: &str) -> Result<(), Problem> {
    let problem = |message: String| Problem {
        file: file.to_owned(),
        message,
    };
    let path = root.join(file);
    let metadata =
        fs::symlink_metadata(&path).map_err(|error| problem(format!("cannot be written: {error}")))?;
    if !metadata.is_file() {
        return Err(problem("not written: not a regular file".into()));
    }
    if metadata.permissions().readonly() {
        return Err(problem("not written: the file is read-only".into()));
    }
    let real =
        |path: &Path| fs::canonicalize(path).map_err(|error| problem(format!("cannot be written: {error}")));
    if !real(&path)?.starts_with(real(root)?) {
        return Err(problem("not written: a link leads out of the project".into()));
    }
    let bytes = fs::read(&path).map_err(|error| problem(format!("cannot be read: {error}")))?;
    let (mark, text) = match bytes.strip_prefix(BYTE_ORDER_MARK) {
        Some(text) => (BYTE_ORDER_MARK, text),
        None => (&[][..], &*bytes),
    };
    if text != before.as_bytes() {
        return Err(problem(if std::str::from_utf8(text).is_err() {
            "not written: not valid UTF-8".into()
        } else {
            "not written: the file has changed meanwhile".into()
        }));
    }
    let content = [mark, after.as_bytes()].concat();
    put(&path, &content, Some(metadata.permissions()))
        .map_err(|why| problem(format!("cannot be written: {why}")))
}

/// Writes a report at `path`, new or over an old one, in one step. A link is followed: the report goes where it points.
pub fn write_report(path: &Path, text: &str) -> Result<(), Problem> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let permissions = fs::metadata(&target).ok().map(|metadata| metadata.permissions());
    let problem = |why: String| Problem {
        file: path.display().to_string(),
        message: format!("cannot be written: {why}"),
    };
    if permissions.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(problem("the file is read-only".into()));
    }
    put(&target, text.as_bytes(), permissions).map_err(problem)
}

/// Reads a report that [`write_report`] wrote.
pub fn read_report(path: &Path) -> Result<String, Problem> {
    fs::read_to_string(path).map_err(|error| Problem {
        file: path.display().to_string(),
        message: format!("cannot be read: {error}"),
    })
}

/// The folder that `path` lies in, without links; the path need not exist.
pub fn real_folder(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()
}

/// Writes beside the target and renames: whoever reads meanwhile sees the old file or the new one.
fn put(path: &Path, content: &[u8], permissions: Option<fs::Permissions>) -> Result<(), String> {
    let say = |error: std::io::Error| error.to_string();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // An administrator may write everywhere, and a folder that is read-only is meant to be.
    if fs::metadata(folder).map_err(say)?.permissions().readonly() {
        return Err("the folder is read-only".into());
    }
    let mut file = tempfile::Builder::new()
        .prefix(".banister-")
        .tempfile_in(folder)
        .map_err(say)?;
    file.write_all(content).map_err(say)?;
    if let Some(permissions) = permissions.or_else(new_file_permissions) {
        file.as_file().set_permissions(permissions).map_err(say)?;
    }
    file.as_file().sync_all().map_err(say)?;
    file.persist(path).map_err(|error| say(error.error))?;
    Ok(())
}

/// Temporary files are for their owner alone; reports are for everybody.
#[cfg(unix)]
fn new_file_permissions() -> Option<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn new_file_permissions() -> Option<fs::Permissions> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        folder
    }

    #[test]
    fn the_mark_and_the_permissions_stay() {
        let folder = folder(&[("a.ts", "\u{feff}one\r\n".as_bytes())]);
        let path = folder.path().join("a.ts");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o751)).unwrap();
        }
        let mode = fs::metadata(&path).unwrap().permissions();
        replace(folder.path(), "a.ts", "one\r\n", "two\r\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), "\u{feff}two\r\n".as_bytes());
        assert_eq!(fs::metadata(&path).unwrap().permissions(), mode);
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
    }

    #[test]
    fn what_must_not_be_written_stays() {
        let folder = folder(&[("a.ts", b"one"), ("latin.ts", b"caf\xe9"), ("locked.ts", b"one")]);
        let locked = folder.path().join("locked.ts");
        let mut permissions = fs::metadata(&locked).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&locked, permissions).unwrap();
        for (file, before, why) in [
            ("a.ts", "other", "has changed meanwhile"),
            ("latin.ts", "caf\u{fffd}", "not valid UTF-8"),
            ("locked.ts", "one", "read-only"),
            ("none.ts", "one", "cannot be written"),
        ] {
            let problem = replace(folder.path(), file, before, "two").unwrap_err();
            assert!(problem.message.contains(why), "{problem:?}");
        }
        assert_eq!(fs::read(folder.path().join("a.ts")).unwrap(), b"one");
        assert_eq!(fs::read(locked).unwrap(), b"one");
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_project_are_not_followed() {
        let (outside, inside) = (folder(&[("a.ts", b"one")]), folder(&[]));
        std::os::unix::fs::symlink(outside.path(), inside.path().join("lib")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("a.ts"), inside.path().join("b.ts")).unwrap();
        for (file, why) in [("lib/a.ts", "a link leads out"), ("b.ts", "not a regular file")] {
            let problem = replace(inside.path(), file, "one", "two").unwrap_err();
            assert!(problem.message.contains(why), "{problem:?}");
        }
        assert_eq!(fs::read(outside.path().join("a.ts")).unwrap(), b"one");
    }
}
