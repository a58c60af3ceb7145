//! The flights that can be joined, by key.
//!
//! Keyed by the hash of the key, which its user computes before taking the lock. Comparing keys is the
//! only foreign code under the lock: it comes before anything changes, so it may panic.
//!
//! # Invariants
//!
//! - T1. Of one key there is one flight at most.
//! - T2. A flight is taken out by identity: what ends does not touch a newer one of the same key.
//! - T3. A flight that is in the table has somebody who is interested in it.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};
use std::ptr;

use taut_core::sync::Arc;

use super::flight::{Flight, Interest};
use taut_core::reentry;

/// What the lock of a `SingleFlight` guards.
pub(super) struct Table<K, V> {
    first: HashMap<u64, Arc<Flight<K, V>>, BuildHasherDefault<AsIs>>,
    /// Those whose hash had been taken by another key.
    rest: Vec<Arc<Flight<K, V>>>,
}

/// A flight of the key of a caller who comes.
pub(super) enum Found<K, V> {
    /// It is interested in it now.
    Joined(Arc<Flight<K, V>>),
    /// It is a part of its work.
    Within,
}

impl<K, V> Table<K, V> {
    pub(super) const fn new() -> Self {
        Self { first: HashMap::with_hasher(BuildHasherDefault::new()), rest: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.first.len() + self.rest.len()
    }

    /// The flight of a key with this hash.
    pub(super) fn find<Q>(&self, hash: u64, key: &Q) -> Option<&Arc<Flight<K, V>>>
    where
        K: Borrow<Q>,
        Q: Eq + ?Sized,
    {
        let is_it = |flight: &&Arc<Flight<K, V>>| flight.hash == hash && flight.key.borrow() == key;
        self.first.get(&hash).filter(is_it).or_else(|| self.rest.iter().find(is_it))
    }

    /// A caller of a key with this hash joins the flight that there is. None: there is none.
    pub(super) fn board(&self, hash: u64, key: &K) -> Option<Found<K, V>>
    where
        K: Eq,
    {
        let flight = self.find(hash, key)?;
        if reentry::is_inside(&**flight) {
            return Some(Found::Within);
        }
        flight.join();
        Some(Found::Joined(Arc::clone(flight)))
    }

    /// Adds a flight, of whose key there is none.
    pub(super) fn insert(&mut self, flight: Arc<Flight<K, V>>) {
        match self.first.entry(flight.hash) {
            Entry::Vacant(place) => _ = place.insert(flight),
            Entry::Occupied(_) => self.rest.push(flight),
        }
    }

    /// Takes a flight out, if it is in. To be dropped without the lock.
    pub(super) fn remove(&mut self, flight: &Flight<K, V>) -> Option<Arc<Flight<K, V>>> {
        let is_it = |one: &Arc<Flight<K, V>>| ptr::eq(&**one, flight);
        if self.first.get(&flight.hash).is_some_and(is_it) {
            return self.first.remove(&flight.hash);
        }
        let at = self.rest.iter().position(is_it)?;
        Some(self.rest.swap_remove(at))
    }

    /// One who was interested leaves. The last takes the flight out in the same step, so nobody joins what
    /// nobody wants any more.
    pub(super) fn leave(&mut self, flight: &Flight<K, V>) -> Option<Arc<Flight<K, V>>> {
        if flight.leave() { self.remove(flight) } else { None }
    }

    /// The work is done: nobody joins any more. Who is interested, and the entry, to be dropped without
    /// the lock.
    pub(super) fn end(&mut self, flight: &Flight<K, V>) -> (Interest, Option<Arc<Flight<K, V>>>) {
        let removed = self.remove(flight);
        (flight.interest(), removed)
    }
}

/// Takes a hash for the hash of itself.
#[derive(Default)]
pub(super) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
