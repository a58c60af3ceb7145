//! The choice among arms that are ready: uniform per arm, at ten standard deviations.

use taut::chan::{Receiver, Sender, never};
use taut::select::{self, OneOf2, OneOf3, OneOf7, OneOf8, Select};

use crate::support::{assert_shares, assert_uniform, holding, now};

const ROUNDS: u64 = 4000;

/// Channels that each hold their number, so that a receive says which arm won.
struct Held(Vec<(Sender<u64>, Receiver<u64>)>);

impl Held {
    fn new(count: u64) -> Self {
        Self((0..count).map(holding).collect())
    }

    fn rx(&self, channel: usize) -> &Receiver<u64> {
        &self.0[channel].1
    }

    /// How often each channel was chosen, of `rounds`. It is filled again each time.
    fn count(&self, rounds: u64, choose: impl Fn(&Self) -> u64) -> Vec<u64> {
        let mut counts = vec![0; self.0.len()];
        for _ in 0..rounds {
            let won = choose(self);
            counts[won as usize] += 1;
            self.0[won as usize].0.try_send(won).unwrap();
        }
        counts
    }
}

/// A `select!` of receives from these channels.
macro_rules! receive_one {
    ($held:ident: $($channel:literal)*) => {
        now(async { select::select! { $(got = $held.rx($channel).recv() => got.unwrap(),)* } })
    };
}

#[test]
fn se_02_a_macro_chooses_uniformly() {
    // Goal: OF-05, for two, three, eight and sixty-four arms.
    let held = Held::new(64);
    let two = held.count(ROUNDS, |held| receive_one!(held: 0 1));
    assert_uniform("two arms", &two[..2]);
    let three = held.count(ROUNDS, |held| receive_one!(held: 0 1 2));
    assert_uniform("three arms", &three[..3]);
    let eight = held.count(2 * ROUNDS, |held| receive_one!(held: 0 1 2 3 4 5 6 7));
    assert_uniform("eight arms", &eight[..8]);
    let all = held.count(8 * ROUNDS, |held| {
        receive_one!(held:
            0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
            32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60
            61 62 63)
    });
    assert_uniform("sixty-four arms", &all);
}

#[test]
fn se_02_first_chooses_uniformly() {
    let held = Held::new(8);
    let two = held.count(ROUNDS, |held| {
        let (OneOf2::A(got) | OneOf2::B(got)) =
            now(select::first((held.rx(0).recv(), held.rx(1).recv())));
        got.unwrap()
    });
    assert_uniform("two", &two[..2]);
    let three = held.count(ROUNDS, |held| {
        let arms = (held.rx(0).recv(), held.rx(1).recv(), held.rx(2).recv());
        let (OneOf3::A(got) | OneOf3::B(got) | OneOf3::C(got)) = now(select::first(arms));
        got.unwrap()
    });
    assert_uniform("three", &three[..3]);
    let eight = held.count(2 * ROUNDS, |held| {
        let rx = |channel| held.rx(channel).recv();
        let arms = (rx(0), rx(1), rx(2), rx(3), rx(4), rx(5), rx(6), rx(7));
        match now(select::first(arms).now()).unwrap() {
            OneOf8::A(got) | OneOf8::B(got) | OneOf8::C(got) | OneOf8::D(got) => got.unwrap(),
            OneOf8::E(got) | OneOf8::F(got) | OneOf8::G(got) | OneOf8::H(got) => got.unwrap(),
        }
    });
    assert_uniform("eight, not waiting", &eight);
}

#[test]
fn rs_01_select_chooses_uniformly() {
    // Goal: waiting or not; a `Select` that is made anew and one that is kept.
    for count in [2, 3, 8, 64_u64] {
        let held = Held::new(count);
        let counts = held.count(500 * count, |held| {
            let mut select: Select<_, _> =
                (0..count).map(|n| (n, held.rx(n as usize).recv())).collect();
            let (key, got) = now(select.next()).unwrap();
            assert_eq!(got, Ok(key));
            key
        });
        assert_uniform(&format!("{count} arms, made anew"), &counts);

        for waits in [true, false] {
            let mut select: Select<_, _> =
                (0..count).map(|n| (n, held.rx(n as usize).recv())).collect();
            let mut counts = vec![0; count as usize];
            for _ in 0..500 * count {
                let next = if waits { now(select.next()) } else { select.try_next() };
                let won = next.unwrap().0;
                counts[won as usize] += 1;
                held.0[won as usize].0.try_send(won).unwrap();
                select.add(won, held.rx(won as usize).recv());
            }
            assert_uniform(&format!("{count} arms, kept, waits: {waits}"), &counts);
        }
    }
}

/// A receive from a channel that holds a value if its bit is set, and never is ready otherwise.
fn one_of_seven(held: &Held, idle: &Receiver<u64>, ready: u32, form: usize) -> u64 {
    let rx = |n: usize| if ready >> n & 1 == 1 { held.rx(n) } else { idle };
    match form {
        0 => now(async {
            select::select! {
                got = rx(0).recv() => got, got = rx(1).recv() => got, got = rx(2).recv() => got,
                got = rx(3).recv() => got, got = rx(4).recv() => got, got = rx(5).recv() => got,
                got = rx(6).recv() => got,
            }
        })
        .unwrap(),
        1 => {
            let arms = (rx(0).recv(), rx(1).recv(), rx(2).recv(), rx(3).recv());
            let more = (rx(4).recv(), rx(5).recv(), rx(6).recv());
            let all = (arms.0, arms.1, arms.2, arms.3, more.0, more.1, more.2);
            match now(select::first(all)) {
                OneOf7::A(got) | OneOf7::B(got) | OneOf7::C(got) | OneOf7::D(got) => got.unwrap(),
                OneOf7::E(got) | OneOf7::F(got) | OneOf7::G(got) => got.unwrap(),
            }
        }
        2 => {
            let mut select: Select<_, _> = (0..7).map(|n| ((), rx(n).recv())).collect();
            now(select.next()).unwrap().1.unwrap()
        }
        // Disabled instead of idle.
        3 => now(async {
            let is = |n: usize| ready >> n & 1 == 1;
            select::select! {
                got = held.rx(0).recv(), if is(0) => got, got = held.rx(1).recv(), if is(1) => got,
                got = held.rx(2).recv(), if is(2) => got, got = held.rx(3).recv(), if is(3) => got,
                got = held.rx(4).recv(), if is(4) => got, got = held.rx(5).recv(), if is(5) => got,
                got = held.rx(6).recv(), if is(6) => got,
            }
        })
        .unwrap(),
        _ => {
            let arm = |n: usize| (ready >> n & 1 == 1).then(|| held.rx(n).recv());
            let mut select: Select<_, _> = (0..7).map(|n| ((), arm(n))).collect();
            select.try_next().unwrap().1.unwrap()
        }
    }
}

#[test]
fn se_02_arms_that_are_not_ready_do_not_skew_the_choice() {
    // Goal: three of seven are ready, in all 35 ways: a third each, wherever the others stand. The
    // usual fault: to start at a random arm and go on to the next that is ready.
    let (held, idle) = (Held::new(7), never());
    for form in 0..5 {
        for ready in (0..1_u32 << 7).filter(|bits| bits.count_ones() == 3) {
            let counts = held.count(600, |held| one_of_seven(held, &idle, ready, form));
            let weights: Vec<u64> = (0..7).map(|n| u64::from(ready >> n & 1)).collect();
            assert_shares(&format!("form {form}, {ready:07b}"), &counts, &weights);
        }
    }
}

#[test]
fn se_03_a_channel_in_two_arms_has_double_weight() {
    // Goal: the choice is over arms, not over channels.
    let held = Held::new(2);
    let by_macro = held.count(ROUNDS, |held| receive_one!(held: 0 1 0));
    assert_shares("macro", &by_macro, &[2, 1]);
    let by_first = held.count(ROUNDS, |held| {
        let arms = (held.rx(0).recv(), held.rx(0).recv(), held.rx(1).recv());
        let (OneOf3::A(got) | OneOf3::B(got) | OneOf3::C(got)) = now(select::first(arms));
        got.unwrap()
    });
    assert_shares("first", &by_first, &[2, 1]);
    let by_select = held.count(ROUNDS, |held| {
        let mut select: Select<_, _> =
            [1, 0, 0].map(|n| (n, held.rx(n).recv())).into_iter().collect();
        now(select.next()).unwrap().0 as u64
    });
    assert_shares("Select", &by_select, &[2, 1]);
}

#[test]
fn se_02_sends_and_receives_are_chosen_alike() {
    // Goal: uniform across directions and element types (SE-32), futures that are ready included.
    let (out_tx, out_rx) = taut::chan::bounded::<&str>(1);
    let (in_tx, in_rx) = holding(5_u8);
    let mut counts = [0; 3];
    for _ in 0..ROUNDS {
        let won = now(async {
            select::select! {
                got = in_rx.recv() => { assert_eq!(got, Ok(5)); 0 }
                sent = out_tx.send("text") => { assert_eq!(sent, Ok(())); 1 }
                c = std::future::ready('c') => { assert_eq!(c, 'c'); 2 }
            }
        });
        counts[won] += 1;
        let _is_back = in_tx.try_send(5).is_ok() || out_rx.try_recv().is_ok();
    }
    assert_uniform("directions", &counts);
}

#[test]
fn se_02_successive_choices_are_independent() {
    // Goal: each pair of choices in a row as often as the others.
    let held = Held::new(3);
    let mut last = 0;
    let mut pairs = [0; 9];
    for _ in 0..3 * ROUNDS {
        let won = receive_one!(held: 0 1 2);
        held.0[won as usize].0.try_send(won).unwrap();
        pairs[(3 * last + won) as usize] += 1;
        last = won;
    }
    assert_uniform("pairs", &pairs);
}

#[test]
fn se_31_a_ready_arm_is_taken_after_as_many_turns_as_there_are_arms() {
    // Goal: geometric: two arms, two turns on average. Method: the mean, at ten standard deviations.
    let held = Held::new(2);
    let mut turns = 0;
    for _ in 0..ROUNDS {
        loop {
            turns += 1;
            let won = receive_one!(held: 0 1);
            held.0[won as usize].0.try_send(won).unwrap();
            if won == 1 {
                break;
            }
        }
    }
    let mean = f64::from(turns) / ROUNDS as f64;
    assert!((mean - 2.0).abs() < 10.0 * (2.0 / ROUNDS as f64).sqrt(), "{mean}");
}

#[test]
fn se_30_biased_takes_the_first_that_is_ready() {
    // Goal: in source order, in tuple order, in order of place; the arms before it are looked at.
    let held = Held::new(3);
    let idle = never();
    for _ in 0..200 {
        let by_macro = now(async {
            select::select! {
                biased;
                got = idle.recv() => got,
                got = held.rx(2).recv() => got,
                got = held.rx(0).recv() => got,
            }
        });
        let arms = (idle.recv(), held.rx(1).recv(), held.rx(0).recv());
        let by_first = now(select::first(arms).biased());
        let mut select = Select::biased();
        select.add((), idle.recv());
        select.add((), held.rx(0).recv());
        select.add((), held.rx(1).recv());
        assert_eq!((by_macro, by_first), (Ok(2), OneOf3::B(Ok(1))));
        assert_eq!(now(select.next()), Some(((), Ok(0))));
        held.0.iter().zip(0..).for_each(|((tx, _), n)| tx.try_send(n).unwrap());
    }
}

#[test]
fn a_seed_repeats_the_choices() {
    // Goal: of every form, on this thread; another seed gives others.
    let held = Held::new(8);
    let choices = |seed| {
        select::seed(seed);
        let mut all = Vec::new();
        for _ in 0..40 {
            all.push(receive_one!(held: 0 1 2 3 4 5 6 7));
            let mut select: Select<_, _> = (0..8).map(|n| ((), held.rx(n).recv())).collect();
            all.push(now(select.next()).unwrap().1.unwrap());
            let refill = all[all.len() - 2..].to_vec();
            refill.into_iter().for_each(|n| held.0[n as usize].0.try_send(n).unwrap());
        }
        all
    };
    assert_eq!(choices(7), choices(7));
    assert_ne!(choices(7), choices(8));
}
