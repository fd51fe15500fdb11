//! Fingerprints the sources of the extractor: facts that are kept on disk are those of one extractor only.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    let mut files = vec![PathBuf::from("Cargo.toml"), PathBuf::from("build.rs")];
    collect(Path::new("src"), &mut files)?;
    // The lock names the grammars' versions; a packaged crate has none and pins them in its own manifest.
    let lock = PathBuf::from("../Cargo.lock");
    if lock.is_file() {
        files.push(lock);
    }
    files.sort();
    let mut hash = FNV_OFFSET;
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        hash = fnv(hash, file.to_string_lossy().as_bytes());
        hash = fnv(hash, &fs::read(&file)?);
    }
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rustc-env=BANISTER_EXTRACTOR={hash:032x}");
    Ok(())
}

/// Offset basis and prime of the 128-bit FNV-1a hash.
const FNV_OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const FNV_PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

fn fnv(hash: u128, bytes: &[u8]) -> u128 {
    bytes.iter().fold(hash, |hash, byte| {
        (hash ^ u128::from(*byte)).wrapping_mul(FNV_PRIME)
    })
}

/// Every Rust source below `folder`, the tests of the crate left out: they do not change what is extracted.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.ends_with("src/tests") {
            continue;
        }
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}
