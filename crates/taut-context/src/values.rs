//! Values by their type: a table in each context that adds one, with all that it inherits.
//!
//! So a lookup is one look into one table, at any depth; adding a value copies as many pointers as there
//! are different types so far.
//!
//! # Invariants
//!
//! - V1. What stands under the id of a type is of that type.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ptr;
// TIDY-ALLOW: values are the user's own; nothing of ours is shared through it.
use std::sync::Arc;

/// The values that can be read from a context.
#[derive(Clone, Default)]
pub(crate) struct Values {
    table: HashMap<TypeId, Arc<dyn Any + Send + Sync>, BuildHasherDefault<ById>>,
    newest: &'static str,
}

impl Values {
    /// These, and `value`, which hides one of its type.
    pub(crate) fn with<T: Any + Send + Sync>(&self, value: T) -> Self {
        let mut values = self.clone();
        values.newest = type_name::<T>();
        values.table.insert(TypeId::of::<T>(), Arc::new(value));
        values
    }

    /// Those of `others` of which there is none here.
    pub(crate) fn adopt(&mut self, others: &Self) {
        for (id, value) in &others.table {
            self.table.entry(*id).or_insert_with(|| Arc::clone(value));
        }
    }

    #[inline]
    pub(crate) fn get<T: Any + Send + Sync>(&self) -> Option<&T> {
        let value: &(dyn Any + Send + Sync) = &**self.table.get(&TypeId::of::<T>())?;
        debug_assert!(value.is::<T>());
        // SAFETY: V1. Asking the value for its type once more is a third of the whole lookup.
        Some(unsafe { &*ptr::from_ref(value).cast::<T>() })
    }

    /// The name of the type that was added last.
    pub(crate) const fn newest(&self) -> &'static str {
        self.newest
    }
}

/// A type's id is a hash already.
#[derive(Default)]
struct ById(u64);

impl Hasher for ById {
    fn write(&mut self, bytes: &[u8]) {
        // Not how an id is hashed today. FNV-1a (Fowler, Noll, Vo), should that change.
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    #[inline(always)]
    fn write_u64(&mut self, id: u64) {
        self.0 = id;
    }

    #[inline(always)]
    fn finish(&self) -> u64 {
        self.0
    }
}
