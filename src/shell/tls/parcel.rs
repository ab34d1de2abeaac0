//! What a handshake says last rides with what is said next.
//!
//! A ticket sent on its own is a packet of its own: it costs a cold scan as much as its page does, and
//! wakes a phone for nothing that it waits for. So what is written during a handshake is kept back,
//! and what is left of it at the end goes out with the first answer.
//!
//! 1. As long as the handshake lasts, what is kept is sent before a read has to wait for the other end.
//! 2. Once it is over, what is kept goes with the next write, flush or shutdown, before what that sends.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// More is sent at once: a flight with a chain of certificates fits twice.
const KEPT_MOST: usize = 16 * 1024;

/// A stream that can keep back what is written to it.
#[derive(Debug)]
pub(crate) struct Parcel<T> {
    stream: T,
    kept: Vec<u8>,
    keeps: bool,
}

impl<T> Parcel<T> {
    /// Sends everything at once until it is told to keep.
    pub(super) const fn new(stream: T) -> Self {
        Self {
            stream,
            kept: Vec::new(),
            keeps: false,
        }
    }

    pub(super) const fn keep(&mut self) {
        self.keeps = true;
    }

    pub(super) const fn keep_no_more(&mut self) {
        self.keeps = false;
    }
}

impl<T: AsyncWrite + Unpin> Parcel<T> {
    fn poll_send_kept(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.kept.is_empty() {
            let sent = ready!(Pin::new(&mut self.stream).poll_write(context, &self.kept))?;
            self.sent(sent)?;
        }
        Poll::Ready(Ok(()))
    }

    fn sent(&mut self, count: usize) -> io::Result<()> {
        if count == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        if count < self.kept.len() {
            self.kept.drain(..count);
        } else {
            // Given back: a connection may idle for long.
            self.kept = Vec::new();
        }
        Ok(())
    }

    /// What is kept and what comes, in one write as far as the stream takes it.
    fn poll_write_both(
        &mut self,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let kept = self.kept.len();
        let mut both = Vec::with_capacity(1 + slices.len());
        both.push(IoSlice::new(&self.kept));
        both.extend_from_slice(slices);
        let sent = ready!(Pin::new(&mut self.stream).poll_write_vectored(context, &both))?;
        self.sent(sent)?;
        if sent > kept {
            return Poll::Ready(Ok(sent - kept));
        }
        ready!(self.poll_send_kept(context))?;
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncRead for Parcel<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_pending() && self.keeps && !self.kept.is_empty() {
            // Both wake this task, whichever can go on first.
            if let Poll::Ready(sent) = self.poll_send_kept(context) {
                sent?;
                if let Poll::Ready(Err(error)) = Pin::new(&mut self.stream).poll_flush(context) {
                    return Poll::Ready(Err(error));
                }
            }
        }
        read
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Parcel<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.keeps {
            let count = slices.iter().map(|slice| slice.len()).sum::<usize>();
            if self.kept.len() + count <= KEPT_MOST {
                self.kept.reserve(count);
                for slice in slices {
                    self.kept.extend_from_slice(slice);
                }
                return Poll::Ready(Ok(count));
            }
        }
        if self.kept.is_empty() {
            Pin::new(&mut self.stream).poll_write_vectored(context, slices)
        } else {
            self.poll_write_both(context, slices)
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.keeps {
            return Poll::Ready(Ok(()));
        }
        ready!(self.poll_send_kept(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send_kept(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, duplex},
        time::timeout,
    };

    use super::*;

    /// Whether nothing has arrived yet.
    async fn is_silent(theirs: &mut (impl AsyncRead + Unpin)) -> bool {
        timeout(Duration::from_millis(10), theirs.read_u8())
            .await
            .is_err()
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_kept_leaves_before_a_read_waits() {
        let (ours, mut theirs) = duplex(64);
        let mut ours = Parcel::new(ours);
        ours.keep();
        ours.write_all(b"hello").await.unwrap();
        ours.flush().await.unwrap();
        assert!(is_silent(&mut theirs).await);
        assert!(is_silent(&mut ours).await);
        let mut said = [0; 5];
        theirs.read_exact(&mut said).await.unwrap();
        assert_eq!(&said, b"hello");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_left_of_a_handshake_goes_with_the_answer() {
        let (ours, mut theirs) = duplex(64);
        let mut ours = Parcel::new(ours);
        ours.keep();
        ours.write_all(b"ticket, ").await.unwrap();
        ours.keep_no_more();
        assert!(is_silent(&mut ours).await);
        assert!(is_silent(&mut theirs).await);
        let answer = [IoSlice::new(b"an"), IoSlice::new(b"swer")];
        assert_eq!(ours.write_vectored(&answer).await.unwrap(), 6);
        let mut said = [0; 64];
        let count = theirs.read(&mut said).await.unwrap();
        assert_eq!(said.get(..count), Some(b"ticket, answer".as_slice()));
    }

    #[tokio::test]
    async fn nothing_is_lost_or_turned_round_on_a_narrow_stream() {
        for width in [1, 3, 7, 8, 9, 100] {
            let (ours, mut theirs) = duplex(width);
            let mut ours = Parcel::new(ours);
            let reader = tokio::spawn(async move {
                let mut all = Vec::new();
                theirs.read_to_end(&mut all).await.unwrap();
                all
            });
            ours.keep();
            ours.write_all(b"handshake").await.unwrap();
            ours.keep_no_more();
            ours.write_all(b", answer").await.unwrap();
            ours.keep();
            // More than is kept goes out at once, behind what was.
            ours.write_all(b", more").await.unwrap();
            ours.write_all(&[b'.'; KEPT_MOST]).await.unwrap();
            ours.shutdown().await.unwrap();
            let all = reader.await.unwrap();
            let dots = all.iter().position(|byte| *byte == b'.').unwrap();
            assert_eq!(all.get(..dots), Some(b"handshake, answer, more".as_slice()));
            assert_eq!(all.len() - dots, KEPT_MOST, "{width}");
        }
    }

    #[tokio::test]
    async fn a_shutdown_leaves_nothing_behind() {
        let (ours, mut theirs) = duplex(64);
        let mut ours = Parcel::new(ours);
        ours.keep();
        ours.write_all(b"alert").await.unwrap();
        ours.shutdown().await.unwrap();
        let mut all = Vec::new();
        theirs.read_to_end(&mut all).await.unwrap();
        assert_eq!(all, b"alert");
    }
}
