//! What can be asked of a channel through any handle, and how it prints.
//!
//! All answers are snapshots: by the time they are read the channel may have moved on. None of them
//! synchronises anything.

use std::fmt;

use crate::shared::Shared;

/// The methods that all handles have, word for word.
macro_rules! inspections {
    ($handle:ident) => {
        impl<T> $handle<T> {
            /// Closes the channel for all. True: this call did it.
            ///
            /// Sends fail from now on, those that wait included, and get their values back. What is in
            /// the channel can still be received; then receives fail too. Closing twice is harmless.
            ///
            /// # Examples
            ///
            /// ```
            /// let (tx, rx) = taut::chan::bounded(1);
            /// tx.try_send(1)?;
            /// assert!(rx.close());
            /// assert!(!tx.close(), "it was closed");
            /// assert!(tx.try_send(2).is_err());
            /// assert_eq!(rx.try_recv(), Ok(1));
            /// # Ok::<(), taut::chan::TrySendError<i32>>(())
            /// ```
            pub fn close(&self) -> bool {
                self.shared().close()
            }

            /// Waits until the channel is closed: by hand, or because one side is gone. There may still be
            /// values in it.
            ///
            /// # Cancel safety
            ///
            /// Safe: it waits for something that stays.
            ///
            /// # Examples
            ///
            /// ```
            /// # #[tokio::main(flavor = "current_thread")]
            /// # async fn main() {
            /// let (tx, rx) = taut::chan::bounded::<u8>(1);
            /// tokio::spawn(async move { drop(rx) });
            /// tx.closed().await;
            /// assert!(tx.is_closed());
            /// # }
            /// ```
            #[inline]
            pub fn closed(&self) -> crate::future::Closed<'_, T> {
                crate::future::Closed::new(self.shared().until_closed())
            }

            /// Whether both belong to the same channel.
            ///
            /// # Examples
            ///
            /// ```
            /// let (tx, rx) = taut::chan::bounded::<u8>(1);
            /// assert!(tx.same_channel(&tx.clone()) && rx.same_channel(&rx.clone()));
            /// ```
            #[must_use]
            pub fn same_channel(&self, other: &Self) -> bool {
                std::ptr::eq(self.shared(), other.shared())
            }

            /// Whether the channel is closed: by hand, or because one side is gone. There may still be
            /// values in it.
            ///
            /// # Examples
            ///
            /// ```
            /// let (tx, rx) = taut::chan::bounded::<u8>(1);
            /// assert!(!rx.is_closed());
            /// drop(tx);
            /// assert!(rx.is_closed());
            /// ```
            #[must_use]
            pub fn is_closed(&self) -> bool {
                self.shared().channel().is_closed()
            }

            /// How many values are in the channel.
            ///
            /// Values of sends that wait do not count. On a rendezvous channel it is 0, unless a
            /// receive was dropped after it had been handed a value: that value waits in the channel.
            /// For the same reason it can be more than the capacity.
            ///
            /// # Examples
            ///
            /// ```
            /// let (tx, rx) = taut::chan::unbounded();
            /// tx.try_send('a')?;
            /// assert_eq!(rx.len(), 1);
            /// # Ok::<(), taut::chan::TrySendError<char>>(())
            /// ```
            #[must_use]
            pub fn len(&self) -> usize {
                self.shared().channel().len()
            }

            /// Whether no value is in the channel.
            ///
            /// # Examples
            ///
            /// ```
            /// let (_tx, rx) = taut::chan::bounded::<u8>(1);
            /// assert!(rx.is_empty());
            /// ```
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Whether the buffer has no room, values and permits together. A rendezvous channel has no
            /// buffer and is always full, an unbounded one never.
            ///
            /// # Examples
            ///
            /// ```
            /// let (tx, _rx) = taut::chan::bounded::<u8>(1);
            /// assert!(!tx.is_full());
            /// let _room = tx.try_reserve();
            /// assert!(tx.is_full());
            /// ```
            #[must_use]
            pub fn is_full(&self) -> bool {
                self.shared().channel().is_full()
            }

            /// How many values the buffer takes: `None` if there is no limit, 0 for a rendezvous.
            ///
            /// # Examples
            ///
            /// ```
            /// use taut::chan;
            ///
            /// assert_eq!(chan::rendezvous::<u8>().0.capacity(), Some(0));
            /// assert_eq!(chan::bounded::<u8>(16).0.capacity(), Some(16));
            /// assert_eq!(chan::unbounded::<u8>().0.capacity(), None);
            /// ```
            #[must_use]
            pub fn capacity(&self) -> Option<usize> {
                self.shared().channel().capacity()
            }

            /// How many senders there are, weak ones left out.
            ///
            /// # Examples
            ///
            /// ```
            /// let (tx, rx) = taut::chan::bounded::<u8>(1);
            /// let _another = tx.clone();
            /// assert_eq!(rx.sender_count(), 2);
            /// ```
            #[must_use]
            pub fn sender_count(&self) -> usize {
                self.shared().sender_count()
            }

            /// How many receivers there are, weak ones left out.
            ///
            /// # Examples
            ///
            /// ```
            /// let (tx, rx) = taut::chan::bounded::<u8>(1);
            /// let _another = rx.clone();
            /// assert_eq!(tx.receiver_count(), 2);
            /// ```
            #[must_use]
            pub fn receiver_count(&self) -> usize {
                self.shared().receiver_count()
            }
        }
    };
}

pub(crate) use inspections;

impl<T> Shared<T> {
    /// The state of the channel, without its values.
    pub(crate) fn fmt_as(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("len", &self.channel().len())
            .field("capacity", &self.channel().capacity())
            .field("is_closed", &self.channel().is_closed())
            .field("senders", &self.sender_count())
            .field("receivers", &self.receiver_count())
            .finish()
    }
}
