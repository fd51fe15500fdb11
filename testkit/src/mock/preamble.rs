//! The first line of a connection, in which a worker says whose it is and where it goes. docs/worker-protocol.md has it.

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

/// A longer preamble is none.
const MAX_PREAMBLE: usize = 512;

/// Who connects, and to whom.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Preamble {
    pub(super) session: u64,
    pub(super) invocation: u64,
    pub(super) host: String,
    pub(super) port: u16,
    /// The client believes that it speaks TLS, which is left out.
    pub(super) secured: bool,
    pub(super) watched: Option<Watched>,
}

/// A connection whose client hears when its answer is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Watched {
    /// Unique in the invocation, in the order in which the handler made its calls.
    pub(super) connection: u64,
}

/// The first line of a connection.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Line {
    Exchange(Preamble),
    Notices {
        session: u64,
        invocation: u64,
        connection: u64,
    },
}

/// Reads up to the end of the line and not a byte further: what follows may be TLS.
pub(super) async fn read(stream: &mut TcpStream) -> Option<Line> {
    let mut line = Vec::new();
    loop {
        match stream.read_u8().await.ok()? {
            b'\n' => return parse(&line),
            byte if line.len() < MAX_PREAMBLE => line.push(byte),
            _ => return None,
        }
        if !matches!(line.first(), Some(&(1..=3))) {
            return None;
        }
    }
}

fn parse(line: &[u8]) -> Option<Line> {
    let (kind, text) = line.split_first()?;
    let mut parts = std::str::from_utf8(text).ok()?.split(' ');
    let session = parts.next()?.parse().ok()?;
    let invocation = parts.next()?.parse().ok()?;
    let line = if *kind == 2 {
        Line::Notices {
            session,
            invocation,
            connection: parts.next()?.parse().ok()?,
        }
    } else {
        let host = parts.next()?.trim_matches(['[', ']']).to_ascii_lowercase();
        let port = parts.next()?.parse().ok()?;
        let watched = match parts.next() {
            None => None,
            Some(number) => Some(Watched {
                connection: number.parse().ok()?,
            }),
        };
        if host.is_empty() {
            return None;
        }
        Line::Exchange(Preamble {
            session,
            invocation,
            host,
            port,
            secured: *kind == 3,
            watched,
        })
    };
    parts.next().is_none().then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preambles_are_read_strictly() {
        let exchange = |watched, secured| {
            Line::Exchange(Preamble {
                session: 3,
                invocation: 7,
                host: "api.x".to_owned(),
                port: 443,
                secured,
                watched,
            })
        };
        let whole = |watched| exchange(watched, false);
        let watched = |connection| Some(Watched { connection });
        assert_eq!(parse(b"\x013 7 API.x 443"), Some(whole(None)));
        assert_eq!(parse(b"\x013 7 API.x 443 2"), Some(whole(watched(2))));
        assert_eq!(parse(b"\x033 7 api.x 443 2"), Some(exchange(watched(2), true)));
        let notices = Line::Notices {
            session: 3,
            invocation: 7,
            connection: 2,
        };
        assert_eq!(parse(b"\x023 7 2"), Some(notices));
        for line in [
            &b"3 7 a 443"[..],
            b"\x013 7 a",
            b"\x013 7 a 443 9 9",
            b"\x013 7 a 443 x",
            b"\x013 7 a 443 2+",
            b"\x013 7 a 99999",
            b"\x01x 7 a 1",
            b"\x023 7",
            b"\x01\xff",
        ] {
            assert_eq!(parse(line), None, "{line:?}");
        }
    }
}
