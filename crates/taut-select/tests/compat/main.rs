//! A program that used `tokio::select!` and now says `use taut::select;`: the same source, once with each,
//! and the same results. What differs is in `differences`, a test for each.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(clippy::duplicate_mod, reason = "one source for two macros is the point")]

mod differences;
mod with_taut;
mod with_tokio;
