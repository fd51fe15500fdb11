//! Where a project's Python lives: its virtual environment, wherever the usual tools put it.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// Folders of a virtual environment beside the project's files: of venv, uv and Poetry, and the framework's own.
const FOLDERS: [&str; 4] = [".venv", "venv", "env", "python_modules"];

/// The interpreter of the environment that counts for the project at `root`: its own, the one of its workspace, the one that
/// Poetry keeps for it, or the one that the shell is in.
pub(super) fn python(root: &Path) -> Option<PathBuf> {
    beside(root)
        .or_else(|| of_workspace(root))
        .or_else(|| of_poetry(root))
        .or_else(|| interpreter(Path::new(&std::env::var_os("VIRTUAL_ENV")?)))
}

fn interpreter(environment: &Path) -> Option<PathBuf> {
    let path = environment.join("bin/python");
    path.is_file().then_some(path)
}

fn beside(folder: &Path) -> Option<PathBuf> {
    FOLDERS.iter().find_map(|name| interpreter(&folder.join(name)))
}

/// uv gives all members of a workspace the environment at its top; the repository is where the search ends.
fn of_workspace(root: &Path) -> Option<PathBuf> {
    let is_top = |folder: &&Path| folder.join(".git").exists() || folder.join("uv.lock").is_file();
    let top = root.ancestors().find(is_top)?;
    let above = root.ancestors().skip(1).take_while(|it| it.starts_with(top));
    above.into_iter().find_map(beside)
}

/// Poetry's folder is named after the project and the place of the project.
fn of_poetry(root: &Path) -> Option<PathBuf> {
    let manifest = fs::read_to_string(root.join("pyproject.toml")).ok()?;
    if !manifest.contains("[tool.poetry") && !root.join("poetry.lock").is_file() {
        return None;
    }
    let cache = || {
        let home = PathBuf::from(std::env::var_os("HOME")?);
        let name = if cfg!(target_os = "macos") {
            "Library/Caches"
        } else {
            ".cache"
        };
        Some(home.join(name).join("pypoetry/virtualenvs"))
    };
    let folder = std::env::var_os("POETRY_VIRTUALENVS_PATH")
        .map(PathBuf::from)
        .or_else(cache)?;
    let mark = format!("-{}-py", poetry_hash(&root.canonicalize().ok()?));
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .ok()?
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().contains(&mark))
        .filter_map(|entry| interpreter(&entry.path()))
        .collect();
    found.sort();
    found.pop()
}

/// The first eight letters of the path's SHA-256 in the alphabet of base64 for addresses.
fn poetry_hash(path: &Path) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    let bits = digest[..6]
        .iter()
        .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    (0..8)
        .rev()
        .map(|at| char::from(ALPHABET[(bits >> (6 * at)) as usize & 63]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(folder: &Path) {
        fs::create_dir_all(folder.join("bin")).unwrap();
        fs::write(folder.join("bin/python"), "").unwrap();
    }

    #[test]
    fn the_hash_is_base64_of_sha_256() {
        // python3 -c 'import base64, hashlib; print(base64.urlsafe_b64encode(hashlib.sha256(b"/srv/shop").digest())[:8])'
        assert_eq!(poetry_hash(Path::new("/srv/shop")), "58fqC6Q1");
    }

    #[test]
    fn the_nearest_environment_counts() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("services/shop");
        fs::create_dir_all(&root).unwrap();
        let found = || beside(&root).or_else(|| of_workspace(&root));
        environment(&folder.path().join(".venv"));
        assert_eq!(found(), None, "nothing says that it is one workspace");
        fs::write(folder.path().join("uv.lock"), "").unwrap();
        assert_eq!(found(), Some(folder.path().join(".venv/bin/python")));
        for name in ["python_modules", "env", "venv", ".venv"] {
            environment(&root.join(name));
            assert_eq!(found(), Some(root.join(name).join("bin/python")));
        }
    }
}
