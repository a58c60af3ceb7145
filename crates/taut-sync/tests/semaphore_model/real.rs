//! What is tested: acquires of all kinds, as futures of one type.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use taut::chan::Receiver;
use taut::select;
use taut::sync::{AcquireError, OwnedPermit, Semaphore, TryAcquireError};

use crate::spec::Refusal;

/// What one that waited got; none, if something else came first.
pub(crate) type Got = Option<Result<OwnedPermit, Refusal>>;

pub(crate) type Acquires = Pin<Box<dyn Future<Output = Got>>>;

fn refused(error: AcquireError) -> Refusal {
    match error {
        AcquireError::Closed => Refusal::Closed,
        AcquireError::TooLarge { requested, capacity } => Refusal::TooLarge { requested, capacity },
        other => unreachable!("{other}"),
    }
}

/// None: not now.
pub(crate) fn try_acquire(slots: &Arc<Semaphore>, units: usize) -> Got {
    match slots.try_acquire_owned(units) {
        Ok(permit) => Some(Ok(permit)),
        Err(TryAcquireError::NoPermits) => None,
        Err(TryAcquireError::Closed) => Some(Err(Refusal::Closed)),
        Err(TryAcquireError::TooLarge { requested, capacity }) => {
            Some(Err(Refusal::TooLarge { requested, capacity }))
        }
        Err(other) => unreachable!("{other}"),
    }
}

pub(crate) fn one(slots: &Arc<Semaphore>, units: usize) -> Acquires {
    let acquires = slots.acquire_owned(units);
    Box::pin(async { Some(acquires.await.map_err(refused)) })
}

/// An arm of a select, the other arm of which is a channel.
pub(crate) fn or_signal(slots: &Arc<Semaphore>, units: usize, signal: Receiver<()>) -> Acquires {
    let acquires = slots.acquire_owned(units);
    Box::pin(async move {
        select::select! {
            biased;
            permit = acquires => Some(permit.map_err(refused)),
            _ = signal.recv() => None,
        }
    })
}

/// Two arms of one select.
pub(crate) fn either(slots: &Arc<Semaphore>, units: [usize; 2]) -> Acquires {
    let [one, two] = units.map(|units| slots.acquire_owned(units));
    Box::pin(async {
        let permit = select::select! { biased; permit = one => permit, permit = two => permit };
        Some(permit.map_err(refused))
    })
}
