//! A moment between two looks at something that another thread is about to change.

/// Lets the other thread get on. A hint: on a busy machine the caller must give the CPU away after a
/// few of them.
#[inline]
pub fn pause() {
    #[cfg(not(any(taut_loom, taut_shuttle)))]
    std::hint::spin_loop();
    // In a model nobody gets on by himself.
    #[cfg(taut_loom)]
    loom::thread::yield_now();
    #[cfg(taut_shuttle)]
    shuttle::thread::yield_now();
}
