//! What is written beside the code: that links lead somewhere, that programs are whole, and that the
//! figures of the README are those that were measured.
//!
//! That the programs run is for the doc tests; that links hold in rustdoc too, for `cargo x docs`.

mod links;
mod markdown;
mod programs;
mod speed;
