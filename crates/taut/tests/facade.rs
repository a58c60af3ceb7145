//! The facade reaches every primitive, under the names that users type.

#[cfg(not(feature = "full"))]
compile_error!("the tests of the facade need `--features full`, or they would test nothing");

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use taut::chan::{self, Receiver, Sender};

#[test]
fn channels_are_at_taut_chan() {
    // Goal: the types are the same by every way to them.
    let (tx, rx): (Sender<u8>, Receiver<u8>) = chan::bounded(1);
    assert_eq!(tx.try_send(1), Ok(()));
    assert_eq!(rx.try_recv(), Ok(1));
    let named: chan::future::Recv<'_, u8> = rx.recv();
    drop(named);
}

#[test]
fn nothing_of_sync_is_forgotten() {
    // Goal: `taut::sync` names what it shows, by feature, and so could miss what is new. Method: the names
    // that `taut-sync` exports are those that it names.
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let exports = exported(&crates.join("taut-sync/src/lib.rs"));
    assert!(exports.contains("Mutex") && exports.contains("TryAcquireError"), "{exports:?}");
    let mut shown = exported(&crates.join("taut/src/sync.rs"));
    assert!(shown.remove("future"), "a module there, an import here");
    assert_eq!(exports, shown);
}

/// The names in the `pub use …;` of a file.
fn exported(path: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(path).expect("the file is there");
    let imports = text.split("pub use ").skip(1).filter_map(|rest| rest.split(';').next());
    let names = imports.flat_map(|import| {
        let (_, names) = import.rsplit_once("::").expect("it is a path");
        names.trim_matches(['{', '}']).split(',').map(str::trim)
    });
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
