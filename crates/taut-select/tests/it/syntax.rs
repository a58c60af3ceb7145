//! What may be written: control flow out of handlers, shapes of arms, types, scopes.

use std::future::{IntoFuture, Ready, ready};
use std::pin::pin;

use taut::chan::{self, RecvError, never};
use taut::select;

use crate::support::{holding, now, parked};

#[test]
fn se_22_break_continue_and_labels_mean_what_they_mean_outside() {
    // Goal: of the loop around it, labelled and not, out of a block, from every kind of select.
    let (tx, rx) = chan::bounded(10);
    (0..10).for_each(|n| tx.try_send(n).unwrap());
    let seen = now(async {
        let mut seen = Vec::new();
        'outer: loop {
            for _ in 0..3 {
                select::select! {
                    got = rx.recv() => match got {
                        Ok(n) if n % 2 == 0 => continue,
                        Ok(5) => continue 'outer,
                        Ok(7) => break,
                        Ok(9) => break 'outer,
                        Ok(n) => seen.push(n),
                        Err(RecvError) => unreachable!("it is open"),
                    },
                    default => unreachable!("it is never empty"),
                }
            }
        }
        let value = 'block: {
            select::select! {
                None = ready(Some(())) => {}
                default => break 'block 1,
                else => break 'block 2,
            }
            3
        };
        (seen, value)
    });
    assert_eq!(seen, (vec![1, 3], 2));
}

/// Leaves by `return`, by `?`, or by the end.
async fn leaves(how: u64) -> Result<&'static str, RecvError> {
    let ((_tx, rx), closed) = (holding(how), chan::bounded::<u64>(1).1);
    let said = select::select! {
        got = rx.recv() => match got? {
            0 => return Ok("return"),
            1 => { closed.recv().await?; "never" }
            _ => "end",
        },
        _ = closed.recv().into_future(), if false => "disabled",
    };
    Ok(said)
}

#[test]
fn se_22_return_and_the_question_mark_leave_the_function() {
    let left = [0, 1, 2].map(|how| now(leaves(how)));
    assert_eq!(left, [Ok("return"), Err(RecvError), Ok("end")]);
    let in_operation = now(async {
        let rx: Result<chan::Receiver<u8>, &str> = Err("no channel");
        select::select! { got = rx.as_ref().map_err(|e| *e)?.recv() => got.map_err(|_| "closed") }
    });
    assert_eq!(in_operation, Err("no channel"));
}

#[test]
fn se_22_a_handler_may_wait_and_select() {
    let ((_a, a_rx), (_b, b_rx)) = (holding(1), holding(2));
    let both = now(async {
        select::select! {
            first = a_rx.recv() => {
                let second = select::select! { got = b_rx.recv() => got.unwrap() };
                (first.unwrap(), second)
            }
            second = b_rx.recv() => (a_rx.recv().await.unwrap(), second.unwrap()),
        }
    });
    assert_eq!(both, (1, 2));
}

#[test]
fn se_23_a_select_of_one_arm_is_the_operation() {
    // Goal: at once, after a wait, closed.
    let (tx, rx) = chan::bounded(1);
    assert_eq!(
        now(async {
            select::select! { sent = tx.send(1) => sent }
        }),
        Ok(())
    );
    assert_eq!(
        now(async {
            select::select! { got = rx.recv() => got }
        }),
        Ok(1)
    );
    let mut waits = parked(async {
        select::select! { got = rx.recv() => got }
    });
    let mut behind = parked(rx.recv());
    assert_eq!((tx.try_send(2), tx.try_send(3)), (Ok(()), Ok(())));
    assert_eq!((waits.ready(), behind.ready()), (Ok(2), Ok(3)));
    tx.close();
    assert_eq!(
        now(async {
            select::select! { got = rx.recv() => got }
        }),
        Err(RecvError)
    );
}

/// What is a future only once it is asked to be.
struct Later(u8);

impl IntoFuture for Later {
    type Output = u8;
    type IntoFuture = Ready<u8>;

    fn into_future(self) -> Ready<u8> {
        ready(self.0)
    }
}

#[test]
fn se_32_arms_mix_types_directions_and_kinds() {
    // Goal: also futures by reference, pinned, boxed, of a block, and what becomes a future.
    let ((words, spoken), idle) = (chan::bounded::<String>(1), never::<[u8; 3]>());
    let mut by_ref = ready('r');
    let mut pinned = pin!(async { 'p' });
    let mut by_box = Box::pin(async { 'b' });
    let mut won = std::collections::BTreeSet::new();
    for _ in 0..2000 {
        by_ref = if won.contains(&'r') { by_ref } else { ready('r') };
        let which = now(async {
            let (ref_done, pin_done, box_done) =
                (won.contains(&'r'), won.contains(&'p'), won.contains(&'b'));
            select::select! {
                sent = words.send("word".to_owned()), if spoken.is_empty() => { sent.unwrap(); 's' }
                got = spoken.recv() => got.unwrap().chars().next().unwrap(),
                bytes = idle.recv() => bytes.map_or('e', |bytes| char::from(bytes[0])),
                c = &mut by_ref, if !ref_done => c,
                c = pinned.as_mut(), if !pin_done => c,
                c = &mut by_box, if !box_done => c,
                c = async { 'a' } => c,
                n = Later(3) => char::from(b'0' + n),
            }
        });
        won.insert(which);
    }
    assert_eq!(won.into_iter().collect::<String>(), "3abprsw");
}

#[test]
fn se_25_each_arm_has_a_scope_of_its_own() {
    // Goal: the same name in each, of another type; and no name of the macro's is in the way.
    let ((_a, a_rx), (_b, b_rx)) = (holding(1_u8), holding("text"));
    let (output, race, guards, arm) = (1, 2, 3, 4);
    let mut lengths = now(async {
        let mut lengths = Vec::new();
        for _ in 0..2 {
            select::select! {
                Ok(x) = a_rx.recv(), if !a_rx.is_empty() => { let x = usize::from(x); lengths.push(x) }
                Ok(x) = b_rx.recv(), if !b_rx.is_empty() => { let x = x.len(); lengths.push(x) }
                else => lengths.push(output + race + guards + arm),
            }
        }
        lengths
    });
    lengths.sort_unstable();
    assert_eq!(lengths, [1, 4]);
    let output = now(async {
        select::select! {
            output = ready(output), if true => output + race,
            default => guards,
            else => arm,
        }
    });
    assert_eq!(output, 3);
}

#[test]
fn se_25_the_value_of_a_select_is_that_of_its_handler() {
    // Goal: of any type, also one that does not return; with commas or blocks.
    async fn never_ends(rx: &chan::Receiver<u8>) -> u8 {
        loop {
            select::select! {
                got = rx.recv() => if let Ok(got) = got { return got },
                default => return 9,
            }
        }
    }
    assert_eq!(now(never_ends(&never())), 9);
    assert_eq!(now(never_ends(&holding(4).1)), 4);
    let unit: () = now(async {
        select::select! { _ = ready(1) => {} default => {} }
    });
    let text: String = now(async {
        select::select! { n = ready(1) => n.to_string(), }
    });
    assert_eq!((unit, text), ((), "1".to_owned()));
}

#[test]
fn a_case_is_withdrawn_and_a_reference_to_one_is_not() {
    // Goal: by value it leaves no trace; by reference it keeps its place, and may be handed a value.
    let ((tx, rx), (_full, wins)) = (chan::rendezvous::<u64>(), holding(1));
    let mut place = pin!(rx.recv());
    for _ in 0..3 {
        let got = now(async {
            select::select! {
                biased;
                got = place.as_mut() => got,
                got = wins.recv(), if !wins.is_empty() => got,
                default => Ok(0),
            }
        });
        assert!(got.is_ok());
    }
    assert_eq!(tx.try_send(7), Ok(()), "it stands in line");
    assert_eq!(now(place), Ok(7));
}
