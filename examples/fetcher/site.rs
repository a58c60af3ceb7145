//! A site to fetch from, on this machine: files that are made up, or those of a folder, in bad weather.
//!
//! It counts what it sees, so that a test can ask the other side whether the client kept to its limits.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::serve::ListenerExt as _;
use hyper::body::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use taut::chan::{self, SendError, Sender};
use taut::context::Context;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use walkdir::WalkDir;

use crate::dice::{Throw, dice};
use crate::target::{BadUrl, Target};
use crate::weather::{Fault, Weather};

/// How many pieces a body comes in.
const PIECES: usize = 8;

/// What stands in a URL for another byte: all but what RFC 3986 calls unreserved.
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// Files, and the weather in which they are served.
#[derive(Debug)]
pub(crate) struct Site {
    files: Vec<File>,
    /// Where in `files` the path of a URL is.
    index: HashMap<String, usize>,
    weather: Weather,
    seen: Seen,
}

#[derive(Debug)]
struct File {
    /// As it stands in a URL.
    path: String,
    content: Content,
    requests: AtomicU32,
}

#[derive(Clone, Debug)]
enum Content {
    Made { seed: u64, index: usize },
    OnDisk(PathBuf),
}

/// What a site has seen of its clients.
#[derive(Debug, Default)]
struct Seen {
    requests: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Site {
    /// So many files that are made up; the same from equal seeds.
    pub(crate) fn made_up(files: usize, weather: Weather) -> Self {
        let width = files.saturating_sub(1).to_string().len();
        let file =
            |index| (format!("/{index:0width$}.bin"), Content::Made { seed: weather.seed, index });
        Self::new((0..files).map(file), weather)
    }

    /// The files under a folder. Each is held in memory while it is sent.
    pub(crate) fn of_folder(folder: &Path, weather: Weather) -> Result<Self, BadFolder> {
        let mut files = Vec::new();
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let entry = entry.map_err(BadFolder::Unreadable)?;
            if entry.file_type().is_file() {
                let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
                let encoded = |name: Component<'_>| {
                    format!("/{}", percent_encode(name.as_os_str().as_encoded_bytes(), NAME))
                };
                let path = path.components().map(encoded).collect();
                files.push((path, Content::OnDisk(entry.into_path())));
            }
        }
        if files.is_empty() {
            return Err(BadFolder::Empty(folder.to_owned()));
        }
        Ok(Self::new(files, weather))
    }

    fn new(files: impl IntoIterator<Item = (String, Content)>, weather: Weather) -> Self {
        let file = |(path, content)| File { path, content, requests: AtomicU32::new(0) };
        let files: Vec<File> = files.into_iter().map(file).collect();
        let index = (0..).zip(&files).map(|(at, file)| (file.path.clone(), at)).collect();
        Self { files, index, weather, seen: Seen::default() }
    }

    /// The URLs of all files, if they are served at `address`.
    pub(crate) fn targets(&self, address: SocketAddr) -> Result<Vec<Target>, BadUrl> {
        self.files.iter().map(|file| format!("http://{address}{}", file.path).parse()).collect()
    }

    /// What is in file number `index`.
    pub(crate) async fn content(&self, index: usize) -> io::Result<Bytes> {
        match self.files[index].content.clone() {
            Content::Made { seed, index } => Ok(made_up(seed, index)),
            // A disk makes a thread wait, so not one of those that tasks run on.
            Content::OnDisk(path) => Ok(spawn_blocking(|| std::fs::read(path)).await??.into()),
        }
    }

    /// How many requests there were, and how many at a time at most.
    pub(crate) fn seen(&self) -> (usize, usize) {
        (self.seen.requests.load(Ordering::Relaxed), self.seen.most.load(Ordering::Relaxed))
    }
}

/// From 1 to 256 KiB, small ones as often as large ones.
fn made_up(seed: u64, index: usize) -> Bytes {
    let mut random = dice(seed, Throw::Content { index });
    let length = 1024.0 * (8.0 * random.f64()).exp2();
    let mut bytes = vec![0; length as usize];
    random.fill(&mut bytes);
    bytes.into()
}

/// Serves `site` until `ctx` ends and what has begun by then is answered.
pub(crate) async fn serve(ctx: Context, listener: TcpListener, site: Arc<Site>) -> io::Result<()> {
    let app = Router::new().fallback(answer).with_state(site);
    let stopped = async move {
        ctx.done().await;
    };
    // Without it, a body in several pieces waits 40 ms for the client to confirm the first.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, app).with_graceful_shutdown(stopped).await
}

/// Dropped when the client leaves, at any `.await`.
async fn answer(State(site): State<Arc<Site>>, uri: Uri) -> Result<Response, StatusCode> {
    let busy = Busy::new(&site);
    let &index = site.index.get(uri.path()).ok_or(StatusCode::NOT_FOUND)?;
    let nth = site.files[index].requests.fetch_add(1, Ordering::Relaxed);
    let forecast = site.weather.forecast(index, nth);
    sleep(forecast.latency).await;
    if forecast.fault == Some(Fault::Unavailable) {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    let content = site.content(index).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let length = [(CONTENT_LENGTH, content.len())];
    let (pieces, body) = chan::rendezvous();
    taut::spawn(send(busy, content, forecast.fault, pieces));
    Ok((length, Body::from_stream(body.into_stream())).into_response())
}

type Piece = io::Result<Bytes>;

/// Sends a body as fast as it is taken. Ends when nobody takes it any more.
async fn send(
    busy: Busy,
    mut content: Bytes,
    fault: Option<Fault>,
    pieces: Sender<Piece>,
) -> Result<(), SendError<Piece>> {
    let size = content.len().div_ceil(PIECES).max(1);
    if fault == Some(Fault::Dropped) {
        content.truncate(content.len() / 2);
    }
    while content.len() > size {
        if fault == Some(Fault::Slow) {
            sleep(busy.pause()).await;
        }
        pieces.send(Ok(content.split_to(size))).await?;
    }
    // With the last piece, the client may ask again at once; it is to find that this is over.
    if let Ok(last) = pieces.reserve().await {
        drop(busy);
        last.send(match fault {
            Some(Fault::Dropped) => Err(io::ErrorKind::ConnectionAborted.into()),
            _ => Ok(content),
        })?;
    }
    Ok(())
}

/// A request that is being answered.
struct Busy(Arc<Site>);

impl Busy {
    fn new(site: &Arc<Site>) -> Self {
        site.seen.requests.fetch_add(1, Ordering::Relaxed);
        let now = site.seen.now.fetch_add(1, Ordering::Relaxed) + 1;
        site.seen.most.fetch_max(now, Ordering::Relaxed);
        Self(Arc::clone(site))
    }

    /// Before each piece of a slow body.
    fn pause(&self) -> Duration {
        self.0.weather.latency / 2
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.seen.now.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Why a folder is refused.
#[derive(Debug)]
pub(crate) enum BadFolder {
    Unreadable(walkdir::Error),
    Empty(PathBuf),
}

impl fmt::Display for BadFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::Empty(path) => write!(f, "there are no files in {}", path.display()),
        }
    }
}

impl std::error::Error for BadFolder {}
