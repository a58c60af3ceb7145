//! `rate_limited`: fetches that begin at a steady pace, and at most two at a time. In Go a `time.Ticker`
//! for the pace, and a semaphore or `g.SetLimit(2)` for the number.
//!
//! The two limits are asked one after the other: the tick first, then a place in the group. What is
//! spawned has a place, so there are never more tasks than fetches. As in Go a tick that comes while
//! both places are taken is kept, one, and not all that were missed.

use std::time::Duration;

use taut::group::{Failure, Group};
use taut::time::Ticker;
use tokio::time::{Instant, sleep};

/// A page, and when it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) url: String,
    pub(crate) begun: Duration,
}

/// Fetches pages, each of which takes as long as it says. They are returned in the order of the URLs.
pub(crate) async fn fetch_all(
    urls: Vec<(String, Duration)>,
    pace: Duration,
) -> Result<Vec<Page>, Failure> {
    let (ticker, start) = (Ticker::new(pace)?, Instant::now());
    let mut group = Group::new().limit(2);
    for (url, latency) in urls {
        ticker.tick().await;
        let fetch = async move {
            let begun = start.elapsed();
            sleep(latency).await; // here a client would ask the server
            Ok(Page { url, begun })
        };
        if !group.spawn(fetch).await {
            break;
        }
    }
    group.wait().await
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let latency = Duration::from_millis(25);
    let urls = (1..=6).map(|n| (format!("page {n}"), latency)).collect();
    for page in fetch_all(urls, Duration::from_millis(10)).await? {
        println!("{}", page.url);
        eprintln!("{} was asked for after {:?}", page.url, page.begun);
    }
    Ok(())
}
