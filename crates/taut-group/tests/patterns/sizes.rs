//! What the futures of the functions weigh: little of their own, and what they are given and give no oftener than need be.

use std::future::{Future, pending, ready};
use std::hint::black_box;
use std::time::Duration;

use taut::group::{first_ok, hedge, parallel_map};

use crate::kit::{Oops, Outcome};

const WORD: usize = size_of::<usize>();
const BIG: usize = 4096;

/// A future of this size, and a few bytes.
fn big() -> impl Future<Output = Outcome> + Send {
    let held = [0_u8; BIG];
    async move {
        pending::<()>().await;
        black_box(&held);
        Ok(0)
    }
}

#[track_caller]
fn assert_weight(future: &impl Future, given: usize, words: usize) {
    let own = size_of_val(future) - given;
    assert!(own <= words * WORD, "{own} bytes of its own, {} words", own.div_ceil(WORD));
}

#[test]
fn a_map_holds_the_future_that_waits_for_its_place() {
    assert_weight(&parallel_map(1, 0..3, |_| pending::<Outcome>()), 0, 32);
    assert_weight(&parallel_map(1, 0..3, |_| big()), BIG, 32);
}

#[test]
fn a_race_holds_what_it_is_given_and_what_it_gives() {
    assert_weight(&first_ok([pending::<Outcome>()]), 0, 32);
    assert_weight(&first_ok(vec![big(), big()]), 0, 36);
    assert_weight(&first_ok([big(), big()]), BIG * 2, 36);
    assert_weight(&first_ok([ready(Ok::<_, Oops>([0_u8; BIG]))]), BIG * 2, 36);
}

#[test]
fn a_hedge_holds_no_attempt() {
    assert_weight(&hedge(Duration::MAX, 2, |_| pending::<Outcome>()), 0, 72);
    assert_weight(&hedge(Duration::MAX, 2, |_| big()), 0, 72);
    // An `async fn` has its arguments twice.
    let held = [1_u8; BIG];
    let start = move |n: usize| ready(Err::<u8, _>(n + usize::from(black_box(&held)[n])));
    assert_weight(&hedge(Duration::MAX, 2, start), BIG * 2, 72);
}
