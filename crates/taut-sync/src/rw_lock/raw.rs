//! The word and the queues of an [`RwLock`](super::RwLock): who holds it, and who comes next.
//!
//! Phase-fair, as Go's (the policy is Brandenburg and Anderson's, "Reader-writer synchronization for
//! shared-memory multiprocessor real-time systems", 2009): phases of readers and of writers take turns
//! while there are both. A writer that waits keeps new readers out, so it waits for those who read when
//! it came. When it leaves, all readers that wait by then go in, before the next writer. What is given
//! up is handed over at once: nobody is woken in vain.
//!
//! The word:
//!
//! ```text
//! | .. 2    | 1      | 0      |
//! | readers | QUEUED | WRITER |
//! ```
//!
//! # Invariants
//!
//! - Y1. `WRITER` is set for the one writer, or `READER` is counted once for each reader; never both.
//! - Y2. `QUEUED` is set, under the lock of the queues, before anybody is in one of them; it is cleared
//!   when nobody is. As long as it is set the word changes under that lock only, but for readers that
//!   leave; the last of them comes by.
//! - Y3. Whenever the lock of the queues is free: if a reader waits, then a writer holds the lock or
//!   waits for it, or somebody is about to admit that reader; if a writer waits, then somebody holds the
//!   lock or is about to hand it over. (Of those who can be claimed: a select that is just looking was
//!   told to look again, and takes what it finds.)

use std::mem;
use std::pin::Pin;

use taut_core::sync::{AtomicUsize, Lock, Ordering};
use taut_core::{Enrolled, Seeker, Verdict, Visit, WaitList, Waiter, WakeBatch, in_batches};

const WRITER: usize = 1;
const QUEUED: usize = 2;
const READER: usize = 4;
/// So many readers that there cannot be another.
const FULL: usize = usize::MAX - READER;

const fn readers(word: usize) -> usize {
    word / READER
}

const fn is_free(word: usize) -> bool {
    word & !QUEUED == 0
}

/// A lock without what it guards.
pub(crate) struct RawRwLock {
    word: AtomicUsize,
    queues: Lock<Queues>,
}

struct Queues {
    readers: WaitList,
    writers: WaitList,
    /// So many readers, from the front, waited when the last writer left: their phase comes before the
    /// next writer.
    due: usize,
}

impl Queues {
    fn is_empty(&self) -> bool {
        self.readers.is_empty() && self.writers.is_empty()
    }

    /// Whether a writer waits that could be handed the lock, the seeker's own select left out.
    fn has_writer(&mut self, seeker: Seeker<'_>) -> bool {
        self.writers.has_more_than(0, seeker)
    }
}

/// What came of looking at the lock in order to let somebody in.
enum Next {
    Reader,
    Writer,
    Nobody,
}

impl RawRwLock {
    taut_core::const_fn! {
        pub(crate) fn new() -> Self {
            let queues = Queues { readers: WaitList::new(), writers: WaitList::new(), due: 0 };
            Self { word: AtomicUsize::new(0), queues: Lock::new(queues) }
        }
    }

    /// How many read, just now.
    pub(crate) fn readers(&self) -> usize {
        // ORDERING: Relaxed, it is a hint.
        readers(self.word.load(Ordering::Relaxed))
    }

    /// Whether somebody writes, just now.
    pub(crate) fn is_written(&self) -> bool {
        // ORDERING: Relaxed, it is a hint.
        self.word.load(Ordering::Relaxed) & WRITER != 0
    }

    /// How many wait. A select that was decided elsewhere counts until somebody meets it.
    pub(crate) fn waiters(&self) -> usize {
        let queues = self.queues.lock();
        queues.readers.len() + queues.writers.len()
    }

    /// Starts to read, if nobody writes or waits to.
    ///
    /// # Panics
    ///
    /// If there are as many readers as can be counted.
    #[inline(always)]
    pub(crate) fn try_read(&self) -> bool {
        // ORDERING: Relaxed, the exchange decides.
        let mut word = self.word.load(Ordering::Relaxed);
        while word & (WRITER | QUEUED) == 0 {
            count(word);
            let more = word + READER;
            // ORDERING: Acquire pairs with the Release of the writer that left last.
            match self.word.compare_exchange_weak(word, more, Ordering::Acquire, Ordering::Relaxed)
            {
                Ok(_) => return true,
                Err(other) => word = other,
            }
        }
        word & WRITER == 0 && self.try_read_queued()
    }

    /// Somebody waits: a writer, or nobody who could be claimed.
    #[cold]
    fn try_read_queued(&self) -> bool {
        let queues = &mut *self.queues.lock();
        let taken = self.take_read(queues, Seeker::TASK);
        self.settle(queues);
        taken
    }

    /// Under the lock of the queues: starts to read, if that is possible. Leaves `QUEUED` set.
    fn take_read(&self, queues: &mut Queues, seeker: Seeker<'_>) -> bool {
        // Y2: from here on it changes in our hands only. ORDERING: Acquire, as in `try_read`.
        let word = self.word.fetch_or(QUEUED, Ordering::Acquire);
        let can = word & WRITER == 0 && !queues.has_writer(seeker);
        if can {
            count(word);
            // ORDERING: Relaxed, see above.
            self.word.fetch_add(READER, Ordering::Relaxed);
        }
        can
    }

    /// Under the lock of the queues: starts to write, if that is possible. Leaves `QUEUED` set.
    fn take_write(&self, queues: &Queues) -> bool {
        // Y2: from here on it changes in our hands only, but for readers that leave. ORDERING: Acquire
        // pairs with the Release of whoever left.
        let can = is_free(self.word.fetch_or(QUEUED, Ordering::Acquire)) && queues.due == 0;
        if can {
            // ORDERING: Relaxed, see above.
            self.word.fetch_or(WRITER, Ordering::Relaxed);
        }
        can
    }

    /// Starts to write, if nobody reads or writes.
    #[inline(always)]
    pub(crate) fn try_write(&self) -> bool {
        // ORDERING: Acquire pairs with the Release of whoever left.
        match self.word.compare_exchange(0, WRITER, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => true,
            Err(word) => is_free(word) && self.try_write_queued(),
        }
    }

    #[cold]
    fn try_write_queued(&self) -> bool {
        let queues = &mut *self.queues.lock();
        let taken = !queues.has_writer(Seeker::TASK) && self.take_write(queues);
        self.settle(queues);
        taken
    }

    /// Clears `QUEUED` if nobody is.
    fn settle(&self, queues: &Queues) {
        if queues.is_empty() {
            // ORDERING: Relaxed, it passes nothing on.
            self.word.fetch_and(!QUEUED, Ordering::Relaxed);
        }
    }

    /// Stops reading.
    ///
    /// # Safety
    ///
    /// We are counted as a reader.
    #[inline(always)]
    pub(crate) unsafe fn unlock_read(&self) {
        // ORDERING: Release pairs with the Acquire of the next writer.
        let word = self.word.fetch_sub(READER, Ordering::Release) - READER;
        if word == QUEUED {
            self.admit_all();
        }
    }

    /// Stops writing.
    ///
    /// # Safety
    ///
    /// We are the writer.
    #[inline(always)]
    pub(crate) unsafe fn unlock_write(&self) {
        // ORDERING: Release pairs with the Acquire of whoever comes next.
        let swapped = self.word.compare_exchange(WRITER, 0, Ordering::Release, Ordering::Relaxed);
        if swapped.is_err() {
            self.end_phase(0);
        }
    }

    /// From writing to reading, with nobody writing in between.
    ///
    /// # Safety
    ///
    /// We are the writer, and are a reader from here on.
    pub(crate) unsafe fn downgrade(&self) {
        // ORDERING: as in `unlock_write`.
        let swapped =
            self.word.compare_exchange(WRITER, READER, Ordering::Release, Ordering::Relaxed);
        if swapped.is_err() {
            self.end_phase(READER);
        }
    }

    /// The writer, who is us, leaves `instead` of itself; then it is the turn of the readers.
    #[cold]
    #[inline(never)]
    fn end_phase(&self, instead: usize) {
        let mut is_over = false;
        in_batches(|wakes| {
            let queues = &mut *self.queues.lock();
            if !mem::replace(&mut is_over, true) {
                queues.due = queues.readers.len();
                // ORDERING: Release, as in `unlock_write`. `WRITER` is set, and `instead` is counted
                // higher up, so this touches no other bit.
                self.word.fetch_add(instead.wrapping_sub(WRITER), Ordering::Release);
            }
            self.admit(queues, wakes)
        });
    }

    /// Lets in whoever may go in.
    #[cold]
    #[inline(never)]
    fn admit_all(&self) {
        in_batches(|wakes| self.admit(&mut self.queues.lock(), wakes));
    }

    /// Lets in whoever may go in, while the batch has space. False: somebody may be left.
    fn admit(&self, queues: &mut Queues, wakes: &mut WakeBatch) -> bool {
        while wakes.has_space(1) {
            let (list, share) = match self.next(queues) {
                Next::Reader => (&mut queues.readers, READER),
                Next::Writer => (&mut queues.writers, WRITER),
                Next::Nobody => {
                    self.settle(queues);
                    return true;
                }
            };
            let Some(waiter) = list.claim_first(Seeker::TASK) else {
                // Of those that are there none can be claimed: they look by themselves.
                if share == READER && mem::take(&mut queues.due) == 0 {
                    self.settle(queues);
                    return true;
                }
                continue;
            };
            // ORDERING: Acquire pairs with the Release of whoever left; the verdict passes it on.
            let word = self.word.fetch_add(share, Ordering::Acquire);
            queues.due = queues.due.saturating_sub(usize::from(share == READER));
            wakes.extend(waiter.finish(Verdict::Done));
            debug_assert!(word & WRITER == 0 && (share == READER || is_free(word)), "Y1");
        }
        false
    }

    /// Whose turn it is.
    fn next(&self, queues: &mut Queues) -> Next {
        // ORDERING: Relaxed, what is decided by it is read again by an Acquire.
        let word = self.word.load(Ordering::Relaxed);
        if word & WRITER != 0 {
            return Next::Nobody;
        }
        queues.due = queues.due.min(queues.readers.len());
        let has_writer = queues.has_writer(Seeker::TASK);
        match (queues.due > 0 || !has_writer, has_writer && is_free(word)) {
            (true, _) if !queues.readers.is_empty() => Next::Reader,
            (_, true) => Next::Writer,
            _ => Next::Nobody,
        }
    }

    /// Starts to read, or takes a place among those who wait for it.
    ///
    /// # Safety
    ///
    /// The waiter is queued, and is only ever enrolled here.
    pub(crate) unsafe fn enroll_read(
        &self,
        waiter: Pin<&Waiter<()>>,
        visit: &mut Visit<'_>,
    ) -> Enrolled {
        let queues = &mut *self.queues.lock();
        // SAFETY: by the caller.
        if let Some(verdict) = unsafe { waiter.header().verdict() } {
            return Enrolled::Decided(verdict);
        }
        if self.take_read(queues, visit.seeker()) {
            // SAFETY: as above.
            unsafe { queues.readers.remove(waiter.header()) };
            self.settle(queues);
            return Enrolled::Decided(Verdict::Done);
        }
        // SAFETY: by the caller; under the lock of the list.
        unsafe { visit.queue(&mut queues.readers, waiter) }
    }

    /// Starts to write, or takes a place among those who wait for it.
    ///
    /// # Safety
    ///
    /// As [`enroll_read`](Self::enroll_read).
    pub(crate) unsafe fn enroll_write(
        &self,
        waiter: Pin<&Waiter<()>>,
        visit: &mut Visit<'_>,
    ) -> Enrolled {
        let queues = &mut *self.queues.lock();
        // SAFETY: by the caller.
        if let Some(verdict) = unsafe { waiter.header().verdict() } {
            return Enrolled::Decided(verdict);
        }
        // Y2: `QUEUED` is set by `take_write`, or was set before by who stands in front.
        // SAFETY: by the caller, and this is its list.
        if unsafe { queues.writers.leads(waiter.header(), visit.seeker()) }
            && self.take_write(queues)
        {
            // SAFETY: as above.
            unsafe { queues.writers.remove(waiter.header()) };
            self.settle(queues);
            return Enrolled::Decided(Verdict::Done);
        }
        // SAFETY: by the caller; under the lock of the list.
        unsafe { visit.queue(&mut queues.writers, waiter) }
    }

    /// Gives up waiting to read.
    ///
    /// # Safety
    ///
    /// It was enrolled by [`enroll_read`](Self::enroll_read).
    pub(crate) unsafe fn leave_read(&self, waiter: &Waiter<()>) {
        let queues = &mut *self.queues.lock();
        // SAFETY: by the caller.
        unsafe { queues.readers.remove(waiter.header()) };
        self.settle(queues);
    }

    /// Gives up waiting to write: those who waited for that may go in.
    ///
    /// # Safety
    ///
    /// It was enrolled by [`enroll_write`](Self::enroll_write).
    pub(crate) unsafe fn leave_write(&self, waiter: &Waiter<()>) {
        // SAFETY: by the caller.
        unsafe { self.queues.lock().writers.remove(waiter.header()) };
        // Even if it was out: an arm that was decided elsewhere may have been met and taken out since, by
        // somebody who does not look at those who waited behind it.
        self.admit_all();
    }
}

fn count(word: usize) {
    assert!(word <= FULL, "there are as many readers as can be counted");
}
