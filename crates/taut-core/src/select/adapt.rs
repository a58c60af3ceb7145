//! Cases made of something else: any future, and a case whose output is changed.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll};

use pin_project_lite::pin_project;

use crate::case::{Case, Peek};
use crate::claim::Claim;

pin_project! {
    /// A future that is not ours as an arm: it waits in no list, so the select polls it each time its
    /// task wakes. What it does while it is pending stays done if it loses.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::select::{self, Polled};
    ///
    /// async fn fetch() -> u32 {
    ///     7
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let wanted = true;
    /// let arm: Option<Polled<_>> = wanted.then(|| select::future(fetch())); // an arm, which may be disabled
    /// taut::select! {
    ///     n = arm => assert_eq!(n, 7),
    /// }
    /// # }
    /// ```
    pub struct Polled<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future> Polled<F> {
    /// An arm made of `future`.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::select::{Case, Polled};
    ///
    /// let arm = Polled::new(async { 7 });
    /// assert!(arm.is_enabled());
    /// ```
    #[inline(always)]
    pub const fn new(future: F) -> Self {
        Self { future }
    }
}

impl<F: Future> Future for Polled<F> {
    type Output = F::Output;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        self.project().future.poll(cx)
    }
}

// SAFETY: it is enrolled nowhere.
unsafe impl<F: Future> Case for Polled<F> {
    type Output = F::Output;

    #[inline(always)]
    fn peek(&self) -> Peek {
        Peek::Unknown
    }

    #[inline(always)]
    fn attempt(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        self.project().future.poll(cx)
    }

    #[inline(always)]
    unsafe fn enroll(self: Pin<&mut Self>, _: Pin<&Claim>, _: u32) -> Poll<F::Output> {
        Poll::Pending
    }

    #[inline(always)]
    fn repoll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        self.project().future.poll(cx)
    }

    #[inline(always)]
    fn collect(self: Pin<&mut Self>) -> Option<F::Output> {
        None
    }
}

impl<F> fmt::Debug for Polled<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Polled").finish_non_exhaustive()
    }
}

pin_project! {
    /// A case whose output goes through a function, if it wins.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::{chan, select};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let (tx, rx) = chan::bounded(1);
    /// tx.try_send(7).expect("it is empty");
    /// taut::select! {
    ///     next = select::map(rx.recv(), |got| got.ok().map(|n| n + 1)) => assert_eq!(next, Some(8)),
    /// }
    /// # }
    /// ```
    pub struct Mapped<C, F> {
        #[pin]
        case: C,
        function: Option<F>,
    }
}

impl<C: Case, O, F: FnOnce(C::Output) -> O> Mapped<C, F> {
    /// `case`, and what is to become of its output.
    ///
    /// # Examples
    ///
    /// ```
    /// use taut::select::{Case, Mapped, Polled};
    ///
    /// let arm = Mapped::new(Polled::new(async { 7 }), |n: i32| n + 1);
    /// assert!(arm.is_enabled());
    /// ```
    pub const fn new(case: C, function: F) -> Self {
        Self { case, function: Some(function) }
    }

    /// Runs the function. Without a lock: the output is out of the primitive by then.
    fn map(function: &mut Option<F>, output: C::Output) -> O {
        match function.take() {
            Some(function) => function(output),
            None => unreachable!("S4: a case has one output"),
        }
    }
}

// SAFETY: it is the case inside, with another output.
unsafe impl<C: Case, O, F: FnOnce(C::Output) -> O> Case for Mapped<C, F> {
    type Output = O;

    fn is_enabled(&self) -> bool {
        self.case.is_enabled()
    }

    fn peek(&self) -> Peek {
        self.case.peek()
    }

    fn attempt(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<O> {
        let this = self.project();
        this.case.attempt(cx).map(|output| Self::map(this.function, output))
    }

    unsafe fn enroll(self: Pin<&mut Self>, claim: Pin<&Claim>, arm: u32) -> Poll<O> {
        let this = self.project();
        // SAFETY: by the caller.
        let enrolled = unsafe { this.case.enroll(claim, arm) };
        enrolled.map(|output| Self::map(this.function, output))
    }

    fn repoll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<O> {
        let this = self.project();
        this.case.repoll(cx).map(|output| Self::map(this.function, output))
    }

    fn collect(self: Pin<&mut Self>) -> Option<O> {
        let this = self.project();
        this.case.collect().map(|output| Self::map(this.function, output))
    }
}

impl<C: fmt::Debug, F> fmt::Debug for Mapped<C, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapped").field("case", &self.case).finish_non_exhaustive()
    }
}
