//! A tuple as a set of arms: those of a `select!`, and of `first`.
//!
//! The arms that take part are bits of a word, and so are those that a pass has yet to visit: picking
//! one at random is a multiplication and a few steps to that bit, with nothing to prepare. They are
//! counted beside it, since not every processor that we run on can count bits.

use std::convert::Infallible as Never;
use std::fmt;
use std::pin::Pin;
use std::task::Poll;

use super::arms::{Arms, Order, Step};
use crate::case::{Case, Peek};

/// A tuple of cases.
///
/// # Safety
///
/// As [`Arms`]: each number stands for one element, which is pinned with the tuple.
pub unsafe trait Tuple {
    /// One variant for each element.
    type Output;
    /// Room to remember a [`Peek`] of each.
    type Peeks: AsMut<[Peek]>;

    /// How many elements there are.
    const LEN: u32;

    /// The elements that are enabled.
    fn enabled(&self) -> Few;

    /// Room to remember a [`Peek`] of each.
    fn peeks() -> Self::Peeks;

    /// What can be said of an element without a lock.
    fn peek(&self, arm: u32) -> Peek;

    /// Does `step` to an element.
    ///
    /// # Safety
    ///
    /// That of [`Case::enroll`].
    unsafe fn drive(self: Pin<&mut Self>, arm: u32, step: Step<'_, '_>) -> Poll<Self::Output>;
}

/// Some of the arms.
#[derive(Clone, Copy, Debug)]
pub struct Few {
    bits: u64,
    count: u32,
}

impl Few {
    #[inline(always)]
    const fn remove(&mut self, arm: u32) {
        self.bits &= !(1 << arm);
        self.count -= 1;
    }

    /// The number of the `n`th of them, from 0. There are more than `n`.
    #[inline(always)]
    const fn nth(self, mut n: u32) -> u32 {
        let mut bits = self.bits;
        while n > 0 {
            bits &= bits - 1;
            n -= 1;
        }
        bits.trailing_zeros()
    }
}

/// A tuple of arms, and which of them take part.
pub struct Fixed<T> {
    arms: T,
    enabled: Few,
}

impl<T: Tuple> Fixed<T> {
    /// All that are enabled now.
    #[inline(always)]
    pub fn new(arms: T) -> Self {
        let enabled = arms.enabled();
        Self { arms, enabled }
    }
}

// SAFETY: the tuple's are, and it is pinned with us.
unsafe impl<T: Tuple> Arms for Fixed<T> {
    type Output = T::Output;
    type Turn = Few;

    // Of two there is one left.
    const NARROWS: bool = T::LEN > 2;

    #[inline(always)]
    fn is_over(&self) -> bool {
        self.enabled.count == 0
    }

    #[inline(always)]
    fn is_unready(&self) -> bool {
        let mut peeks = T::peeks();
        for (arm, peek) in (0..T::LEN).zip(peeks.as_mut()) {
            *peek = self.arms.peek(arm);
            if !matches!(peek, Peek::Unready(_)) {
                return false;
            }
        }
        // A second glance says that the first was of one instant; a single arm needs none.
        T::LEN == 1 || (0..T::LEN).zip(peeks.as_mut()).all(|(arm, peek)| *peek == self.peek(arm))
    }

    #[inline(always)]
    fn turn(&self) -> Few {
        self.enabled
    }

    #[inline(always)]
    fn draw(self: Pin<&mut Self>, turn: &mut Few, order: &mut Order) -> Option<u32> {
        let arm = match (turn.count, order) {
            (0, _) => return None,
            (1, _) | (_, Order::Source) => turn.nth(0),
            (count, Order::Random(dice)) => turn.nth(dice.below(count)),
        };
        turn.remove(arm);
        Some(arm)
    }

    #[inline(always)]
    fn narrow(&self, turn: &mut Few) {
        if turn.count > 1 {
            *turn = (0..T::LEN).fold(Few { bits: 0, count: 0 }, |mut left, arm| {
                // Without a branch: which arms are still to come is a matter of chance.
                let may_be = !matches!(self.arms.peek(arm), Peek::Unready(_));
                let stays = (turn.bits >> arm) & u64::from(may_be);
                left.bits |= stays << arm;
                left.count += stays as u32;
                left
            });
        }
    }

    #[inline(always)]
    fn peek(&self, arm: u32) -> Peek {
        self.arms.peek(arm)
    }

    #[inline(always)]
    unsafe fn drive(self: Pin<&mut Self>, arm: u32, step: Step<'_, '_>) -> Poll<T::Output> {
        // SAFETY: the arms are not moved; `enabled` is not pinned.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: pinned with us.
        let arms = unsafe { Pin::new_unchecked(&mut this.arms) };
        // SAFETY: by the caller.
        let driven = unsafe { arms.drive(arm, step) };
        if driven.is_ready() {
            this.enabled.remove(arm);
        }
        driven
    }
}

impl<T> fmt::Debug for Fixed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fixed")
            .field("enabled", &format_args!("{:b}", self.enabled.bits))
            .finish_non_exhaustive()
    }
}

/// Makes [`Out`], and [`Tuple`] for tuples of one element, of two, and so on up to all of them.
macro_rules! tuples {
    ($($name:ident $index:tt,)*) => {
        /// The output of the arm that won. An arm that there is not is `Never`, and needs no match.
        #[derive(Debug)]
        #[allow(missing_docs, reason = "each is an arm")]
        #[allow(clippy::upper_case_acronyms, reason = "letters, like the columns of a sheet")]
        pub enum Out<$($name = Never),*> {
            $($name($name),)*
        }

        tuples!(@prefixes [] $($name $index,)*);
    };
    (@prefixes [$($done:tt)*]) => {};
    (@prefixes [$($done:tt)*] $name:ident $index:tt, $($rest:tt)*) => {
        tuples!(@tuple $($done)* $name $index,);
        tuples!(@prefixes [$($done)* $name $index,] $($rest)*);
    };
    (@tuple $($name:ident $index:tt,)*) => {
        // SAFETY: an element is reached by its number only, and never moved.
        unsafe impl<$($name: Case),*> Tuple for ($($name,)*) {
            type Output = Out<$($name::Output),*>;
            type Peeks = [Peek; [$($index),*].len()];

            const LEN: u32 = [$($index),*].len() as u32;

            #[inline(always)]
            fn enabled(&self) -> Few {
                Few {
                    bits: $(u64::from(self.$index.is_enabled()) << $index)|*,
                    count: 0 $(+ u32::from(self.$index.is_enabled()))*,
                }
            }

            #[inline(always)]
            fn peeks() -> Self::Peeks {
                [Peek::Unknown; [$($index),*].len()]
            }

            #[inline(always)]
            fn peek(&self, arm: u32) -> Peek {
                match arm {
                    $($index => self.$index.peek(),)*
                    _ => unreachable!("no such arm"),
                }
            }

            #[inline(always)]
            unsafe fn drive(
                self: Pin<&mut Self>,
                arm: u32,
                step: Step<'_, '_>,
            ) -> Poll<Self::Output> {
                // SAFETY: nothing is moved.
                let this = unsafe { self.get_unchecked_mut() };
                match arm {
                    $($index => {
                        // SAFETY: pinned with us.
                        let case = unsafe { Pin::new_unchecked(&mut this.$index) };
                        // SAFETY: by the caller.
                        unsafe { step.of(case, arm) }.map(Out::$name)
                    })*
                    _ => unreachable!("no such arm"),
                }
            }
        }
    };
}

tuples! {
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11, M 12, N 13, O 14, P 15, Q 16, R 17,
    S 18, T 19, U 20, V 21, W 22, X 23, Y 24, Z 25, AA 26, AB 27, AC 28, AD 29, AE 30, AF 31, AG 32,
    AH 33, AI 34, AJ 35, AK 36, AL 37, AM 38, AN 39, AO 40, AP 41, AQ 42, AR 43, AS 44, AT 45, AU 46,
    AV 47, AW 48, AX 49, AY 50, AZ 51, BA 52, BB 53, BC 54, BD 55, BE 56, BF 57, BG 58, BH 59, BI 60,
    BJ 61, BK 62, BL 63,
}
