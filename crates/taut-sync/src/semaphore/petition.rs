//! What a waiting acquire asks for.

/// What stands in the slot of who waits.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Petition {
    /// It asks for so many units.
    Asks(usize),
    /// It cannot be granted: the capacity is, or was just made, no more than this.
    Refused(usize),
}

impl Petition {
    /// For how many units; none, once it was refused.
    pub(super) const fn asks(self) -> usize {
        match self {
            Self::Asks(units) => units,
            Self::Refused(_) => 0,
        }
    }
}
