//! `POST https://api.stripe.com/v1/charges`: how the address of a mock is read and compared.

use std::fmt;

use super::Endpoint;
use crate::route::{decode, encode};

impl Endpoint {
    /// Reads method and address; the error says what is wrong.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (method, url) = text.trim().split_once(char::is_whitespace).ok_or_else(|| {
            format!("`{text}` must be a method and an address: `POST https://api.example.com/v1/things`")
        })?;
        let method = super::actions::method(method, true)?;
        let url = url.trim();
        let (scheme, rest) = url
            .split_once("://")
            .filter(|(scheme, _)| ["http", "https"].contains(scheme))
            .ok_or_else(|| format!("the address `{url}` must start with `https://` or `http://`"))?;
        if rest.contains(['?', '#']) {
            return Err(format!(
                "the address `{url}` has a query: put its parameters under `query`"
            ));
        }
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        let (host, port) = split_port(authority, if scheme == "https" { 443 } else { 80 })
            .ok_or_else(|| format!("the address `{url}` has no valid host and port"))?;
        let segments: Vec<_> = path.split('/').collect();
        if segments.iter().rev().skip(1).any(|segment| *segment == "**") {
            return Err(format!(
                "`**` stands for the rest of a path: it must be the end of `{path}`"
            ));
        }
        let mut names: Vec<&str> = Vec::new();
        for segment in &segments {
            if is_placeholder(segment) {
                continue;
            }
            let name = capture(segment);
            if segment.contains(['{', '}']) && name.is_none() {
                return Err(format!(
                    "`{segment}` names a whole segment of a path: write `{{id}}`"
                ));
            }
            if name.is_some_and(|name| names.contains(&name)) {
                return Err(format!("`{segment}` stands twice in `{path}`"));
            }
            names.extend(name);
        }
        Ok(Self {
            method,
            scheme: scheme.to_owned(),
            host,
            port,
            path: path.to_owned(),
        })
    }

    /// True if this is where a call goes, given as `POST https://host/path`; a query is not looked at.
    pub fn matches(&self, call: &str) -> bool {
        let Some((method, url)) = call.split_once(' ') else {
            return false;
        };
        let url = url.split(['?', '#']).next().unwrap_or(url);
        Self::parse(&format!("* {url}")).is_ok_and(|call| {
            self.matches_method(method)
                && (&self.scheme, &self.host, self.port) == (&call.scheme, &call.host, call.port)
                && self.matches_path(&call.path)
        })
    }

    /// True if the method is this one, or any is allowed.
    pub fn matches_method(&self, method: &str) -> bool {
        self.method == "*" || self.method.eq_ignore_ascii_case(method)
    }

    /// True if a path, without its query, fits: `*` is one segment, a last `**` is the rest.
    pub fn matches_path(&self, path: &str) -> bool {
        let mut given = path.split('/');
        for wanted in self.path.split('/') {
            match (wanted, given.next()) {
                ("**", _) => return true,
                ("*", Some(segment)) if !segment.is_empty() => {}
                (wanted, Some(segment)) if capture(wanted).is_some() && !segment.is_empty() => {}
                (wanted, Some(segment)) if wanted == segment || decode(wanted) == decode(segment) => {}
                _ => return false,
            }
        }
        given.next().is_none()
    }

    /// The segments of a path that stand where `{name}` does, decoded, in order. The path must fit.
    pub fn captures(&self, path: &str) -> Vec<(String, String)> {
        let segments = self.path.split('/').zip(path.split('/'));
        segments
            .filter_map(|(wanted, segment)| Some((capture(wanted)?.to_owned(), decode(segment))))
            .collect()
    }

    /// True if a segment of its path has a `{{placeholder}}`.
    pub fn has_placeholders(&self) -> bool {
        self.path.split('/').any(is_placeholder)
    }

    /// The address with what `fill` makes of each segment that has a `{{placeholder}}`.
    ///
    /// # Errors
    /// The first that `fill` has.
    pub fn filled<E>(&self, mut fill: impl FnMut(&str) -> Result<String, E>) -> Result<Self, E> {
        let segments = self.path.split('/').map(|segment| match is_placeholder(segment) {
            true => Ok(encode(&fill(segment)?)),
            false => Ok(segment.to_owned()),
        });
        let segments: Vec<String> = segments.collect::<Result<_, E>>()?;
        Ok(Self {
            path: segments.join("/"),
            ..self.clone()
        })
    }

    /// Scheme, host, port and path, without the port that the scheme implies.
    pub fn url(&self) -> String {
        let implied = matches!((self.scheme.as_str(), self.port), ("https", 443) | ("http", 80));
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        let port = if implied {
            String::new()
        } else {
            format!(":{}", self.port)
        };
        format!("{}://{host}{port}{}", self.scheme, self.path)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url())
    }
}

/// True for `{{name}}`, alone or inside of a segment.
fn is_placeholder(segment: &str) -> bool {
    let inner = segment.split_once("{{").map(|(_, rest)| rest);
    inner.is_some_and(|rest| rest.contains("}}"))
}

/// The name in `{name}`.
fn capture(segment: &str) -> Option<&str> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    let fits = |c: char| c.is_alphanumeric() || "_-".contains(c);
    (!name.is_empty() && name.chars().all(fits)).then_some(name)
}

pub(super) fn split_port(authority: &str, implied: u16) -> Option<(String, u16)> {
    let (host, port, valid) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            let digits = host.chars().all(|c| c.is_ascii_hexdigit() || ":.".contains(c));
            (
                host,
                rest.strip_prefix(':'),
                digits && (rest.is_empty() || rest.starts_with(':')),
            )
        }
        None => {
            let (host, port) = authority
                .split_once(':')
                .map_or((authority, None), |(h, p)| (h, Some(p)));
            (
                host,
                port,
                host.chars().all(|c| c.is_alphanumeric() || "-._".contains(c)),
            )
        }
    };
    let port = match port {
        None => implied,
        Some(port) => port.parse().ok().filter(|port| *port > 0)?,
    };
    (valid && !host.is_empty()).then(|| (host.to_lowercase(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(text: &str) -> Endpoint {
        Endpoint::parse(text).unwrap()
    }

    #[test]
    fn addresses_are_read_and_written() {
        for text in [
            "POST https://api.stripe.com/v1/charges",
            "* http://localhost:8080/a/*/b/**",
            "GET https://[::1]:99/",
        ] {
            assert_eq!(endpoint(text).to_string(), text);
        }
        assert_eq!(
            endpoint("get https://API.x:443").to_string(),
            "GET https://api.x/"
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "https://a.b/c",
            "POST /charges",
            "POST ftp://a.b/",
            "POST https:///x",
            "POST https://a.b/x?y=1",
            "P@ST https://a.b/",
            "POST https://user:pw@a.b/",
            "POST https://a.b:0/",
            "POST https://a.b/**/c",
            "POST https://a.b/x{id}",
            "POST https://a.b/{id}/{id}",
        ] {
            assert!(Endpoint::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn placeholders_are_filled_and_compared_decoded() {
        let one = endpoint("PUT https://a.b/users/{{id}}/v{{n}}");
        assert!(one.has_placeholders());
        let filled =
            one.filled(|segment| Ok::<_, ()>(segment.replace("{{id}}", "a b/c").replace("{{n}}", "2")));
        let filled = filled.unwrap();
        assert!(filled.matches("PUT https://a.b/users/a%20b%2Fc/v2"));
        assert!(!filled.matches("PUT https://a.b/users/a%20b/v2"));
        assert!(!endpoint("GET https://a.b/{id}").has_placeholders());
    }

    #[test]
    fn names_capture_segments() {
        let one = endpoint("GET https://a.b/users/{id}/*/{post}");
        assert!(one.matches("GET https://a.b/users/7/posts/a%20b"));
        assert_eq!(
            one.captures("/users/7/posts/a%20b"),
            [
                ("id".to_owned(), "7".to_owned()),
                ("post".to_owned(), "a b".to_owned())
            ]
        );
    }

    #[test]
    fn stars_stand_for_segments() {
        let one = endpoint("GET https://a.b/users/*/posts");
        assert!(one.matches("GET https://a.b/users/7/posts?page=2"));
        for other in [
            "GET https://a.b/users/posts",
            "GET https://a.b/users//posts",
            "GET https://a.b/users/7/posts/1",
            "POST https://a.b/users/7/posts",
            "GET http://a.b/users/7/posts",
            "GET https://a.b:8443/users/7/posts",
            "GET https://b.a/users/7/posts",
        ] {
            assert!(!one.matches(other), "{other}");
        }
        let rest = endpoint("* https://a.b/v1/**");
        assert!(rest.matches("DELETE https://a.b/v1/x/y") && rest.matches("GET https://a.b/v1/"));
        assert!(!rest.matches("GET https://a.b/v2/x"));
    }
}
