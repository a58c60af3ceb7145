//! The tasks that live, so that they can be aborted: a slab, since tasks come and go and are reached by
//! their place in it.

/// The tasks of a group that live.
#[derive(Debug)]
pub(crate) struct Live<H> {
    seats: Vec<Seat<H>>,
    /// The first of the free seats, or their number if there is none.
    free: usize,
    len: usize,
    next: u64,
}

/// Where a task sits while it lives, and as the how-manieth it does: a seat is used again, its number is
/// not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SeatNo {
    at: usize,
    number: u64,
}

#[derive(Debug)]
enum Seat<H> {
    Free {
        next: usize,
    },
    /// Under this number, and the handle is not here: not yet, or taken by who aborts the task.
    Taken(u64),
    Held(u64, H),
}

impl<H> Live<H> {
    pub(crate) const fn new() -> Self {
        Self { seats: Vec::new(), free: 0, len: 0, next: 0 }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// A seat for one more.
    pub(crate) fn take(&mut self) -> SeatNo {
        let (at, number) = (self.free, self.next);
        if at == self.seats.len() {
            self.seats.push(Seat::Taken(number));
            self.free += 1;
        } else if let Seat::Free { next } = self.seats[at] {
            self.seats[at] = Seat::Taken(number);
            self.free = next;
        }
        self.len += 1;
        self.next += 1;
        SeatNo { at, number }
    }

    /// Keeps the handle of a task, or gives it back if the task has ended already.
    pub(crate) fn hold(&mut self, seat: SeatNo, handle: H) -> Option<H> {
        match self.seats[seat.at] {
            Seat::Taken(number) if number == seat.number => {
                self.seats[seat.at] = Seat::Held(number, handle);
                None
            }
            _ => Some(handle),
        }
    }

    /// The task has ended. Its handle is to be dropped without the lock.
    pub(crate) fn leave(&mut self, seat: SeatNo) -> Option<H> {
        let left = std::mem::replace(&mut self.seats[seat.at], Seat::Free { next: self.free });
        self.free = seat.at;
        self.len -= 1;
        match left {
            Seat::Held(_, handle) => Some(handle),
            Seat::Taken(_) | Seat::Free { .. } => None,
        }
    }

    /// The handles of all that live. They keep their seats.
    pub(crate) fn handles(&mut self) -> Vec<H> {
        let taken = self.seats.iter_mut().filter_map(|seat| match *seat {
            Seat::Held(number, _) => match std::mem::replace(seat, Seat::Taken(number)) {
                Seat::Held(_, handle) => Some(handle),
                Seat::Taken(_) | Seat::Free { .. } => None,
            },
            Seat::Taken(_) | Seat::Free { .. } => None,
        });
        taken.collect()
    }
}
