//! Go's channels as futures: rendezvous, bounded and unbounded; fair both ways; and no value is lost,
//! wherever a future is dropped.
//!
#![doc = "[`send_timeout`]: Sender::send_timeout\n[`recv_timeout`]: Receiver::recv_timeout"]
#![cfg_attr(not(doctest), doc = include_str!("pages/chan.md"))]

#[doc(inline)]
pub use taut_chan::*;
