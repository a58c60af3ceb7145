//! Handles that do not keep a channel open: for supervisors, registries, and channels that travel
//! through themselves.

use std::fmt;

use taut_core::sync::Arc;

use crate::receiver::Receiver;
use crate::sender::Sender;
use crate::shared::Shared;

/// A handle that can become a strong one, while there are any.
macro_rules! weak_handles {
    ($($(#[$doc:meta])* $weak:ident, $strong:ident, $revive:ident;)*) => {$(
        $(#[$doc])*
        pub struct $weak<T> {
            shared: Arc<Shared<T>>,
        }

        impl<T> $weak<T> {
            pub(crate) const fn new(shared: Arc<Shared<T>>) -> Self {
                Self { shared }
            }

            fn shared(&self) -> &Shared<T> {
                &self.shared
            }

            /// A strong handle, unless the last one is gone: then that side stays gone.
            ///
            /// # Examples
            ///
            /// ```
            /// let (tx, rx) = taut::chan::bounded::<u8>(1);
            /// let (weak_tx, weak_rx) = (tx.downgrade(), rx.downgrade());
            /// drop((tx, rx));
            /// assert!(weak_tx.upgrade().is_none() && weak_rx.upgrade().is_none());
            /// ```
            #[must_use]
            pub fn upgrade(&self) -> Option<$strong<T>> {
                let is_alive = self.shared.$revive();
                is_alive.then(|| $strong::from_counted(Arc::clone(&self.shared)))
            }
        }

        crate::inspect::inspections! { $weak }

        impl<T> Clone for $weak<T> {
            fn clone(&self) -> Self {
                Self { shared: Arc::clone(&self.shared) }
            }
        }

        impl<T> fmt::Debug for $weak<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.shared.fmt_as(stringify!($weak), f)
            }
        }
    )*};
}

weak_handles! {
    /// A handle to the sending side that does not keep the channel open.
    ///
    /// Made by [`Sender::downgrade`].
    ///
    /// # Examples
    ///
    /// ```
    /// #[tokio::main(flavor = "current_thread")]
    /// async fn main() {
    ///     let (tx, rx) = taut::chan::unbounded();
    ///     let monitor = tx.downgrade();
    ///     tx.send(1).await.expect("the receiver is here");
    ///     drop(tx);
    ///     assert_eq!(rx.recv().await, Ok(1));
    ///     assert!(rx.recv().await.is_err(), "the monitor does not keep it waiting");
    ///     drop(monitor);
    /// }
    /// ```
    WeakSender, Sender, revive_sender;

    /// A handle to the receiving side that does not keep the channel open.
    ///
    /// Made by [`Receiver::downgrade`].
    ///
    /// # Examples
    ///
    /// ```
    /// let (tx, rx) = taut::chan::bounded(1);
    /// let weak = rx.downgrade();
    /// drop(rx);
    /// assert!(tx.try_send(1).is_err_and(|e| e.is_closed()));
    /// assert!(weak.upgrade().is_none());
    /// ```
    WeakReceiver, Receiver, revive_receiver;
}
