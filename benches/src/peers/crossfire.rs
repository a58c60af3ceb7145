//! crossfire: a type for every topology, and each workload on the one made for it. No rendezvous.

use std::future::ready;
use std::iter::repeat_n;

use ::crossfire::flavor::Flavor;
use ::crossfire::{AsyncRx, AsyncTx, MAsyncRx, MAsyncTx, MTx, Tx as SyncTx, mpmc, mpsc, spsc};
use anyhow::Result;

use crate::rows::{Capacity, Shape, Workload};
use crate::workloads::{self, Channel, Ledger, Message, Outcome, Rx, Tx};

/// Its documentation asks for this at the start of a program.
pub(crate) fn detect() {
    ::crossfire::detect_backoff_cfg();
}

/// Runs a workload on the kind of channel that fits it.
pub(crate) async fn run<M: Message>(workload: Workload, ops: u64) -> Result<Ledger> {
    detect();
    let (senders, receivers) = match workload.shape {
        Shape::Flow { senders, receivers } => (senders, receivers),
        _ => (1, 1),
    };
    match (workload.capacity, senders, receivers) {
        (Capacity::Unbounded, 1, 1) => workloads::run::<SpscList, M>(workload, ops).await,
        (Capacity::Unbounded, _, 1) => workloads::run::<MpscList, M>(workload, ops).await,
        (Capacity::Unbounded, _, _) => workloads::run::<MpmcList, M>(workload, ops).await,
        (_, 1, 1) => workloads::run::<SpscArray, M>(workload, ops).await,
        (_, _, 1) => workloads::run::<MpscArray, M>(workload, ops).await,
        (_, _, _) => workloads::run::<MpmcArray, M>(workload, ops).await,
    }
}

fn one<E>(end: E, _count: usize) -> Vec<E> {
    vec![end]
}

fn copies<E: Clone>(end: E, count: usize) -> Vec<E> {
    repeat_n(end, count).collect()
}

macro_rules! kind {
    ($kind:ident: $tx:ty, $rx:ty, $all_tx:ident, $all_rx:ident, |$capacity:pat_param| $open:expr) => {
        pub(crate) struct $kind;

        impl<M: Message> Channel<M> for $kind {
            type Tx = $tx;
            type Rx = $rx;

            fn open($capacity: Capacity, senders: usize, receivers: usize) -> (Vec<$tx>, Vec<$rx>) {
                let (tx, rx) = $open;
                ($all_tx(tx, senders), $all_rx(rx, receivers))
            }
        }
    };
}

kind!(SpscArray: AsyncTx<spsc::Array<M>>, AsyncRx<spsc::Array<M>>, one, one,
    |capacity| spsc::bounded_async(capacity.at_least_one()));
kind!(MpscArray: MAsyncTx<mpsc::Array<M>>, AsyncRx<mpsc::Array<M>>, copies, one,
    |capacity| mpsc::bounded_async(capacity.at_least_one()));
kind!(MpmcArray: MAsyncTx<mpmc::Array<M>>, MAsyncRx<mpmc::Array<M>>, copies, copies,
    |capacity| mpmc::bounded_async(capacity.at_least_one()));
kind!(SpscList: SyncTx<spsc::List<M>>, AsyncRx<spsc::List<M>>, one, one,
    |_| spsc::unbounded_async());
kind!(MpscList: MTx<mpsc::List<M>>, AsyncRx<mpsc::List<M>>, copies, one,
    |_| mpsc::unbounded_async());
kind!(MpmcList: MTx<mpmc::List<M>>, MAsyncRx<mpmc::List<M>>, copies, copies,
    |_| mpmc::unbounded_async());

// The methods stand on the single ends, which the cloneable ones dereference to. They are named by
// type below, because `self.send` would be this trait's own.
macro_rules! tx {
    ($end:ident, $single:ident, |$sent:ident| $send:expr) => {
        impl<M: Message, F: Flavor<Item = M>> Tx<M> for $end<F> {
            fn send(&self, message: M) -> impl Future<Output = impl Outcome<()>> + Send {
                let $sent = $single::send(self, message);
                $send
            }

            fn try_send(&self, message: M) -> bool {
                $single::try_send(self, message).is_ok()
            }
        }
    };
}

tx!(AsyncTx, AsyncTx, |future| future);
tx!(MAsyncTx, AsyncTx, |future| future);
// Into an unbounded channel one sends at once.
tx!(SyncTx, SyncTx, |sent| ready(sent));
tx!(MTx, SyncTx, |sent| ready(sent));

macro_rules! rx {
    ($end:ident) => {
        impl<M: Message, F: Flavor<Item = M>> Rx<M> for $end<F> {
            fn recv(&mut self) -> impl Future<Output = impl Outcome<M>> + Send {
                AsyncRx::recv(self)
            }

            fn try_recv(&mut self) -> Option<M> {
                AsyncRx::try_recv(self).ok()
            }
        }
    };
}

rx!(AsyncRx);
rx!(MAsyncRx);
