//! Stopping: first nobody new, then what is under way, then the end, within a deadline.

use std::{convert::Infallible, time::Duration};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::{mpsc, watch},
};

use crate::words::start::StartError;

/// Held by whoever may say that it is time to go. Dropping it says so too.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// Held by whoever has to know.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

/// How an end came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Everything under way was finished.
    Clean,
    /// The deadline came first, and what was still open was cut.
    Cut,
}

/// A way to say stop, and to hear it.
pub fn pair() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Says it. A second time changes nothing.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Whether it has been said.
    pub fn is_said(&self) -> bool {
        // An error means that the stopper is gone, which says the same.
        self.0.has_changed().unwrap_or(true)
    }

    /// Waits until it is said.
    pub async fn said(&mut self) {
        // An error means that the stopper is gone, which says the same.
        let _said = self.0.wait_for(|stop| *stop).await.is_ok();
    }
}

impl Ended {
    /// Both ends together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Clean, Self::Clean) => Self::Clean,
            (Self::Cut, Self::Clean | Self::Cut) | (Self::Clean, Self::Cut) => Self::Cut,
        }
    }
}

/// Waits for SIGTERM or SIGINT, then says stop.
pub async fn on_signal(stopper: Stopper) -> Result<(), StartError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(StartError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(StartError::Signals)?;
    // Who is told to look at its files again and has none to look at goes on.
    let _hang_ups = signal(SignalKind::hangup()).map_err(StartError::Signals)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("asked to stop");
    stopper.stop();
    Ok(())
}

/// Waits for all connections to end, but no longer than the deadline. Each holds a sender of this
/// channel, through which nothing is ever sent.
pub(crate) async fn drain(mut all_closed: mpsc::Receiver<Infallible>, deadline: Duration) -> Ended {
    match tokio::time::timeout(deadline, all_closed.recv()).await {
        Ok(_nothing) => Ended::Clean,
        Err(_elapsed) => Ended::Cut,
    }
}
