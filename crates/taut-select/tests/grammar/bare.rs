//! A module that imports nothing, not even the prelude.
#![no_implicit_prelude]

#[::core::prelude::v1::test]
fn all_forms_work_without_a_prelude() {
    let runtime = ::tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(without_a_prelude());
}

async fn without_a_prelude() {
    let (tx, rx) = ::taut::chan::bounded::<u32>(1);
    let v = ::taut::select! {
        _ = tx.send(1) => 1,
        v = rx.recv(), if false => v.unwrap(),
    };
    ::std::assert_eq!(v, 1);
    let v = ::taut::select! { biased; _ = tx.send(2) => 2, default => 3 };
    ::std::assert_eq!(v, 3);
    let v = ::taut::select! {
        ::std::result::Result::Err(_) = rx.recv() => 4,
        else => 5,
    };
    ::std::assert_eq!(v, 5);
    let v = ::taut::select! {
        ::std::result::Result::Ok(_) = rx.recv(), if true => 6,
        ::std::option::Option::Some(_) = ::std::future::ready(::std::option::Option::None::<u32>) => 7,
        default => 8,
        else => 9,
    };
    ::std::assert_eq!(v, 8);
    let v = ::taut::select! { default => 10 };
    ::std::assert_eq!(v, 10);
}
