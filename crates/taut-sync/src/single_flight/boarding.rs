//! A caller comes: into the flight of its key, or first of one of its own.

use std::hash::{BuildHasher, Hash};

use taut_core::sync::Arc;

use super::SingleFlight;
use super::flight::Flight;
use super::table::Found;

/// What becomes of a caller.
pub(super) enum Boarding<K, V> {
    /// It drives a flight of its own.
    First(Arc<Flight<K, V>>),
    /// There is one already.
    Found(Found<K, V>, Unused<K, V>),
}

/// What a caller brought in vain, to be dropped without the lock.
#[expect(dead_code, reason = "it is dropped")]
pub(super) enum Unused<K, V> {
    Key(K),
    Flight(Arc<Flight<K, V>>),
}

impl<K: Hash + Eq, V, S: BuildHasher> SingleFlight<K, V, S> {
    /// To be driven by the caller if it is the first.
    pub(super) fn board(&self, key: K) -> Boarding<K, V> {
        let hash = self.hasher.hash_one(&key);
        let found = self.table.lock().board(hash, &key);
        if let Some(found) = found {
            return Boarding::Found(found, Unused::Key(key));
        }
        // Without the lock, since it allocates. Somebody else may come first.
        let own = Arc::new(Flight::new(hash, key));
        let mut table = self.table.lock();
        let found = table.board(hash, &own.key);
        if found.is_none() {
            table.insert(Arc::clone(&own));
        }
        drop(table);
        match found {
            Some(found) => Boarding::Found(found, Unused::Flight(own)),
            None => Boarding::First(own),
        }
    }
}
