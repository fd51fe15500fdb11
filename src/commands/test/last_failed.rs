//! Remembers which tests failed, for `--last-failed`. It lies in the cache folder and never in the project.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// The memory of one workspace.
pub(super) struct Memory(Option<PathBuf>);

impl Memory {
    /// The memory of the workspace at `root`; without a cache folder nothing is remembered.
    pub(super) fn of(cache: Option<&Path>, root: &Path) -> Self {
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let digest = Sha256::digest(root.as_os_str().as_encoded_bytes());
        let name: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        Self(cache.map(|cache| cache.join("last-failed").join(name)))
    }

    /// The names of the tests that failed when they ran last; `None` if no run is remembered.
    pub(super) fn failed(&self) -> Option<BTreeSet<String>> {
        let text = std::fs::read_to_string(self.0.as_ref()?).ok()?;
        Some(text.lines().map(str::to_owned).collect())
    }

    /// Takes over a run. A test that did not run keeps what is known of it, unless it is gone (`exists`).
    pub(super) fn remember(
        &self,
        failed: &BTreeSet<String>,
        passed: &BTreeSet<String>,
        exists: impl Fn(&str) -> bool,
    ) -> std::io::Result<()> {
        let Some(path) = &self.0 else { return Ok(()) };
        let mut names = self.failed().unwrap_or_default();
        names.retain(|name| exists(name) && !passed.contains(name));
        names.extend(failed.iter().cloned());
        let text: String = names.iter().map(|name| format!("{name}\n")).collect();
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // A run that is ended here leaves the old memory or the new one, and no half of it.
        let fresh = path.with_extension(std::process::id().to_string());
        std::fs::write(&fresh, text)?;
        std::fs::rename(&fresh, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_test_is_remembered_until_it_passes_or_is_gone() {
        let cache = tempfile::tempdir().unwrap();
        let memory = Memory::of(Some(cache.path()), Path::new("/project"));
        assert_eq!(memory.failed(), None);
        memory
            .remember(&names(&["a", "b", "c"]), &names(&[]), |_| true)
            .unwrap();
        memory
            .remember(&names(&[]), &names(&["a"]), |name| name != "c")
            .unwrap();
        assert_eq!(memory.failed(), Some(names(&["b"])));
        let other = Memory::of(Some(cache.path()), Path::new("/other"));
        assert_eq!(other.failed(), None);
    }

    #[test]
    fn nothing_is_remembered_without_a_folder() {
        let memory = Memory::of(None, Path::new("/project"));
        memory.remember(&names(&["a"]), &names(&[]), |_| true).unwrap();
        assert_eq!(memory.failed(), None);
    }
}
