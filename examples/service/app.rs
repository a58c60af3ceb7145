//! What is served.
//!
//! | path | answer |
//! | --- | --- |
//! | `/item/ID` | from the catalog; who asks for the same item meanwhile shares the call |
//! | `/page/ID` | of three backends at once: all or none; and of a fourth, if it is there by then |
//! | `/stats` | what is under way, and what has become of the rest |
//! | `/health` | that it runs |

use std::fmt::Write as _;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Extension, Router, middleware};
use taut::context::Context;
use taut::group::Group;
use taut::sync::SingleFlight;

use super::backend::{Answer, Backend};
use super::failure::Failure;
use super::request::{Requests, in_context};

/// All backends: that of items, those that a page needs, and the one that it can do without.
pub(crate) const NAMES: [&str; 5] = [CATALOG, PRICE, STOCK, REVIEWS, RELATED];
const CATALOG: &str = "catalog";
const PRICE: &str = "price";
const STOCK: &str = "stock";
const REVIEWS: &str = "reviews";
const RELATED: &str = "related";

pub(crate) struct App {
    pub(crate) requests: Arc<Requests>,
    pub(crate) flights: SingleFlight<u64, Answer>,
    pub(crate) catalog: Arc<Backend>,
    pub(crate) needed: [Arc<Backend>; 3],
    pub(crate) related: Arc<Backend>,
}

impl App {
    /// Requests may take as long as `longest`, and do not end with `stop`; `backend` makes backends by name.
    pub(crate) fn new<F>(stop: &Context, longest: Duration, mut backend: F) -> Self
    where
        F: FnMut(&'static str) -> Arc<Backend>,
    {
        Self {
            requests: Arc::new(Requests::new(stop, longest)),
            flights: SingleFlight::new(),
            catalog: backend(CATALOG),
            needed: [PRICE, STOCK, REVIEWS].map(&mut backend),
            related: backend(RELATED),
        }
    }

    pub(crate) fn backends(&self) -> impl Iterator<Item = &Arc<Backend>> {
        [&self.catalog].into_iter().chain(&self.needed).chain([&self.related])
    }

    /// An item, by the call that is under way for it, or else by a new one.
    async fn item(&self, ctx: &Context, id: u64) -> Answer {
        let (requests, catalog) = (self.requests.clone(), self.catalog.clone());
        // Not in the context of this request: others may wait for the same when it has ended.
        let call = || async move {
            let (ctx, _cancel) = requests.common_context();
            catalog.call(&ctx, id).await
        };
        let mut flight = pin!(self.flights.run(id, call));
        match ctx.run(flight.as_mut()).await {
            Ok(Ok(landed)) => landed.value,
            Ok(Err(panicked)) => Err(Failure::backend(self.catalog.name, &panicked)),
            // The flight is still there, and its call with it, if that has a place.
            Err(_) if self.catalog.is_serving(id) => Err(Failure::ended(ctx)),
            Err(_) => Err(self.catalog.no_place(ctx)),
        }
    }

    /// A page of several parts. The first that fails ends the others.
    async fn page(&self, ctx: &Context, id: u64) -> Result<String, Failure> {
        // A task of its own, with a handle that detaches: only the context of the request ends it.
        let related = {
            let (ctx, related) = (ctx.clone(), self.related.clone());
            taut::spawn(async move { related.call(&ctx, id).await })
        };

        let (mut parts, ctx) = Group::with_context(ctx);
        for backend in &self.needed {
            let (ctx, backend) = (ctx.clone(), backend.clone());
            parts.spawn(async move { backend.call(&ctx, id).await }).await;
        }
        let mut page = parts.wait().await?.join("\n");

        if related.is_finished() {
            if let Ok(Ok(related)) = related.await {
                page.extend(["\n", &related]);
            }
        }
        Ok(page)
    }

    /// A line for requests, one for flights, and one for each backend.
    fn stats(&self) -> String {
        let mut text = format!("requests {}\n", self.requests.counts());
        // Writing to a string does not fail.
        writeln!(text, "flights now={}", self.flights.in_flight()).ok();
        for backend in self.backends() {
            writeln!(text, "{} {backend}", backend.name).ok();
        }
        text
    }
}

pub(crate) fn routes(app: &Arc<App>) -> Router {
    let with_context = middleware::from_fn_with_state(app.requests.clone(), in_context);
    Router::new()
        .route("/item/{id}", get(item))
        .route("/page/{id}", get(page))
        .route_layer(with_context) // the two above
        .route("/stats", get(stats))
        .route("/health", get(|| async { "ok\n" }))
        .with_state(app.clone())
}

async fn item(
    State(app): State<Arc<App>>,
    Extension(ctx): Extension<Context>,
    Path(id): Path<u64>,
) -> Result<String, Failure> {
    Ok(format!("{}\n", app.item(&ctx, id).await?))
}

async fn page(
    State(app): State<Arc<App>>,
    Extension(ctx): Extension<Context>,
    Path(id): Path<u64>,
) -> Result<String, Failure> {
    Ok(app.page(&ctx, id).await? + "\n")
}

async fn stats(State(app): State<Arc<App>>) -> String {
    app.stats()
}
