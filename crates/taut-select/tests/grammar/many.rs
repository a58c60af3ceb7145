//! Sixty-four arms, with all there is, within the recursion limit that a crate has unless it says so.

use taut::{chan, select};

/// Receives in arm `at`, if there is such an arm.
#[rustfmt::skip]
#[expect(clippy::too_many_lines, reason = "it is about many arms")]
async fn pick(rx: &chan::Receiver<u32>, at: u32) -> u32 {
        select! {
            biased;
            Ok(v) = rx.recv(), if at == 0 => v,
            Ok(v) = rx.recv(), if at == 1 => 1 + v,
            Ok(v) = rx.recv(), if at == 2 => 2 + v,
            Ok(v) = rx.recv(), if at == 3 => 3 + v,
            Ok(v) = rx.recv(), if at == 4 => 4 + v,
            Ok(v) = rx.recv(), if at == 5 => 5 + v,
            Ok(v) = rx.recv(), if at == 6 => 6 + v,
            Ok(v) = rx.recv(), if at == 7 => 7 + v,
            Ok(v) = rx.recv(), if at == 8 => 8 + v,
            Ok(v) = rx.recv(), if at == 9 => 9 + v,
            Ok(v) = rx.recv(), if at == 10 => 10 + v,
            Ok(v) = rx.recv(), if at == 11 => 11 + v,
            Ok(v) = rx.recv(), if at == 12 => 12 + v,
            Ok(v) = rx.recv(), if at == 13 => 13 + v,
            Ok(v) = rx.recv(), if at == 14 => 14 + v,
            Ok(v) = rx.recv(), if at == 15 => 15 + v,
            Ok(v) = rx.recv(), if at == 16 => 16 + v,
            Ok(v) = rx.recv(), if at == 17 => 17 + v,
            Ok(v) = rx.recv(), if at == 18 => 18 + v,
            Ok(v) = rx.recv(), if at == 19 => 19 + v,
            Ok(v) = rx.recv(), if at == 20 => 20 + v,
            Ok(v) = rx.recv(), if at == 21 => 21 + v,
            Ok(v) = rx.recv(), if at == 22 => 22 + v,
            Ok(v) = rx.recv(), if at == 23 => 23 + v,
            Ok(v) = rx.recv(), if at == 24 => 24 + v,
            Ok(v) = rx.recv(), if at == 25 => 25 + v,
            Ok(v) = rx.recv(), if at == 26 => 26 + v,
            Ok(v) = rx.recv(), if at == 27 => 27 + v,
            Ok(v) = rx.recv(), if at == 28 => 28 + v,
            Ok(v) = rx.recv(), if at == 29 => 29 + v,
            Ok(v) = rx.recv(), if at == 30 => 30 + v,
            Ok(v) = rx.recv(), if at == 31 => 31 + v,
            Ok(v) = rx.recv(), if at == 32 => 32 + v,
            Ok(v) = rx.recv(), if at == 33 => 33 + v,
            Ok(v) = rx.recv(), if at == 34 => 34 + v,
            Ok(v) = rx.recv(), if at == 35 => 35 + v,
            Ok(v) = rx.recv(), if at == 36 => 36 + v,
            Ok(v) = rx.recv(), if at == 37 => 37 + v,
            Ok(v) = rx.recv(), if at == 38 => 38 + v,
            Ok(v) = rx.recv(), if at == 39 => 39 + v,
            Ok(v) = rx.recv(), if at == 40 => 40 + v,
            Ok(v) = rx.recv(), if at == 41 => 41 + v,
            Ok(v) = rx.recv(), if at == 42 => 42 + v,
            Ok(v) = rx.recv(), if at == 43 => 43 + v,
            Ok(v) = rx.recv(), if at == 44 => 44 + v,
            Ok(v) = rx.recv(), if at == 45 => 45 + v,
            Ok(v) = rx.recv(), if at == 46 => 46 + v,
            Ok(v) = rx.recv(), if at == 47 => 47 + v,
            Ok(v) = rx.recv(), if at == 48 => 48 + v,
            Ok(v) = rx.recv(), if at == 49 => 49 + v,
            Ok(v) = rx.recv(), if at == 50 => 50 + v,
            Ok(v) = rx.recv(), if at == 51 => 51 + v,
            Ok(v) = rx.recv(), if at == 52 => 52 + v,
            Ok(v) = rx.recv(), if at == 53 => 53 + v,
            Ok(v) = rx.recv(), if at == 54 => 54 + v,
            Ok(v) = rx.recv(), if at == 55 => 55 + v,
            Ok(v) = rx.recv(), if at == 56 => 56 + v,
            Ok(v) = rx.recv(), if at == 57 => 57 + v,
            Ok(v) = rx.recv(), if at == 58 => 58 + v,
            Ok(v) = rx.recv(), if at == 59 => 59 + v,
            Ok(v) = rx.recv(), if at == 60 => 60 + v,
            Ok(v) = rx.recv(), if at == 61 => 61 + v,
            Ok(v) = rx.recv(), if at == 62 => 62 + v,
            Ok(v) = rx.recv(), if at == 63 => 63 + v,
            default => 1000,
            else => 2000,
        }
}

#[tokio::test]
async fn all_arms_with_default_and_else() {
    let (tx, rx) = chan::unbounded();
    for at in 0..64 {
        assert_eq!(pick(&rx, at).await, 1000);
        tx.try_send(100).unwrap();
        assert_eq!(pick(&rx, at).await, at + 100);
    }
    assert_eq!(pick(&rx, 64).await, 2000);
    tx.close();
    assert_eq!(pick(&rx, 63).await, 2000, "a miss disables the last one, too");
}

#[rustfmt::skip]
async fn receive(cases: &[chan::Receiver<u32>]) -> u32 {
        select! {
            v = cases[0].recv() => v.unwrap(),
            v = cases[1].recv() => 1 + v.unwrap(),
            v = cases[2].recv() => 2 + v.unwrap(),
            v = cases[3].recv() => 3 + v.unwrap(),
            v = cases[4].recv() => 4 + v.unwrap(),
            v = cases[5].recv() => 5 + v.unwrap(),
            v = cases[6].recv() => 6 + v.unwrap(),
            v = cases[7].recv() => 7 + v.unwrap(),
            v = cases[8].recv() => 8 + v.unwrap(),
            v = cases[9].recv() => 9 + v.unwrap(),
            v = cases[10].recv() => 10 + v.unwrap(),
            v = cases[11].recv() => 11 + v.unwrap(),
            v = cases[12].recv() => 12 + v.unwrap(),
            v = cases[13].recv() => 13 + v.unwrap(),
            v = cases[14].recv() => 14 + v.unwrap(),
            v = cases[15].recv() => 15 + v.unwrap(),
            v = cases[16].recv() => 16 + v.unwrap(),
            v = cases[17].recv() => 17 + v.unwrap(),
            v = cases[18].recv() => 18 + v.unwrap(),
            v = cases[19].recv() => 19 + v.unwrap(),
            v = cases[20].recv() => 20 + v.unwrap(),
            v = cases[21].recv() => 21 + v.unwrap(),
            v = cases[22].recv() => 22 + v.unwrap(),
            v = cases[23].recv() => 23 + v.unwrap(),
            v = cases[24].recv() => 24 + v.unwrap(),
            v = cases[25].recv() => 25 + v.unwrap(),
            v = cases[26].recv() => 26 + v.unwrap(),
            v = cases[27].recv() => 27 + v.unwrap(),
            v = cases[28].recv() => 28 + v.unwrap(),
            v = cases[29].recv() => 29 + v.unwrap(),
            v = cases[30].recv() => 30 + v.unwrap(),
            v = cases[31].recv() => 31 + v.unwrap(),
            v = cases[32].recv() => 32 + v.unwrap(),
            v = cases[33].recv() => 33 + v.unwrap(),
            v = cases[34].recv() => 34 + v.unwrap(),
            v = cases[35].recv() => 35 + v.unwrap(),
            v = cases[36].recv() => 36 + v.unwrap(),
            v = cases[37].recv() => 37 + v.unwrap(),
            v = cases[38].recv() => 38 + v.unwrap(),
            v = cases[39].recv() => 39 + v.unwrap(),
            v = cases[40].recv() => 40 + v.unwrap(),
            v = cases[41].recv() => 41 + v.unwrap(),
            v = cases[42].recv() => 42 + v.unwrap(),
            v = cases[43].recv() => 43 + v.unwrap(),
            v = cases[44].recv() => 44 + v.unwrap(),
            v = cases[45].recv() => 45 + v.unwrap(),
            v = cases[46].recv() => 46 + v.unwrap(),
            v = cases[47].recv() => 47 + v.unwrap(),
            v = cases[48].recv() => 48 + v.unwrap(),
            v = cases[49].recv() => 49 + v.unwrap(),
            v = cases[50].recv() => 50 + v.unwrap(),
            v = cases[51].recv() => 51 + v.unwrap(),
            v = cases[52].recv() => 52 + v.unwrap(),
            v = cases[53].recv() => 53 + v.unwrap(),
            v = cases[54].recv() => 54 + v.unwrap(),
            v = cases[55].recv() => 55 + v.unwrap(),
            v = cases[56].recv() => 56 + v.unwrap(),
            v = cases[57].recv() => 57 + v.unwrap(),
            v = cases[58].recv() => 58 + v.unwrap(),
            v = cases[59].recv() => 59 + v.unwrap(),
            v = cases[60].recv() => 60 + v.unwrap(),
            v = cases[61].recv() => 61 + v.unwrap(),
            v = cases[62].recv() => 62 + v.unwrap(),
            v = cases[63].recv() => 63 + v.unwrap(),
        }
}

#[tokio::test]
async fn all_arms_wait_and_each_can_win() {
    let (txs, rxs): (Vec<_>, Vec<_>) = (0..64).map(|_| chan::bounded::<u32>(1)).unzip();
    for (at, tx) in (0..).zip(&txs) {
        let send = async {
            tokio::task::yield_now().await;
            tx.send(100).await.unwrap();
        };
        let (got, ()) = tokio::join!(receive(&rxs), send);
        assert_eq!(got, 100 + at);
    }
}

/// Selects in handlers share the limit with those around them.
#[tokio::test]
async fn eight_levels_of_eight_arms() {
    macro_rules! level {
        ($inner:expr) => {
            select! {
                _ = std::future::pending::<()>() => 0,
                _ = std::future::pending::<()>() => 1,
                _ = std::future::pending::<()>() => 2,
                _ = std::future::pending::<()>() => 3,
                _ = std::future::pending::<()>() => 4,
                _ = std::future::pending::<()>() => 5,
                _ = std::future::pending::<()>() => 6,
                v = std::future::ready($inner) => v + 7,
            }
        };
    }
    assert_eq!(level!(level!(level!(level!(level!(level!(level!(level!(1)))))))), 57);
}
