//! What reviews and first users have found, each kept from coming back: what comes first, what is refused, who is admitted.

use std::future::{pending, ready};
use std::sync::{Arc, Mutex};
use std::task::{Wake, Waker};

use taut::context::{Context, ContextError, TryRunError};
use taut::group::{Failure, Group, OnError, TaskError, parallel_map};

use crate::kit::{Oops, Starts, Tasks, many_told, panic_in, panic_of, settle, soon, told};
use crate::support::{MANY, now, parked, task};

/// What `next` gives until it gives nothing.
async fn all_of(group: &mut Tasks) -> Vec<(usize, Result<u32, TaskError<Oops>>)> {
    let mut all = Vec::new();
    while let Some(completed) = soon(group.next()).await {
        all.push((completed.index, completed.result));
    }
    all
}

const ABORTED: Result<u32, TaskError<Oops>> = Err(TaskError::Aborted);

#[tokio::test]
async fn next_gives_a_failure_before_what_it_aborted() {
    let background = Context::background();
    for group in [Tasks::new(), Tasks::with_context(&background).0] {
        let mut group = group.on_error(OnError::Abort);
        group.spawn(pending()).await;
        group.spawn(async { Err(Oops::Real(1)) }).await;
        group.spawn(pending()).await;
        let mut all = all_of(&mut group).await;
        assert_eq!(all.remove(0), (1, Err(TaskError::Failed(Oops::Real(1)))));
        all.sort_by_key(|(index, _)| *index);
        assert_eq!(all, [(0, ABORTED), (2, ABORTED)]);
    }
}

#[tokio::test]
async fn next_gives_what_had_completed_before_a_failure_before_it() {
    let mut group = Tasks::new().on_error(OnError::Abort);
    group.spawn(pending()).await;
    group.spawn(async { Ok(1) }).await;
    group.spawn(async { Err(Oops::Real(2)) }).await;
    let all = all_of(&mut group).await;
    assert_eq!(all, [(1, Ok(1)), (2, Err(TaskError::Failed(Oops::Real(2)))), (0, ABORTED)]);
}

#[tokio::test]
async fn next_raises_a_panic_before_what_it_aborted() {
    let mut group = Tasks::new();
    group.spawn(pending()).await;
    group.spawn(async { panic!("no disk") }).await;
    group.spawn(pending()).await;
    assert_eq!(panic_of(group.next()).await, "no disk");
    let all = all_of(&mut group).await;
    assert_eq!(all.len(), 2);
    assert!(all.into_iter().all(|(_, result)| result == ABORTED));
}

/// Whoever asks while the group is being aborted is not answered before the failure is there, nor woken for nothing more
/// than that.
#[tokio::test]
async fn who_waits_for_the_next_is_given_the_failure_first() {
    let mut group = Tasks::new().on_error(OnError::Abort);
    group.spawn(pending()).await;
    let (teller, second) = told();
    group.spawn(second).await;
    settle().await;
    let mut next = parked(group.next());
    teller.end(Err(Oops::Real(1)));
    settle().await;
    assert_eq!(next.ready().unwrap().index, 1);
}

/// The panic was given, and what it aborted is its consequence.
#[tokio::test]
async fn a_panic_that_next_has_given_is_not_raised_again_by_wait() {
    let mut group = Tasks::new();
    group.spawn(async { panic!("no disk") }).await;
    group.spawn(pending()).await;
    assert_eq!(panic_of(group.next()).await, "no disk");
    assert_eq!(soon(group.wait()).await, Ok(vec![]));
}

#[tokio::test]
async fn a_spawn_that_was_refused_is_not_forgotten_when_next_has_given_the_error() {
    for rule in [OnError::Cancel, OnError::Abort] {
        let (group, _ctx) = Tasks::with_context(&Context::background());
        let mut group = group.on_error(rule);
        group.spawn(async { Err(Oops::Real(1)) }).await;
        assert!(soon(group.next()).await.unwrap().result.is_err());
        assert!(!group.spawn(ready(Ok(2))).await);
        assert_eq!(soon(group.wait()).await, Err(Oops::Ended(ContextError::Cancelled)));
    }
    // Without a context there is no error that could say it, and the one that does was given.
    let mut group = Tasks::new().on_error(OnError::Abort);
    group.spawn(async { Err(Oops::Real(1)) }).await;
    assert!(soon(group.next()).await.unwrap().result.is_err());
    assert!(!group.spawn(ready(Ok(2))).await);
    assert_eq!(soon(group.wait()).await, Ok(vec![]));
    // Unless it was not.
    group = group.on_error(OnError::Abort);
    let (teller, told) = told();
    group.spawn(told).await;
    teller.end(Err(Oops::Real(3)));
    settle().await;
    assert!(!group.spawn(ready(Ok(2))).await);
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(3)));
}

/// An error that hides what it was made of, as `#[error(transparent)]` does.
#[derive(Clone, Debug)]
struct Hides(ContextError);

impl std::fmt::Display for Hides {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Hides {}

impl From<ContextError> for Hides {
    fn from(error: ContextError) -> Self {
        Self(error)
    }
}

/// A consequence comes first, in a context that has ended, and then a real error.
async fn check_that_the_real_one_counts<E: Send + 'static>(
    consequence: E,
    real: E,
    mut group: Group<u32, E>,
    end: impl FnOnce(),
) -> E {
    let mut real = Some(real);
    group.spawn(ready(Err(consequence))).await;
    group.spawn(ready(Err(real.take().unwrap()))).await;
    end();
    soon(group.wait()).await.unwrap_err()
}

#[tokio::test]
async fn an_error_that_hides_that_a_context_ended_gives_way() {
    let hidden: [fn() -> Failure; 3] = [
        || Hides(ContextError::Cancelled).into(),
        || TryRunError::<Hides>::Ended(ContextError::Cancelled).into(),
        || Failure::new("context canceled"),
    ];
    let said = Hides(ContextError::Cancelled).to_string();
    for hidden in &hidden[..2] {
        let (parent, cancel) = Context::background().with_cancel();
        let (group, _ctx) = Group::with_context(&parent);
        assert_eq!(hidden().to_string(), said);
        let real = Failure::new("no disk");
        let end = || assert!(cancel.cancel());
        let first = check_that_the_real_one_counts(hidden(), real, group, end).await;
        assert_eq!(first.to_string(), "no disk");
    }
    // Another text is another error, whatever it means.
    let (parent, cancel) = Context::background().with_cancel();
    let (group, _ctx) = Group::with_context(&parent);
    let real = Failure::new("no disk");
    let other = || Failure::new("something else was cancelled");
    let end = || assert!(cancel.cancel());
    let first = check_that_the_real_one_counts(other(), real, group, end).await;
    assert_eq!(first.to_string(), other().to_string());
}

/// As `anyhow` is used: an error that is no `Error`, whose cause is a text of the user's making.
#[tokio::test]
async fn an_error_whose_text_alone_is_the_cause_gives_way() {
    struct Any(String);
    impl From<ContextError> for Any {
        fn from(error: ContextError) -> Self {
            Self(error.to_string())
        }
    }
    let (parent, cancel) = Context::background().with_cancel();
    let (group, _ctx) = Group::with_context_by(&parent, |error: &Any| error.0.clone());
    let consequence = Any::from(ContextError::Cancelled);
    let end = || assert!(cancel.cancel());
    let first =
        check_that_the_real_one_counts(consequence, Any("no disk".into()), group, end).await;
    assert_eq!(first.0, "no disk");
}

/// While the context has not ended nothing is compared, so the closure sees what tasks have given and nothing else.
#[tokio::test]
async fn the_cause_is_asked_for_errors_of_tasks_alone_before_the_end() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let (mut group, ctx) = Group::with_context_by(&Context::background(), move |error: &Oops| {
        log.lock().unwrap().push(error.clone());
        error.clone()
    });
    group.spawn(async { Err::<u32, _>(Oops::Real(1)) }).await;
    ctx.done().await;
    settle().await;
    assert_eq!(*seen.lock().unwrap(), [Oops::Real(1)]);
    assert_eq!(soon(group.wait()).await, Err(Oops::Real(1)));
}

/// Tries to start a task from inside of each wake-up of those who were admitted.
struct Barges(Starts, Mutex<Vec<bool>>);

impl Wake for Barges {
    fn wake(self: Arc<Self>) {
        let passed = self.0.try_spawn(pending()).is_ok();
        self.1.lock().unwrap().push(passed);
    }
}

#[tokio::test]
async fn try_spawn_passes_nobody_between_two_batches_of_those_who_are_admitted() {
    let mut group = Tasks::new().limit(1);
    group.spawn(pending()).await;
    let spawner = group.spawner();
    let barges = Arc::new(Barges(group.spawner(), Mutex::default()));
    let waker = Waker::from(Arc::clone(&barges));
    let mut line: Vec<_> = (0..MANY).map(|_| task(spawner.spawn(pending()))).collect();
    for one in &mut line {
        assert!(one.poll_with(&waker).is_pending());
    }
    // Room for all but a few of them: more than are woken at once.
    group.set_limit(Some(MANY - 3));
    let passed = std::mem::take(&mut *barges.1.lock().unwrap());
    assert_eq!(passed, vec![false; MANY - 4]);
    let admitted = line.iter_mut().filter_map(|one| match one.poll() {
        std::task::Poll::Ready(started) => Some(started.is_ok()),
        std::task::Poll::Pending => None,
    });
    assert_eq!(admitted.filter(|&is_started| is_started).count(), MANY - 4);
}

#[tokio::test]
async fn a_first_poll_of_a_spawn_passes_nobody_between_two_batches() {
    struct Polls(Starts, Mutex<Vec<bool>>);
    impl Wake for Polls {
        fn wake(self: Arc<Self>) {
            let has_passed = task(self.0.spawn(pending())).poll().is_ready();
            self.1.lock().unwrap().push(has_passed);
        }
    }
    let mut group = Tasks::new().limit(1);
    group.spawn(pending()).await;
    let spawner = group.spawner();
    let polls = Arc::new(Polls(group.spawner(), Mutex::default()));
    let waker = Waker::from(Arc::clone(&polls));
    let mut line: Vec<_> = (0..MANY).map(|_| task(spawner.spawn(pending()))).collect();
    for one in &mut line {
        assert!(one.poll_with(&waker).is_pending());
    }
    group.set_limit(Some(MANY - 3));
    let passed = std::mem::take(&mut *polls.1.lock().unwrap());
    assert_eq!(passed, vec![false; MANY - 4]);
}

/// It is given as a task is started, which is when who was admitted goes on.
#[tokio::test]
async fn the_index_is_in_the_order_in_which_tasks_are_started() {
    let mut group = Tasks::new().limit(0);
    let spawner = group.spawner();
    let mut first = parked(spawner.spawn(ready(Ok(1))));
    let mut second = parked(spawner.spawn(ready(Ok(2))));
    group.set_limit(None);
    group.try_spawn(ready(Ok(3))).unwrap();
    second.ready().unwrap();
    first.ready().unwrap();
    assert_eq!(soon(group.wait()).await, Ok(vec![3, 2, 1]));
}

#[tokio::test]
async fn a_map_takes_one_item_ahead_and_no_other_after_an_error() {
    let (tellers, tasks) = many_told::<4>();
    let mut taken = 0;
    let mut map = task(parallel_map(1, tasks, |told| {
        taken += 1;
        told
    }));
    map.pending();
    settle().await;
    assert_eq!((tellers[0].polls(), tellers[1].polls(), tellers[1].is_gone()), (1, 0, false));
    tellers[0].end(Err(Oops::Real(1)));
    settle().await;
    assert_eq!(map.answer(), Some(Err(Oops::Real(1))));
    drop(map);
    assert_eq!((taken, tellers[1].polls()), (2, 0));
}

/// Its scope is over, so there is nobody to run what it is given.
#[test]
fn a_group_that_was_carried_out_of_its_scope_starts_nothing_and_is_no_success() {
    let mut group = now(taut::scope(async |s: taut::group::Scope<'static>| s.group::<u32, Oops>()));
    assert!(!now(group.spawn(ready(Ok(1)))));
    let waits = panic_in(|| drop(now(group.wait())));
    assert_eq!(waits.as_deref(), Some("a task of the group was dropped before its end"));
    assert!(group.try_spawn(ready(Ok(2))).is_err());
    assert_eq!(now(group.wait()), Ok(vec![]), "what was given back is not missed");

    let scope = taut::scope(async |s: taut::group::Scope<'static>| {
        s.group_with_context::<u32, Oops>(&Context::background())
    });
    let (mut group, ctx) = now(scope);
    assert!(!now(group.spawn(ready(Ok(1)))) && !ctx.is_done());
    assert_eq!(now(group.wait()), Err(Oops::Ended(ContextError::Cancelled)));
}
