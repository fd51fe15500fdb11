//! Where the facts of each workspace are kept between runs: one pack a workspace, in a folder of the user's.
//!
//! Nothing here can fail a run: a folder that cannot be written or a pack that cannot be read costs time only.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use crate::cache::Cache;

/// A larger pack is none of ours.
const MAX_PACK_BYTES: u64 = 512 * 1024 * 1024;

/// Packs of workspaces that nobody looked at for so long are removed.
const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// All packs together; the ones that were used longest ago go first.
const MAX_FOLDER_BYTES: u64 = 1024 * 1024 * 1024;

/// A pack says that it is in use at most once in this time.
const TOUCHED_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

const SUFFIX: &str = "facts";

/// The facts kept for the workspace at `root`; none if there are none that can be read.
pub fn open_cache(folder: &Path, root: &Path) -> Cache {
    let path = pack_path(folder, root);
    match read(&path) {
        Ok(bytes) => Cache::from_bytes(bytes),
        Err(error) => {
            tracing::debug!(path = %path.display(), %error, "no facts are kept");
            Cache::new()
        }
    }
}

/// Keeps what `cache` has learnt of the workspace at `root`. Another process that does so at the same time is no
/// trouble: the later one's pack stays, whole.
pub fn save_cache(folder: &Path, root: &Path, cache: &Cache) {
    let path = pack_path(folder, root);
    let saved = if cache.has_grown() {
        write(folder, &path, &cache.to_bytes()).map(|()| prune(folder, &path))
    } else {
        touch(&path)
    };
    if let Err(error) = saved {
        tracing::debug!(path = %path.display(), %error, "facts are not kept");
    }
}

fn pack_path(folder: &Path, root: &Path) -> PathBuf {
    let hash = Sha256::digest(root.as_os_str().as_encoded_bytes());
    let name: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    folder.join(name).with_extension(SUFFIX)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    // Opening a pipe would wait for its other end.
    let metadata = fs::symlink_metadata(path)?;
    if !metadata.is_file() || metadata.len() > MAX_PACK_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no pack of facts"));
    }
    fs::read(path)
}

fn write(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    // One process may load a workspace in several threads, so its number alone does not tell two files apart.
    let temporary = path.with_extension(format!("{}-{}.tmp", std::process::id(), now.as_nanos()));
    let written = File::create_new(&temporary)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // What could not be written may not be there to be removed.
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn touch(path: &Path) -> io::Result<()> {
    let age = |modified: SystemTime| modified.elapsed().unwrap_or_default();
    if age(fs::symlink_metadata(path)?.modified()?) < TOUCHED_EVERY {
        return Ok(());
    }
    File::options()
        .append(true)
        .open(path)?
        .set_modified(SystemTime::now())
}

/// Removes packs that are old or too many, and what a process that was ended left half-written.
fn prune(folder: &Path, just_written: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut packs: Vec<(Duration, u64, PathBuf)> = entries
        .filter_map(Result::ok)
        .filter(|entry| is_ours(&entry.path()))
        .filter_map(|entry| {
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            let age = metadata.modified().ok()?.elapsed().unwrap_or_default();
            Some((age, metadata.len(), entry.path()))
        })
        .collect();
    packs.sort();
    let mut total = 0;
    for (age, bytes, path) in packs {
        total += bytes;
        let is_stale = match path.extension().is_some_and(|extension| extension == SUFFIX) {
            true => age > KEPT_FOR || total > MAX_FOLDER_BYTES,
            false => age > TOUCHED_EVERY,
        };
        if is_stale && path != just_written {
            // Another process may have been faster.
            let _ = fs::remove_file(path);
        }
    }
}

fn is_ours(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (stem, rest) = name.split_once('.').unwrap_or_default();
    stem.len() == 32
        && stem.bytes().all(|byte| byte.is_ascii_hexdigit())
        && (rest == SUFFIX || rest.ends_with(".tmp"))
}

#[cfg(test)]
mod tests;
