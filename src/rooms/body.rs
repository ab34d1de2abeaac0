//! What is sent along with a request: read whole or refused, within a size and a time.

use std::{error::Error, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Body;
use saoma_pages::BadBody;
use tokio::time::timeout;

/// From the end of the head to the end of the body. A few kilobytes arrive with the head or a round
/// trip later; on the slowest network within seconds.
pub const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// A body of at most so many bytes.
pub async fn read<B>(body: B, most: usize) -> Result<Bytes, BadBody>
where
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > most {
        return Err(BadBody::TooLong { most });
    }
    match timeout(BODY_DEADLINE, Limited::new(body, most).collect()).await {
        Err(_late) => Err(BadBody::TooSlow),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BadBody::TooLong { most }),
        Ok(Err(_broken)) => Err(BadBody::Unreadable),
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        pin::Pin,
        task::{Context, Poll},
    };

    use hyper::body::Frame;

    use super::*;

    /// A body that comes in pieces and then ends, or never does.
    struct Pieces {
        left: usize,
        ends: bool,
    }

    impl Body for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            if self.left == 0 {
                return if self.ends {
                    Poll::Ready(None)
                } else {
                    Poll::Pending
                };
            }
            self.left -= 1;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"four")))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_is_read_whole_or_refused_for_its_size_or_its_time() {
        let of = |left, ends| read(Pieces { left, ends }, 12);
        assert_eq!(of(3, true).await.unwrap(), "fourfourfour");
        assert_eq!(of(4, true).await, Err(BadBody::TooLong { most: 12 }));
        assert_eq!(of(4, false).await, Err(BadBody::TooLong { most: 12 }));
        assert_eq!(of(2, false).await, Err(BadBody::TooSlow));
        let announced = http_body_util::Full::new(Bytes::from_static(&[0; 13]));
        assert_eq!(
            read(announced, 12).await,
            Err(BadBody::TooLong { most: 12 })
        );
    }
}
