//! Between the client's URIs and paths: absolute ones on this machine, and relative ones with `/` inside the house.

use std::path::{Component, Path, PathBuf};

use tower_lsp::ls_types::Uri;

/// The path of a `file:` URI; nothing for any other scheme, such as a buffer that was never saved.
pub(crate) fn to_path(uri: &Uri) -> Option<PathBuf> {
    if !uri.scheme().as_str().eq_ignore_ascii_case("file") {
        return None;
    }
    let path = normalized(&uri.to_file_path()?);
    path.is_absolute().then_some(path)
}

/// The URI of `relative` under `root`.
pub(crate) fn from_relative(root: &Path, relative: &str) -> Option<Uri> {
    Uri::from_file_path(root.join(relative))
}

/// `path` relative to `root` with `/`, if it lies inside of it and its name is Unicode.
pub(crate) fn relative(root: &Path, path: &Path) -> Option<String> {
    let inside = path.strip_prefix(root).ok()?;
    let parts: Option<Vec<&str>> = inside
        .components()
        .map(|part| part.as_os_str().to_str())
        .collect();
    Some(parts?.join("/"))
}

/// Without `.`, `..` and a final separator, by the letters alone: a watched file may no longer be on disk.
fn normalized(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(uri: &str) -> Option<PathBuf> {
        to_path(&uri.parse().unwrap())
    }

    #[test]
    fn only_file_uris_have_a_path() {
        assert_eq!(path("untitled:Untitled-1"), None);
        assert_eq!(path("https://example.org/a.ts"), None);
        assert_eq!(path("git:/project/a.ts"), None);
    }

    #[cfg(unix)]
    #[test]
    fn escaped_and_roundabout_paths_are_understood() {
        assert_eq!(
            path("file:///a%20b/%5Bid%5D.step.ts"),
            Some("/a b/[id].step.ts".into())
        );
        assert_eq!(path("file:///a/./b/../c/"), Some("/a/c".into()));
    }

    #[cfg(unix)]
    #[test]
    fn relative_paths_go_there_and_back() {
        let root = Path::new("/my shop/é");
        let uri = from_relative(root, "steps/[id].step.ts").unwrap();
        assert_eq!(uri.as_str(), "file:///my%20shop/%C3%A9/steps/%5Bid%5D.step.ts");
        assert_eq!(
            relative(root, &to_path(&uri).unwrap()).as_deref(),
            Some("steps/[id].step.ts")
        );
        assert_eq!(relative(root, Path::new("/my shop/other")), None);
    }
}
