//! The tasks that live, so that they can be aborted: a slab, since tasks come and go and are reached by
//! their place in it.

/// The tasks of a group that live.
#[derive(Debug)]
pub(crate) struct Live<H> {
    seats: Vec<Seat<H>>,
    /// The first of the free seats, or their number if there is none.
    free: usize,
    len: usize,
}

/// Where a task sits while it lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SeatNo(usize);

#[derive(Debug)]
enum Seat<H> {
    Free {
        next: usize,
    },
    /// The handle is not here: not yet, or taken by who aborts the task.
    Taken,
    Held(H),
}

impl<H> Live<H> {
    pub(crate) const fn new() -> Self {
        Self { seats: Vec::new(), free: 0, len: 0 }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// A seat for one more.
    pub(crate) fn take(&mut self) -> SeatNo {
        let at = self.free;
        if at == self.seats.len() {
            self.seats.push(Seat::Taken);
            self.free += 1;
        } else if let Seat::Free { next } = self.seats[at] {
            self.seats[at] = Seat::Taken;
            self.free = next;
        }
        self.len += 1;
        SeatNo(at)
    }

    /// Keeps the handle of a task. It has not begun, so it sits where it was put.
    pub(crate) fn hold(&mut self, SeatNo(at): SeatNo, handle: H) {
        self.seats[at] = Seat::Held(handle);
    }

    /// The task has ended. Its handle is to be dropped without the lock.
    pub(crate) fn leave(&mut self, SeatNo(at): SeatNo) -> Option<H> {
        let left = std::mem::replace(&mut self.seats[at], Seat::Free { next: self.free });
        self.free = at;
        self.len -= 1;
        left.into_handle()
    }

    /// The handles of all that live. They keep their seats.
    pub(crate) fn handles(&mut self) -> Vec<H> {
        let held = self.seats.iter_mut().filter(|seat| matches!(seat, Seat::Held(_)));
        held.filter_map(|seat| std::mem::replace(seat, Seat::Taken).into_handle()).collect()
    }
}

impl<H> Seat<H> {
    fn into_handle(self) -> Option<H> {
        match self {
            Self::Held(handle) => Some(handle),
            Self::Taken | Self::Free { .. } => None,
        }
    }
}
