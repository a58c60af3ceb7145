//! smoke
use taut::{chan, select};

#[tokio::test]
async fn smoke() {
    let (tx, rx) = chan::bounded::<u32>(1);
    let (tx2, rx2) = chan::rendezvous::<u32>();
    let mut slot = Some(5);
    let v = select! {
        v = rx.recv() => { v.unwrap() }
        s = tx.send_from(&mut slot), if slot.is_some() => { s.unwrap(); 9 }
        _ = std::future::ready(3), if false => 8,
        _ = tx2.send(3) => 7,
    };
    assert_eq!(v, 9);
    let v = select! {
        Ok(v) = rx.recv(), if slot.is_none() => v,
        Some(mut x) = std::future::pending::<Option<u32>>() => { x += 1; x }
        else => 1,
    };
    assert_eq!(v, 5);
    let v = select! {
        v = rx2.recv() => v.unwrap(),
        default => 77,
    };
    assert_eq!(v, 77);
    let s = String::from("x");
    let v = select! {
        None = async { Some(s) } => String::from("none"),
        Ok(_) = rx.recv(), if false => String::new(),
        default => String::from("d"),
        else => String::from("e"),
    };
    assert_eq!(v, "e");
    let r: Result<u32, chan::RecvError> = async {
        'a: loop {
            select! {
                biased;
                v = async { 3 } => if v == 3 { break 'a },
                v = rx2.recv() => { let v = v?; return Ok(v); }
            }
        }
        drop(tx2);
        select! { v = rx2.recv() => Ok(v?) }
    }
    .await;
    assert_eq!(r, Err(chan::RecvError));
    let ((a, b), (c, d)) = (chan::rendezvous::<u32>(), chan::rendezvous::<u32>());
    let t = tokio::spawn(async move {
        select! { x = a.send(1) => {x.unwrap(); 0}, y = d.recv() => y.unwrap() }
    });
    let u = select! { x = c.send(2) => {x.unwrap(); 0}, y = b.recv() => y.unwrap() };
    println!("{u} {}", t.await.unwrap());
}
