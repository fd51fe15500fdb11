//! Where facts are kept between runs: never in the project, so that no run changes what is under version control.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// `$BANISTER_CACHE_DIR`, else `$XDG_CACHE_HOME/banister`, else `~/.cache/banister`; nothing without a home.
pub(crate) fn cache_folder() -> Option<PathBuf> {
    from(|name| env::var_os(name))
}

fn from(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    // The XDG specification wants relative paths ignored: they would depend on the folder of the run.
    let folder = |name: &str| {
        variable(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    folder("BANISTER_CACHE_DIR")
        .or_else(|| Some(folder("XDG_CACHE_HOME")?.join("banister")))
        .or_else(|| Some(folder("HOME")?.join(".cache/banister")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn with(variables: &[(&str, &str)]) -> Option<PathBuf> {
        from(|name| {
            let (_, value) = variables.iter().find(|(it, _)| *it == name)?;
            Some(value.into())
        })
    }

    #[test]
    fn the_nearest_absolute_folder_is_taken() {
        let home = ("HOME", "/home/a");
        let xdg = ("XDG_CACHE_HOME", "/var/cache");
        let own = ("BANISTER_CACHE_DIR", "/own");
        assert_eq!(with(&[home, xdg, own]).as_deref(), Some(Path::new("/own")));
        assert_eq!(
            with(&[home, xdg]).as_deref(),
            Some(Path::new("/var/cache/banister"))
        );
        assert_eq!(
            with(&[home]).as_deref(),
            Some(Path::new("/home/a/.cache/banister"))
        );
        assert_eq!(
            with(&[home, ("XDG_CACHE_HOME", "cache")]).as_deref(),
            Some(Path::new("/home/a/.cache/banister"))
        );
        assert_eq!(with(&[]), None);
    }
}
