//! Paths of requests against the routes of a framework that hands them to Express 4.

/// Matches a path against an Express 4 pattern: `:name`, an optional `:name?` and `*`. Letters match in either case and
/// a trailing slash is optional, as Express does by default.
pub fn match_path(pattern: &str, path: &str) -> Option<Vec<(String, String)>> {
    let split = |text: &str| -> Vec<String> {
        text.trim_matches('/')
            .split('/')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (wanted, given) = (split(pattern), split(path));
    let mut params = Vec::new();
    let (mut at, mut wildcards) = (0, 0);
    for (i, part) in wanted.iter().enumerate() {
        if part == "*" {
            let rest_wanted = wanted.len() - i - 1;
            let end = given.len().checked_sub(rest_wanted).filter(|end| *end >= at)?;
            params.push((wildcards.to_string(), decode(&given[at..end].join("/"))));
            wildcards += 1;
            at = end;
        } else if let Some(name) = part.strip_prefix(':') {
            match (given.get(at), name.strip_suffix('?')) {
                (Some(value), optional) => {
                    params.push((optional.unwrap_or(name).to_owned(), decode(value)));
                    at += 1;
                }
                (None, Some(_)) => {}
                (None, None) => return None,
            }
        } else {
            given.get(at).filter(|value| value.eq_ignore_ascii_case(part))?;
            at += 1;
        }
    }
    (at == given.len()).then_some(params)
}

/// What tells a route apart from others: names of parameters, capitals and a slash at the end do not count.
pub(crate) fn shape(path: &str) -> String {
    let mut shape = String::new();
    let mut in_name = false;
    for ch in path.trim_end_matches('/').chars() {
        in_name = if in_name {
            ch.is_ascii_alphanumeric() || ch == '_'
        } else {
            false
        };
        if !in_name {
            shape.extend(ch.to_lowercase());
        }
        in_name |= ch == ':';
    }
    shape
}

/// Percent-encoding of one path part: letters, digits and `-._~` stay.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Percent-decoding of one path part or query value; what is not valid stays as it is.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(pattern: &str, path: &str) -> Option<Vec<(String, String)>> {
        match_path(pattern, path)
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn paths_match_as_in_express() {
        assert_eq!(params("/orders", "/orders/"), Some(vec![]));
        assert_eq!(
            params("/Orders/:id", "/orders/a%20b"),
            Some(vec![pair("id", "a b")])
        );
        assert_eq!(
            params("/api/:tenant/*", "/api/t1/x/y"),
            Some(vec![pair("tenant", "t1"), pair("0", "x/y")])
        );
        assert_eq!(params("/a/:b?", "/a"), Some(vec![]));
        assert_eq!(params("/a/:b", "/a"), None);
        assert_eq!(params("/a", "/a/b"), None);
        assert_eq!(params("/a/*/z", "/a/b/c/z"), Some(vec![pair("0", "b/c")]));
    }

    #[test]
    fn broken_escapes_stay() {
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%ff"), "%ff");
        assert_eq!(decode("%C3%A9"), "é");
    }
}
