//! The one word of a wait group: its tokens, its handles, and two flags.
//!
//! ```text
//!   63      62        61 … 32   31 … 0
//!   WAITED  PANICKED  handles   tokens
//! ```
//!
//! One word, so that a token is made by one read-modify-write and given back by another: the same step
//! that counts it keeps the memory, and tells whether anybody waits.

/// A value of the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word(u64);

impl Word {
    pub(super) const TOKEN: u64 = 1;
    pub(super) const HANDLE: u64 = 1 << 32;
    /// A tracked future panicked.
    pub(super) const PANICKED: u64 = 1 << 62;
    /// Somebody waits for this round, or did: its last token is given back under the lock.
    pub(super) const WAITED: u64 = 1 << 63;

    const TOKENS: u64 = Self::HANDLE - 1;
    const COUNTS: u64 = Self::PANICKED - 1;

    /// Half of what there is room for. Who counts further ends the process, and until it has, the other
    /// half is more than all threads can add.
    const MAX_TOKENS: u64 = 1 << 31;
    const MAX_HANDLES: u64 = 1 << 29;

    #[inline(always)]
    pub(super) const fn new(bits: u64) -> Self {
        Self(bits)
    }

    /// All of it.
    #[inline(always)]
    pub(super) const fn bits(self) -> u64 {
        self.0
    }

    #[inline(always)]
    pub(super) const fn tokens(self) -> u64 {
        self.0 & Self::TOKENS
    }

    const fn handles(self) -> u64 {
        (self.0 & Self::COUNTS) >> 32
    }

    #[inline(always)]
    pub(super) const fn is_panicked(self) -> bool {
        self.0 & Self::PANICKED != 0
    }

    #[inline(always)]
    pub(super) const fn is_waited(self) -> bool {
        self.0 & Self::WAITED != 0
    }

    /// Whether nobody has the group any more.
    #[inline(always)]
    pub(super) const fn is_deserted(self) -> bool {
        self.0 & Self::COUNTS == 0
    }

    /// Whether the last token is out, and who waits is to be told when it comes back. Without a handle
    /// nobody waits, whatever the flag says.
    #[inline(always)]
    pub(super) const fn is_last_awaited(self) -> bool {
        self.tokens() == 1 && self.is_waited() && self.handles() > 0
    }

    /// Whether one more of either would be too many.
    #[inline(always)]
    pub(super) const fn is_full(self) -> bool {
        self.tokens() >= Self::MAX_TOKENS || self.handles() >= Self::MAX_HANDLES
    }

    /// The count as the callers know it.
    pub(super) fn count(self) -> usize {
        usize::try_from(self.tokens()).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::Word;

    #[test]
    fn the_parts_of_the_word_do_not_touch() {
        let flags = Word::WAITED | Word::PANICKED;
        for tokens in [0, 1, Word::TOKENS] {
            for handles in [0, 1, (1 << 30) - 1] {
                let bare = Word(tokens | handles << 32);
                let word = Word(bare.0 | flags);
                assert_eq!((word.tokens(), word.handles()), (tokens, handles));
                assert!(word.is_waited() && word.is_panicked());
                assert!(!bare.is_waited() && !bare.is_panicked());
                assert_eq!(word.is_deserted(), tokens == 0 && handles == 0);
                assert_eq!(word.is_last_awaited(), tokens == 1 && handles > 0);
                assert!(!bare.is_last_awaited());
            }
        }
    }

    #[test]
    fn counts_end_long_before_they_turn_over() {
        assert!(!Word(Word::MAX_TOKENS - 1).is_full());
        assert!(Word(Word::MAX_TOKENS).is_full());
        assert!(!Word((Word::MAX_HANDLES - 1) * Word::HANDLE).is_full());
        assert!(Word(Word::MAX_HANDLES * Word::HANDLE).is_full());
    }
}
