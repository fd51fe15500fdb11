//! Messages on the wire: a header with `Content-Length`, an empty line, a JSON body.
//!
//! The codec of tower-lsp ends the session at the first body that is not JSON. This reader never gives up: a body is
//! handed on whatever it holds, and after a damaged header it looks for the next `Content-Length`.

use std::io::{BufRead, Read, Write};

/// The largest body that is kept in memory. Sources are capped far below it.
const MAX_BODY: u64 = 64 * 1024 * 1024;

/// The longest header line that is kept. Junk may have no line end at all.
const MAX_LINE: u64 = 4096;

const LENGTH: &str = "content-length:";

/// One message as it came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A body; nobody has looked at it yet.
    Body(Vec<u8>),
    /// A message that announced more than [`MAX_BODY`] bytes; its body was skipped.
    TooLarge(u64),
}

/// The next frame, or `None` when the other side is gone.
pub(crate) fn read(input: &mut impl BufRead) -> std::io::Result<Option<Frame>> {
    let Some(length) = read_header(input)? else {
        return Ok(None);
    };
    if length > MAX_BODY {
        std::io::copy(&mut input.by_ref().take(length), &mut std::io::sink())?;
        return Ok(Some(Frame::TooLarge(length)));
    }
    let mut body = Vec::new();
    input.by_ref().take(length).read_to_end(&mut body)?;
    // A body cut short by the end of the stream is not worth an answer: nobody is left to read it.
    Ok((body.len() as u64 == length).then_some(Frame::Body(body)))
}

/// Writes one body with its header.
pub(crate) fn write(output: &mut impl Write, body: &[u8]) -> std::io::Result<()> {
    write!(output, "Content-Length: {}\r\n\r\n", body.len())?;
    output.write_all(body)
}

/// Reads lines up to the empty one that ends a header with a length in it. Everything else is skipped: unknown fields,
/// empty lines before a header, and the rest of a body whose length was understated.
fn read_header(input: &mut impl BufRead) -> std::io::Result<Option<u64>> {
    let mut length = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&line).to_ascii_lowercase();
        // After an understated length the rest of the body stands on the same line, before the field's name.
        if let Some(at) = text.rfind(LENGTH) {
            length = text[at + LENGTH.len()..].trim().parse().ok();
        } else if text.trim().is_empty()
            && let Some(length) = length
        {
            return Ok(Some(length));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(mut input: &[u8]) -> Vec<Frame> {
        std::iter::from_fn(|| read(&mut input).unwrap()).collect()
    }

    fn bodies(input: &[u8]) -> Vec<String> {
        let text = |frame| match frame {
            Frame::Body(body) => String::from_utf8(body).unwrap(),
            Frame::TooLarge(length) => format!("too large: {length}"),
        };
        frames(input).into_iter().map(text).collect()
    }

    #[test]
    fn reads_what_it_writes() {
        let mut wire = Vec::new();
        write(&mut wire, b"{}").unwrap();
        write(&mut wire, "\"é\"".as_bytes()).unwrap();
        assert_eq!(bodies(&wire), ["{}", "\"é\""]);
    }

    #[test]
    fn other_fields_and_any_case_are_fine() {
        let wire = b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length: 2\r\n\r\n{}";
        assert_eq!(bodies(wire), ["{}"]);
    }

    #[test]
    fn finds_the_next_message_after_junk_and_after_a_short_length() {
        let wire = b"hello\r\n\r\nContent-Length: x\r\n\r\nContent-Length: 2\r\n\r\n{\"a\":1}Content-Length: 2\r\n\r\n[]";
        assert_eq!(bodies(wire), ["{\"", "[]"]);
    }

    #[test]
    fn a_body_cut_short_ends_the_stream() {
        assert_eq!(bodies(b"Content-Length: 9\r\n\r\n{}"), Vec::<String>::new());
    }

    #[test]
    fn a_huge_length_is_reported_and_not_kept() {
        let mut wire = format!("Content-Length: {}\r\n\r\n", MAX_BODY + 1).into_bytes();
        wire.resize(wire.len() + MAX_BODY as usize + 1, b'x');
        wire.extend_from_slice(b"Content-Length: 2\r\n\r\n{}");
        assert_eq!(
            frames(&wire),
            [Frame::TooLarge(MAX_BODY + 1), Frame::Body(b"{}".to_vec())]
        );
    }
}
