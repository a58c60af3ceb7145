//! What backends ask: a simulation in this process, or another server.

use std::time::Duration;

use anyhow::{Context as _, anyhow, ensure};
use axum::http::Request;
use axum::http::uri::Authority;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use taut::context::Context;
use tokio::time::sleep;

use super::backend::Fetch;
use super::request::TIMEOUT;

/// A backend that takes so long, or fails at once.
pub(crate) fn simulated(name: &'static str, latency: Duration, faulty: bool) -> Fetch {
    Box::new(move |_ctx, id| {
        Box::pin(async move {
            if faulty {
                return Err(anyhow!("it is out of order"));
            }
            sleep(latency).await;
            Ok(format!("{name} of {id}"))
        })
    })
}

/// Connections to other servers.
#[derive(Clone, Debug)]
pub(crate) struct Http(Client<HttpConnector, Empty<Bytes>>);

impl Default for Http {
    fn default() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }
}

/// A backend that asks a server for `/NAME/ID`.
pub(crate) fn upstream(http: &Http, server: &Authority, name: &'static str) -> Fetch {
    let (http, server) = (http.clone(), server.clone());
    Box::new(move |ctx, id| {
        let (http, uri) = (http.clone(), format!("http://{server}/{name}/{id}"));
        Box::pin(async move { http.get(&ctx, uri).await })
    })
}

impl Http {
    /// The body of a good answer. Dropped, it closes the connection, and that server sees its client leave.
    async fn get(&self, ctx: &Context, uri: String) -> anyhow::Result<String> {
        let mut request = Request::get(uri);
        if let Some(left) = ctx.remaining() {
            // What is left for us is what it has, and so on down.
            request = request.header(TIMEOUT, left.as_millis().to_string());
        }
        let answer = self.0.request(request.body(Empty::new())?).await?;
        let status = answer.status();
        ensure!(status.is_success(), "it answered {status}");
        let body = answer.into_body().collect().await?.to_bytes();
        String::from_utf8(body.into()).context("its answer is no text")
    }
}
