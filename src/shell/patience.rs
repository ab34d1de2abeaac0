//! A stream whose peer has to read what it asked for.
//!
//! hyper waits for a slow reader for ever. Here an answer that could not be handed to the kernel
//! at once has to be gone within a deadline, however many small sips it is read in.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// A stream with a deadline on each flush.
#[derive(Debug)]
pub(crate) struct Patience<T> {
    stream: T,
    deadline: Duration,
    /// Runs from the first write that had to wait until everything is out. Most never wait.
    running: Option<Pin<Box<Sleep>>>,
}

impl<T> Patience<T> {
    pub(crate) const fn new(stream: T, deadline: Duration) -> Self {
        Self {
            stream,
            deadline,
            running: None,
        }
    }

    pub(crate) const fn get_ref(&self) -> &T {
        &self.stream
    }

    /// Lets a result through, unless it is a wait that has lasted too long.
    fn within<R>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<R>>,
    ) -> Poll<io::Result<R>> {
        if written.is_ready() {
            return written;
        }
        let deadline = self.deadline;
        let running = self
            .running
            .get_or_insert_with(|| Box::pin(sleep(deadline)));
        match running.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Patience<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Patience<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.within(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.within(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if let Poll::Ready(Ok(())) = flushed {
            self.running = None;
        }
        self.within(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(context);
        self.within(context, shut)
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, duplex},
        time::timeout,
    };

    use super::*;

    const DEADLINE: Duration = Duration::from_secs(8);

    #[tokio::test(start_paused = true)]
    async fn a_reader_who_sips_is_given_up_on_at_the_deadline() {
        let (ours, mut theirs) = duplex(10);
        let mut ours = Patience::new(ours, DEADLINE);
        let reader = tokio::spawn(async move {
            let mut sip = [0; 1];
            while theirs.read_exact(&mut sip).await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        });
        let written = timeout(DEADLINE * 2, ours.write_all(&[0; 1000])).await;
        assert_eq!(
            written.unwrap().unwrap_err().kind(),
            io::ErrorKind::TimedOut
        );
        drop(ours);
        reader.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_who_reads_has_a_new_deadline_for_each_answer() {
        let (ours, mut theirs) = duplex(10);
        let mut ours = Patience::new(ours, DEADLINE);
        let reader = tokio::spawn(async move {
            let mut all = Vec::new();
            while theirs.read_buf(&mut all).await.unwrap() > 0 {
                sleep(Duration::from_secs(1)).await;
            }
            all.len()
        });
        for _answer in 0..5 {
            ours.write_all(&[0; 50]).await.unwrap();
            ours.flush().await.unwrap();
        }
        drop(ours);
        assert_eq!(reader.await.unwrap(), 250);
    }
}
