//! What `select!` says about source that is none of its forms: one error each, in our words.
//!
//! The frame around them is the compiler's: it is that of Rust 1.95, and older ones indent line numbers
//! in another way. `TRYBUILD=overwrite cargo test -p taut-select --test ui` writes it anew.

#[test]
fn misuse_is_answered_with_the_fix() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
