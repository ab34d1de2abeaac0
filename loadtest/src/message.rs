//! HTTP/1.1 as a load generator needs it: a request made once and sent again and again, and the
//! head of an answer read just far enough to know where it ends.

use crate::loopback::Target;

/// The longest head that is read; saoma's are about one kilobyte.
pub(crate) const HEAD_MOST: usize = 16 * 1024;
/// The longest body that is read: the pages promise 14 KB, so this is generous and still a bound.
pub(crate) const BODY_MOST: usize = 1024 * 1024;
/// More headers than any answer here has.
const HEADERS_MOST: usize = 64;

/// A header that is sent with every request, as in `Accept-Encoding: br`.
#[derive(Clone, Debug)]
pub(crate) struct Header(String);

/// The head of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// Bytes of the head with its empty line.
    pub(crate) len: usize,
    /// Bytes of the body.
    pub(crate) body: usize,
    /// Whether the connection is good for another request.
    pub(crate) after: After,
}

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    Stays,
    Closes,
}

/// Why an answer cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("the answer is not HTTP/1.1")]
    NotHttp,
    #[error("the answer has no Content-Length")]
    NoLength,
    #[error("the answer is too long")]
    TooLong,
}

impl Header {
    /// Its name and its value.
    pub(crate) fn parts(&self) -> (&str, &str) {
        let (name, value) = self.0.split_once(':').unwrap_or((&self.0, ""));
        (name.trim(), value.trim())
    }
}

impl std::str::FromStr for Header {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.contains(':') || text.bytes().any(|byte| byte < b' ') {
            return Err("write it as Name: value");
        }
        Ok(Self(text.to_owned()))
    }
}

/// A GET, as it goes over the wire.
pub(crate) fn get(target: &Target, path: &str, headers: &[Header]) -> Vec<u8> {
    let host = target.at.address();
    let mut text = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n");
    for Header(line) in headers {
        text += line;
        text += "\r\n";
    }
    text += "\r\n";
    text.into_bytes()
}

/// A POST of JSON.
pub(crate) fn post(target: &Target, path: &str, headers: &[Header], body: &str) -> Vec<u8> {
    let host = target.at.address();
    let length = body.len();
    let mut text = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n"
    );
    for Header(line) in headers {
        text += line;
        text += "\r\n";
    }
    text += "\r\n";
    text += body;
    text.into_bytes()
}

/// A GET for whoever comes once, wherever that is.
pub(crate) fn asking(path: &str) -> Vec<u8> {
    let accept = "Accept: text/html\r\nAccept-Encoding: gzip, br\r\nAccept-Language: zh-CN";
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{accept}\r\n\r\n").into_bytes()
}

/// Reads the head at the beginning of these bytes; `None` if it is not all there yet.
pub(crate) fn head(bytes: &[u8]) -> Result<Option<Head>, Unreadable> {
    let mut slots = [httparse::EMPTY_HEADER; HEADERS_MOST];
    let mut answer = httparse::Response::new(&mut slots);
    let len = match answer.parse(bytes) {
        Ok(httparse::Status::Complete(len)) => len,
        Ok(httparse::Status::Partial) if bytes.len() < HEAD_MOST => return Ok(None),
        Ok(httparse::Status::Partial) => return Err(Unreadable::TooLong),
        Err(_) => return Err(Unreadable::NotHttp),
    };
    let status = answer.code.ok_or(Unreadable::NotHttp)?;
    let mut body = matches!(status, 204 | 304).then_some(0);
    let mut after = After::Stays;
    for header in answer.headers.iter() {
        let value = header.value.trim_ascii();
        if header.name.eq_ignore_ascii_case("content-length") {
            let text = std::str::from_utf8(value).ok().ok_or(Unreadable::NotHttp)?;
            let length = text.parse().ok().ok_or(Unreadable::NotHttp)?;
            body = body.or(Some(length));
        } else if header.name.eq_ignore_ascii_case("connection")
            && value.eq_ignore_ascii_case(b"close")
        {
            after = After::Closes;
        }
    }
    match body {
        Some(body) if body <= BODY_MOST => Ok(Some(Head {
            status,
            len,
            body,
            after,
        })),
        Some(_) => Err(Unreadable::TooLong),
        None => Err(Unreadable::NoLength),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_where_its_content_length_says() {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        let read = head(bytes).unwrap().unwrap();
        assert_eq!((read.status, read.body, read.after), (200, 5, After::Stays));
        assert_eq!(bytes[read.len..].len(), 5);
        for end in 0..read.len {
            assert_eq!(head(&bytes[..end]), Ok(None));
        }
    }

    #[test]
    fn answers_without_a_body_need_no_length() {
        let read = head(b"HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n");
        let read = read.unwrap().unwrap();
        assert_eq!((read.body, read.after), (0, After::Closes));
    }

    #[test]
    fn what_cannot_be_measured_is_an_error_and_not_a_hang() {
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(head(chunked), Err(Unreadable::NoLength));
        let long = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n";
        assert_eq!(head(long), Err(Unreadable::TooLong));
        assert_eq!(head(b"SSH-2.0-x\r\n"), Err(Unreadable::NotHttp));
        let endless = [b"HTTP/1.1 200 OK\r\nA: ".as_slice(), &[b'a'; HEAD_MOST]].concat();
        assert_eq!(head(&endless), Err(Unreadable::TooLong));
    }
}
