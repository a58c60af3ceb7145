//! The tasks that live, so that they can be aborted: a slab, since tasks come and go and are reached by their place in it.

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
    /// By the task with this index, whose handle is not here: not yet, or taken by who aborts it.
    Taken(usize),
    Held(usize, H),
}

impl<H> Live<H> {
    pub(crate) const fn new() -> Self {
        Self { seats: Vec::new(), free: 0, len: 0 }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// A seat for the task with this index.
    pub(crate) fn take(&mut self, index: usize) -> SeatNo {
        let no = self.free;
        if no == self.seats.len() {
            self.seats.push(Seat::Taken(index));
            self.free += 1;
        } else if let Seat::Free { next } = self.seats[no] {
            self.seats[no] = Seat::Taken(index);
            self.free = next;
        }
        self.len += 1;
        SeatNo(no)
    }

    /// Keeps the handle of a task, or gives it back if the task has ended already.
    pub(crate) fn hold(&mut self, no: SeatNo, index: usize, handle: H) -> Option<H> {
        match self.seats[no.0] {
            Seat::Taken(by) if by == index => {
                self.seats[no.0] = Seat::Held(index, handle);
                None
            }
            _ => Some(handle),
        }
    }

    /// The task has ended. Its handle is to be dropped without the lock.
    pub(crate) fn leave(&mut self, no: SeatNo) -> Option<H> {
        let left = std::mem::replace(&mut self.seats[no.0], Seat::Free { next: self.free });
        self.free = no.0;
        self.len -= 1;
        match left {
            Seat::Held(_, handle) => Some(handle),
            Seat::Taken(_) | Seat::Free { .. } => None,
        }
    }

    /// The handles of all that live. They keep their seats.
    pub(crate) fn handles(&mut self) -> Vec<H> {
        let taken = self.seats.iter_mut().filter_map(|seat| match *seat {
            Seat::Held(index, _) => match std::mem::replace(seat, Seat::Taken(index)) {
                Seat::Held(_, handle) => Some(handle),
                Seat::Taken(_) | Seat::Free { .. } => None,
            },
            Seat::Taken(_) | Seat::Free { .. } => None,
        });
        taken.collect()
    }
}
