//! Selects as services have them: shutdown, deadlines, heartbeats, worker loops.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, Notify, Semaphore, broadcast, mpsc, oneshot, watch};
use tokio::task::{JoinSet, yield_now};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout};

use super::select;

const fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

#[tokio::test(start_paused = true)]
async fn a_worker_stops_when_told() {
    let (jobs, mut rx) = mpsc::channel::<u32>(8);
    let (stop, mut stopped) = watch::channel(false);
    let worker = tokio::spawn(async move {
        let mut done = Vec::new();
        loop {
            select! {
                biased;
                _ = stopped.changed() => break done,
                Some(job) = rx.recv() => done.push(job),
                else => break done,
            }
        }
    });
    for job in 1..=3 {
        jobs.send(job).await.unwrap();
    }
    sleep(ms(1)).await;
    stop.send(true).unwrap();
    assert_eq!(worker.await.unwrap(), [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_request_has_a_deadline() {
    async fn ask(takes: Duration) -> Result<&'static str, &'static str> {
        select! {
            answer = async { sleep(takes).await; "answer" } => Ok(answer),
            () = sleep(ms(100)) => Err("late"),
        }
    }
    assert_eq!(ask(ms(50)).await, Ok("answer"));
    assert_eq!(ask(ms(150)).await, Err("late"));
}

#[tokio::test(start_paused = true)]
async fn a_future_outlives_several_selects() {
    let work = async {
        sleep(ms(35)).await;
        7
    };
    tokio::pin!(work);
    let mut ticks = interval(ms(10));
    let mut ticked = 0;
    let result = loop {
        select! {
            result = &mut work => break result,
            _ = ticks.tick() => ticked += 1,
        }
    };
    assert_eq!((result, ticked), (7, 4));
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed() {
    let (tx, mut rx) = mpsc::unbounded_channel::<&str>();
    let idle = sleep(ms(100));
    tokio::pin!(idle);
    tokio::spawn(async move {
        for text in ["a", "b"] {
            sleep(ms(60)).await;
            tx.send(text).unwrap();
        }
        sleep(ms(1000)).await;
        drop(tx);
    });
    let mut seen = String::new();
    loop {
        select! {
            text = rx.recv() => {
                seen.push_str(text.unwrap());
                idle.as_mut().reset(Instant::now() + ms(100));
            }
            () = idle.as_mut() => break,
        }
    }
    assert_eq!(seen, "ab");
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_flushed_when_full_or_old() {
    let (tx, mut rx) = mpsc::channel::<u32>(16);
    tokio::spawn(async move {
        for (v, pause) in [(1, 0), (2, 0), (3, 0), (4, 5), (5, 50)] {
            sleep(ms(pause)).await;
            tx.send(v).await.unwrap();
        }
    });
    let mut flushed = Vec::new();
    let mut batch = Vec::new();
    let mut due = Instant::now();
    loop {
        select! {
            got = rx.recv() => match got {
                Some(v) => {
                    if batch.is_empty() {
                        due = Instant::now() + ms(20);
                    }
                    batch.push(v);
                    if batch.len() == 3 {
                        flushed.push(std::mem::take(&mut batch));
                    }
                }
                None => break,
            },
            () = sleep_until(due), if !batch.is_empty() => {
                flushed.push(std::mem::take(&mut batch));
            }
        }
    }
    flushed.push(batch);
    assert_eq!(flushed, [vec![1, 2, 3], vec![4], vec![5]]);
}

#[tokio::test(start_paused = true)]
async fn a_command_answers_on_a_oneshot() {
    enum Command {
        Add(u32),
        Get(oneshot::Sender<u32>),
        Stop,
    }
    let (tx, mut rx) = mpsc::channel(4);
    let actor = async {
        let mut sum = 0;
        let mut beats = interval(ms(1000));
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            select! {
                command = rx.recv() => match command {
                    Some(Command::Add(v)) => sum += v,
                    Some(Command::Get(reply)) => drop(reply.send(sum)),
                    Some(Command::Stop) | None => return sum,
                },
                _ = beats.tick() => continue,
            }
        }
    };
    let client = async {
        tx.send(Command::Add(1)).await.unwrap();
        tx.send(Command::Add(2)).await.unwrap();
        let (reply, answer) = oneshot::channel();
        tx.send(Command::Get(reply)).await.unwrap();
        let sum = answer.await.unwrap();
        tx.send(Command::Stop).await.unwrap();
        sum
    };
    assert_eq!(tokio::join!(actor, client), (3, 3));
}

#[tokio::test]
async fn a_oneshot_that_is_cancelled_is_an_error() {
    let (tx, rx) = oneshot::channel::<u32>();
    drop(tx);
    let got = select! {
        got = rx => got.is_err(),
        () = std::future::pending() => false,
    };
    assert!(got);
}

#[tokio::test]
async fn the_first_of_two_replicas_answers() {
    async fn replica(id: u32, turns: u32) -> u32 {
        for _ in 0..turns {
            yield_now().await;
        }
        id
    }
    let id = select! {
        id = replica(1, 9) => id,
        id = replica(2, 1) => id,
    };
    assert_eq!(id, 2);
}

#[tokio::test]
async fn children_are_joined_until_none_is_left() {
    let mut set: JoinSet<u32> = (1..=3).map(|v| async move { v }).collect();
    let (_keep, mut more) = mpsc::channel::<u32>(1);
    let mut sum = 0;
    while !set.is_empty() {
        select! {
            Some(joined) = set.join_next() => sum += joined.unwrap(),
            Some(v) = more.recv() => { set.spawn(async move { v }); }
            else => break,
        }
    }
    assert_eq!(sum, 6);
}

#[tokio::test]
async fn a_lagging_subscriber_goes_on() {
    use broadcast::error::RecvError::{Closed, Lagged};
    let (tx, mut rx) = broadcast::channel(2);
    let mut log = Vec::new();
    for v in 0..4 {
        tx.send(v).unwrap();
    }
    drop(tx);
    loop {
        select! {
            got = rx.recv() => match got {
                Ok(v) => log.push(Ok(v)),
                Err(Lagged(n)) => log.push(Err(n)),
                Err(Closed) => break,
            }
        }
    }
    assert_eq!(log, [Err(2), Ok(2), Ok(3)]);
}

#[tokio::test(start_paused = true)]
async fn a_permit_or_a_timeout() {
    let semaphore = Arc::new(Semaphore::new(1));
    let held = semaphore.clone().acquire_owned().await.unwrap();
    let is_late = select! {
        permit = semaphore.acquire() => permit.is_err(),
        () = sleep(ms(5)) => true,
    };
    assert!(is_late);
    drop(held);
    let permits = select! {
        _ = semaphore.acquire() => semaphore.available_permits(),
        () = sleep(ms(5)) => 2,
    };
    assert_eq!(permits, 0, "what `_` matches lives until the handler is done");
}

#[tokio::test(start_paused = true)]
async fn a_lock_or_a_signal() {
    let lock = Mutex::new(0);
    let notify = Notify::new();
    for _ in 0..3 {
        select! {
            mut held = lock.lock() => *held += 1,
            () = notify.notified() => unreachable!(),
        }
    }
    notify.notify_one();
    let held = lock.lock().await;
    let is_told = select! {
        _ = lock.lock() => false,
        () = notify.notified() => true,
    };
    assert!(is_told);
    assert_eq!(*held, 3);
}

#[tokio::test(start_paused = true)]
async fn a_task_is_watched_and_aborted() {
    let mut task = tokio::spawn(std::future::pending::<()>());
    let ended = select! {
        result = &mut task => result.is_ok(),
        () = sleep(ms(10)) => {
            task.abort();
            task.await.unwrap_err().is_cancelled()
        }
    };
    assert!(ended);
}

#[tokio::test(start_paused = true)]
async fn errors_leave_by_question_mark() {
    async fn run(text: &str) -> Result<u32, Box<dyn std::error::Error>> {
        let (tx, rx) = oneshot::channel();
        tx.send(text.to_owned()).unwrap();
        let v = select! {
            text = rx => text?.parse::<u32>()?,
            timed = timeout(ms(1), std::future::pending::<u32>()) => timed?,
        };
        Ok(v)
    }
    assert_eq!(run("7").await.unwrap(), 7);
    assert!(run("x").await.is_err());
}
