//! Names of the user's that the macro's own could be taken for, and the other way round.

use std::future::ready;

/// Items and a trait for all types, with the names of everything in the expansion.
mod shadowed {
    #![allow(
        non_camel_case_types,
        dead_code,
        unused_macros,
        non_snake_case,
        non_upper_case_globals
    )]

    pub(super) struct A;
    pub(super) const B: u32 = 1;
    pub(super) static C: u32 = 2;
    pub(super) struct Out;
    pub(super) struct Race;
    pub(super) enum Option {}
    pub(super) const Some: u32 = 3;
    pub(super) const None: u32 = 4;
    pub(super) struct Result;
    pub(super) struct bool;
    pub(super) struct Pin;
    pub(super) struct Future;
    pub(super) struct IntoFuture;
    pub(super) struct Case;
    pub(super) struct Probe;

    pub(super) fn arm() -> u32 {
        5
    }
    pub(super) fn race() -> u32 {
        6
    }
    pub(super) fn output() -> u32 {
        7
    }
    pub(super) fn guard() -> u32 {
        8
    }
    pub(super) fn guards() -> u32 {
        9
    }
    pub(super) fn is_match() -> u32 {
        10
    }
    pub(super) fn is_over() -> u32 {
        11
    }
    pub(super) fn way() -> u32 {
        12
    }

    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod taut {}
    pub(super) mod taut_select {}
    pub(super) mod __private {}

    macro_rules! pin {
        () => {};
    }
    macro_rules! matches {
        () => {};
    }
    macro_rules! assert {
        () => {};
    }
    pub(super) use {assert, matches, pin};

    /// Methods that every value has.
    pub(super) trait Methods: Sized {
        fn way(&self) {}
        fn arm(self) {}
        fn boxed(self) {}
        fn is_over(&self) {}
        fn is_none(&self) {}
        fn as_mut(&self) {}
        fn into_future(self) {}
        fn poll(&self) {}
    }
    impl<T> Methods for T {}
}

mod user {
    #![allow(unused_imports)]

    use super::shadowed::*;
    use super::shadowed::{assert, core, matches, pin, std, taut, taut_select};

    async fn all(rx: &::taut::chan::Receiver<u32>) -> u32 {
        let plain = ::taut::select! {
            _ = rx.recv(), if false => B,
            _ = ::core::future::ready(A) => C,
        };
        let with_default = ::taut::select! {
            ::core::result::Result::Ok(v) | ::core::result::Result::Err(v) = ready(3) => v,
            default => arm(),
        };
        let with_else = ::taut::select! {
            ::core::option::Option::Some(v) = empty() => v,
            else => race() + output() + guard() + guards() + is_match() + is_over() + way(),
        };
        let with_both = ::taut::select! {
            biased;
            ::core::option::Option::Some(v) = empty(), if true => v,
            _ = rx.recv(), if false => Some,
            default => None,
            else => arm(),
        };
        plain + with_default + with_else + with_both
    }

    async fn ready(v: u32) -> ::core::result::Result<u32, u32> {
        ::core::result::Result::Ok(v)
    }

    async fn empty() -> ::core::option::Option<u32> {
        ::core::option::Option::None
    }

    #[tokio::test]
    async fn items_of_the_same_name_are_not_taken_for_ours() {
        let (_tx, rx) = ::taut::chan::rendezvous();
        ::core::assert_eq!(all(&rx).await, 2 + 3 + (6 + 7 + 8 + 9 + 10 + 11 + 12) + 5);
    }
}

#[tokio::test]
async fn variables_of_the_same_name_are_the_users() {
    use taut::select;
    let (arm, way, race, output, guard, guards, is_match, is_over) = (1, 2, 3, 4, 5, 6, 7, 8);
    let sum = || arm + way + race + output + guard + guards + is_match + is_over;
    assert_eq!(select! { output = ready(output + 1), if guard == 5 => output + guard }, 10);
    assert_eq!(select! { _ = ready(arm), if is_match == 7 => sum() }, 36);
    assert_eq!(select! { race = ready(race + way) => race + sum(), default => sum() }, 41);
    assert_eq!(
        select! { Some(is_match) = ready(Some(is_over)) => is_match + sum(), else => sum() },
        44
    );
    assert_eq!(
        select! { Some(_) = ready(None::<()>), if guards == 6 => 0, default => 1, else => sum() },
        36
    );
    assert_eq!(select! { cx = ready(1) => cx, default => 2 }, 1);
}

#[tokio::test]
async fn an_enum_of_the_users_may_look_like_ours() {
    use taut::select;
    #[derive(Clone, Copy)]
    enum Out {
        A(i32),
        B(i32),
    }
    use Out::{A, B};
    for (out, expected) in [(A(1), 1), (B(2), 4)] {
        let v = select! {
            A(v) = ready(out) => v,
            B(v) = ready(out) => v * 2,
            else => 0,
        };
        assert_eq!(v, expected);
    }
}

/// A name of the user's in an operation means what it means outside, also after an arm that binds it.
#[tokio::test]
async fn what_a_pattern_binds_is_seen_by_its_handler_only() {
    use taut::select;
    let v = 1;
    let w = select! {
        biased;
        v = ready(v + 1), if v != 1 => v,
        v = ready(v + 2), if v == 1 => v,
        default => v,
    };
    assert_eq!((v, w), (1, 3));
}
