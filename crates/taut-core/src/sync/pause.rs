//! A moment between two looks at something that another thread is about to change.

/// Lets the other thread get on. A hint: on a busy machine the caller must give the CPU away after a
/// few of them.
///
/// # Examples
///
/// ```
/// taut_core::sync::pause();
/// ```
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

/// Waits for something that another thread is about to do, and that runs no foreign code: first for
/// moments, then by giving the CPU away.
///
/// # Examples
///
/// ```
/// let mut looks = 0;
/// taut_core::sync::wait_until(|| {
///     looks += 1;
///     looks == 3
/// });
/// ```
pub fn wait_until(mut condition: impl FnMut() -> bool) {
    /// Of what power of two is the longest pause.
    const LONGEST: u32 = 6;

    let mut round = 0;
    while !condition() {
        if round <= LONGEST {
            (0..1_u32 << round).for_each(|_| pause());
            round += if cfg!(any(taut_loom, taut_shuttle, miri)) { 0 } else { 1 };
        } else {
            std::thread::yield_now();
        }
    }
}
