//! The grammar of `select!`: what may be written, and what it means. (What may not is in `tests/ui`.)

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod bare;
mod flow;
mod lints;
mod many;
mod names;
mod operations;
mod patterns;
mod spelling;
