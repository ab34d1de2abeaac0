//! A deadline that costs nothing where nothing has to be waited for.

use std::{future::poll_fn, pin::Pin, task::Poll, time::Duration};

use tokio::time::{error::Elapsed, timeout};

/// What this comes to, unless it takes longer. Most of what is asked here is there at once, and
/// needs no timer: to make one takes longer than to find a page.
///
/// It is pinned where it was made: an answer on its way is kilobytes, and to move it in here took a
/// quarter of the time of a hot page.
pub async fn within<F: Future>(
    limit: Duration,
    mut asked: Pin<&mut F>,
) -> Result<F::Output, Elapsed> {
    match poll_fn(|context| Poll::Ready(asked.as_mut().poll(context))).await {
        Poll::Ready(answer) => Ok(answer),
        Poll::Pending => timeout(limit, asked).await,
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, ready},
        pin::pin,
    };

    use tokio::{task::yield_now, time::Instant};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_comes_in_time_is_had_and_what_does_not_is_given_up() {
        let limit = Duration::from_secs(1);
        assert_eq!(within(limit, pin!(ready(1))).await, Ok(1));
        assert_eq!(within(limit, pin!(yield_now())).await, Ok(()));
        let before = Instant::now();
        assert!(within(limit, pin!(pending::<()>())).await.is_err());
        assert_eq!(before.elapsed(), limit);
    }
}
