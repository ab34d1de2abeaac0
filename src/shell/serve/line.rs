//! The stream under HTTP/1.1: tells its driver when nothing is under way, and dresses hyper's own
//! refusals, which have a status and nothing else, in the headers that every answer has.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{Arc, LazyLock},
    task::{Context, Poll, ready},
};

use bytes::{Buf as _, Bytes};
use http::HeaderMap;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::pulse::Pulse;
use crate::rules::reply;

/// A stream, with what was read of it before and what is written to it first.
#[derive(Debug)]
pub(super) struct Line<T> {
    stream: T,
    pulse: Arc<Pulse>,
    /// Read already, and not yet understood.
    before: Bytes,
    /// A refusal on its way. Nothing comes after it.
    refusal: Bytes,
    street: Street,
}

/// What a stream runs over: behind TLS a refusal says what every answer says there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Street {
    Plain,
    Secure,
}

/// Longer than any of hyper's own refusals: a status, a length, a date and a word about the end.
const BARE_MAX: usize = 200;

impl<T> Line<T> {
    pub(super) const fn new(stream: T, pulse: Arc<Pulse>, before: Bytes, street: Street) -> Self {
        Self {
            stream,
            pulse,
            before,
            refusal: Bytes::new(),
            street,
        }
    }

    pub(super) fn into_inner(self) -> T {
        self.stream
    }
}

impl<T: AsyncWrite + Unpin> Line<T> {
    fn poll_refuse(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.refusal.is_empty() {
            let stream = Pin::new(&mut self.stream);
            let written = ready!(stream.poll_write(context, &self.refusal))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.refusal.advance(written);
        }
        Poll::Ready(Ok(()))
    }

    /// Takes hyper's bytes for sent if they are a bare refusal, and keeps a better one to be sent.
    fn takes(&mut self, bytes: &[u8]) -> bool {
        let dressed = dressed(bytes, self.street);
        if let Some(refusal) = dressed {
            self.refusal = refusal;
            return true;
        }
        false
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Line<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.before.is_empty() {
            let most = self.before.len().min(buffer.remaining());
            buffer.put_slice(&self.before.split_to(most));
            self.pulse.read();
            return Poll::Ready(Ok(()));
        }
        let had = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > had {
            self.pulse.read();
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Line<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.pulse.wrote();
        ready!(self.poll_refuse(context))?;
        if self.takes(bytes) {
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.pulse.wrote();
        ready!(self.poll_refuse(context))?;
        if let [bytes] = slices
            && self.takes(bytes)
        {
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_refuse(context))?;
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.pulse.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_refuse(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// A bare refusal with the headers of every answer; nothing if this is none. Ours are told by
/// having them already.
fn dressed(bytes: &[u8], street: Street) -> Option<Bytes> {
    static PLAIN: LazyLock<Vec<u8>> = LazyLock::new(|| lines(&reply::unread()));
    static SECURE: LazyLock<Vec<u8>> = LazyLock::new(|| lines(&reply::unread_over_tls()));
    if bytes.len() > BARE_MAX || !bytes.starts_with(b"HTTP/1.1 4") {
        return None;
    }
    let head = bytes.strip_suffix(b"\r\n\r\n")?;
    let lines = match street {
        Street::Plain => &PLAIN,
        Street::Secure => &SECURE,
    };
    Some(Bytes::from([head, b"\r\n", lines, b"\r\n"].concat()))
}

fn lines(headers: &HeaderMap) -> Vec<u8> {
    let mut lines = Vec::new();
    for (name, value) in headers {
        lines.extend_from_slice(name.as_str().as_bytes());
        lines.extend_from_slice(b": ");
        lines.extend_from_slice(value.as_bytes());
        lines.extend_from_slice(b"\r\n");
    }
    lines
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const BARE: &[u8] =
        b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

    #[tokio::test]
    async fn a_bare_refusal_is_dressed_however_narrow_the_stream() {
        let (ours, mut theirs) = duplex(7);
        let reader = tokio::spawn(async move {
            let mut all = String::new();
            theirs.read_to_string(&mut all).await.unwrap();
            all
        });
        let mut line = Line::new(ours, Arc::default(), Bytes::new(), Street::Secure);
        line.write_all(BARE).await.unwrap();
        line.shutdown().await.unwrap();
        let text = reader.await.unwrap();
        assert!(text.starts_with("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n"));
        assert!(text.ends_with("\r\n\r\n"));
        assert_eq!(text.matches("\r\n\r\n").count(), 1);
        assert_eq!(
            text.matches("\r\nx-content-type-options: nosniff\r\n")
                .count(),
            1
        );
    }

    #[test]
    fn what_is_no_bare_refusal_is_left_as_it_is() {
        let long = [
            b"HTTP/1.1 404 x: ".as_slice(),
            &[b'a'; BARE_MAX],
            b"\r\n\r\n",
        ]
        .concat();
        for bytes in [
            b"HTTP/1.1 200 OK\r\n\r\n".as_slice(),
            b"HTTP/1.1 400 \r\n",
            b"",
            &long,
        ] {
            assert!(dressed(bytes, Street::Plain).is_none());
        }
    }

    #[tokio::test]
    async fn what_was_read_before_is_read_first() {
        let (ours, mut theirs) = duplex(64);
        theirs.write_all(b"lo").await.unwrap();
        drop(theirs);
        let mut line = Line::new(
            ours,
            Arc::default(),
            Bytes::from_static(b"hel"),
            Street::Plain,
        );
        let mut all = String::new();
        line.read_to_string(&mut all).await.unwrap();
        assert_eq!(all, "hello");
    }
}
