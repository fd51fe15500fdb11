//! Ranges of releases as package managers write them, reduced to what is sure: a lowest and a highest release.

/// A release by its first two numbers: rules change with no smaller step.
type Release = (u32, u32);

/// Releases that a range allows; without a bound they are unknown on that side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Releases {
    lowest: Option<Release>,
    /// The first release that is not allowed any more.
    end: Option<Release>,
}

impl Releases {
    /// This release and all later ones.
    pub(crate) fn from(lowest: Release) -> Self {
        Self {
            lowest: Some(lowest),
            end: None,
        }
    }

    /// All releases before this one.
    pub(crate) fn before(end: Release) -> Self {
        Self {
            lowest: None,
            end: Some(end),
        }
    }

    /// True if all of them come before `release`.
    pub fn are_before(&self, release: (u32, u32)) -> bool {
        self.end.is_some_and(|end| end <= release)
    }

    /// True if all of them are `release` or later.
    pub fn are_at_least(&self, release: (u32, u32)) -> bool {
        self.lowest.is_some_and(|lowest| lowest >= release)
    }

    /// Reads `0.17`, `^0.17.0-beta.1`, `>=0.5 <1 || ~0.17.2`, `workspace:^1.0.0`, `npm:motia@1.x`, `==1.0.*`, `>=1,<2`.
    /// Nothing for what names no release: tags, paths, addresses.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("workspace:").unwrap_or(text);
        let text = match text.strip_prefix("npm:") {
            Some(alias) => alias.rsplit_once('@')?.1,
            None => text,
        };
        let mut choices = text.split("||").map(alternative);
        let mut all = choices.next()??;
        for choice in choices {
            let choice = choice?;
            all = Self {
                lowest: all.lowest.zip(choice.lowest).map(|(one, other)| one.min(other)),
                end: all.end.zip(choice.end).map(|(one, other)| one.max(other)),
            };
        }
        Some(all)
    }

    fn and(self, other: Self) -> Self {
        Self {
            lowest: self.lowest.max(other.lowest),
            end: match (self.end, other.end) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            },
        }
    }
}

/// Comparators that all hold: `>=0.5 <1`, `>=1,<2`, `0.5 - 0.8`.
fn alternative(text: &str) -> Option<Releases> {
    if let Some((low, high)) = text.split_once(" - ") {
        return Some(
            comparator(&format!(">={}", low.trim()))?.and(comparator(&format!("<={}", high.trim()))?),
        );
    }
    // An operator may stand apart from its version.
    let mut parts: Vec<String> = Vec::new();
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        match parts.last_mut() {
            Some(last) if last.ends_with(['>', '<', '=', '~', '^']) => last.push_str(word),
            _ => parts.push(word.to_owned()),
        }
    }
    let mut all = Releases::default();
    if parts.is_empty() {
        return Some(all);
    }
    for part in &parts {
        all = all.and(comparator(part)?);
    }
    Some(all)
}

fn comparator(text: &str) -> Option<Releases> {
    let version_at = text.find(|ch: char| !matches!(ch, '>' | '<' | '=' | '~' | '^' | '!'))?;
    let (operator, version) = text.split_at(version_at);
    let numbers = Numbers::parse(version)?;
    let Some(major) = numbers.major else {
        return Some(Releases::default());
    };
    let release = (major, numbers.minor.unwrap_or(0));
    let next_minor = match numbers.minor {
        Some(minor) => (major, minor.checked_add(1)?),
        None => (major.checked_add(1)?, 0),
    };
    let next_major = (major.checked_add(1)?, 0);
    let between = |end| Releases {
        lowest: Some(release),
        end: Some(end),
    };
    Some(match operator {
        "" | "=" | "==" | "===" | "~" => between(next_minor),
        "^" if major > 0 => between(next_major),
        "^" => between(next_minor),
        // Python: `~=1.0` is `>=1.0, ==1.*`, and `~=1.0.2` is `>=1.0.2, ==1.0.*`.
        "~=" if numbers.count > 2 => between(next_minor),
        "~=" => between(next_major),
        ">=" => Releases::from(release),
        ">" if numbers.count > 2 => Releases::from(release),
        ">" => Releases::from(next_minor),
        "<" if numbers.count > 2 && !numbers.is_first => Releases::before(next_minor),
        "<" => Releases::before(release),
        "<=" => Releases::before(next_minor),
        "!=" => Releases::default(),
        _ => return None,
    })
}

/// The numbers of a version, as many as are written.
struct Numbers {
    /// Absent for `*` and `x`.
    major: Option<u32>,
    minor: Option<u32>,
    count: usize,
    /// True for the very first release of its line: `0.18.0`.
    is_first: bool,
}

impl Numbers {
    fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (plain, is_plain) = match text.find(['-', '+']) {
            Some(at) => (&text[..at], false),
            None => (text, true),
        };
        let mut numbers = Vec::new();
        for part in plain.split('.') {
            match part {
                "*" | "x" | "X" => break,
                // Python writes pre-releases without a hyphen: `1.0.0rc2`.
                _ => {
                    let digits = part.bytes().take_while(u8::is_ascii_digit).count();
                    let rest = &part[digits..];
                    if !rest.is_empty() && !rest.starts_with(['a', 'b', 'r', 'd', 'p']) {
                        return None;
                    }
                    numbers.push(part[..digits].parse::<u32>().ok()?);
                    if !rest.is_empty() {
                        break;
                    }
                }
            }
        }
        let is_any = matches!(plain, "*" | "x" | "X");
        if numbers.is_empty() && !is_any {
            return None;
        }
        Some(Self {
            major: numbers.first().copied(),
            minor: numbers.get(1).copied(),
            count: numbers.len(),
            is_first: is_plain && numbers.iter().skip(2).all(|number| *number == 0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(text: &str) -> Option<(Option<Release>, Option<Release>)> {
        Releases::parse(text).map(|releases| (releases.lowest, releases.end))
    }

    #[test]
    fn what_a_range_allows_is_known() {
        for (text, lowest, end) in [
            ("0.17", (0, 17), (0, 18)),
            ("0.17.6-beta.187", (0, 17), (0, 18)),
            ("v0.8.2", (0, 8), (0, 9)),
            ("^0.17.0", (0, 17), (0, 18)),
            ("~0.5.3-beta.1", (0, 5), (0, 6)),
            ("^1.2.0", (1, 2), (2, 0)),
            ("1", (1, 0), (2, 0)),
            ("1.x", (1, 0), (2, 0)),
            ("0.17.x", (0, 17), (0, 18)),
            (">=0.5.0 <1", (0, 5), (1, 0)),
            (">= 0.5 < 1.0", (0, 5), (1, 0)),
            ("0.5.0 - 0.8.2", (0, 5), (0, 9)),
            ("^0.5.0 || ^0.17.0", (0, 5), (0, 18)),
            ("workspace:^0.17.2", (0, 17), (0, 18)),
            ("npm:motia@^0.13.0", (0, 13), (0, 14)),
            ("==1.0.4", (1, 0), (1, 1)),
            ("~=1.0.1", (1, 0), (1, 1)),
            ("~=1.0", (1, 0), (2, 0)),
            ("==1.0.*", (1, 0), (1, 1)),
            (">=1.0.0rc2,<2", (1, 0), (2, 0)),
            (">0.16 <0.18.1", (0, 17), (0, 19)),
            (">=0.17.0 <0.18.0", (0, 17), (0, 18)),
        ] {
            assert_eq!(bounds(text), Some((Some(lowest), Some(end))), "{text}");
        }
    }

    #[test]
    fn a_missing_bound_is_unknown() {
        assert_eq!(bounds(">=0.7"), Some((Some((0, 7)), None)));
        assert_eq!(bounds("<1"), Some((None, Some((1, 0)))));
        assert_eq!(bounds("<=0.6"), Some((None, Some((0, 7)))));
        for text in ["*", "", "x", "workspace:*", "^0.5 || *", "!=0.6"] {
            assert_eq!(bounds(text), Some((None, None)), "{text}");
        }
    }

    #[test]
    fn what_names_no_release_is_nothing() {
        for text in [
            "latest",
            "next",
            "beta",
            "workspace:^",
            "file:../motia",
            "link:../motia",
            "git+https://example.org/motia.git",
            "github:owner/motia#v0.17.0",
            "https://example.org/motia-0.17.0.tgz",
            "catalog:",
            "0.17 and more",
            "0.99999999999",
        ] {
            assert_eq!(bounds(text), None, "{text}");
        }
    }
}
