//! The worker programs, embedded in the binary and written to a private folder for the interpreters to read.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::TempDir;

use super::guardian::Guardian;

/// Path below `runtimes/`, and text; build.rs lists them.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/runtimes.rs"));

/// The folder that holds them. It goes when the last worker that uses it is gone.
#[derive(Debug)]
pub(super) struct Shims {
    guardian: Guardian,
    folder: TempDir,
}

static SHARED: Mutex<Weak<Shims>> = Mutex::new(Weak::new());

impl Shims {
    /// The folder of this process.
    pub(super) fn shared() -> std::io::Result<Arc<Self>> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shims) = shared.upgrade() {
            return Ok(shims);
        }
        let shims = Arc::new(Self::write()?);
        *shared = Arc::downgrade(&shims);
        Ok(shims)
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Who ends the workers if this process cannot.
    pub(super) fn guardian(&self) -> &Guardian {
        &self.guardian
    }

    fn write() -> std::io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("banister-").tempdir()?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700))?;
        for (path, text) in FILES {
            let path = folder.path().join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, text)?;
        }
        let guardian = Guardian::start(folder.path())?;
        Ok(Self { guardian, folder })
    }
}
