//! The progress, while there is any: a bar on stderr, drawn ten times a second and not at each event.

use std::io::{self, Write as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use taut::chan::{Receiver, RecvError};
use taut::context::Context;
use taut::time::Ticker;

use crate::fetch::Event;
use crate::report::Report;

const REDRAW: Duration = Duration::from_millis(100);

/// Takes `events` into `report` until all who send them are gone, and shows how far they are.
///
/// # Errors
///
/// If there is no stderr to write to.
pub(crate) async fn watch(
    events: &Receiver<Event>,
    stop: &Context,
    report: &mut Report,
    hidden: bool,
) -> anyhow::Result<()> {
    let bar = bar(report.rows().len() as u64, hidden)?;
    let redraw = Ticker::new(REDRAW)?;
    let mut stopping = false;
    loop {
        taut::select! {
            event = events.recv() => match event {
                Ok(event) => report.take(event),
                Err(RecvError) => break,
            },
            _ = redraw.tick(), if !bar.is_hidden() => draw(&bar, report),
            // Once: it would be ready for ever after.
            _ = stop.done(), if !stopping => {
                stopping = true;
                bar.suspend(|| say_that_it_stops(stop, report))?;
            }
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// `indicatif` hides it also if stderr is no terminal.
fn bar(urls: u64, hidden: bool) -> anyhow::Result<ProgressBar> {
    let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} in {elapsed}, {msg}")?;
    Ok(ProgressBar::with_draw_target(Some(urls), target).with_style(style))
}

fn draw(bar: &ProgressBar, report: &Report) {
    let Report { in_flight, failed, .. } = report;
    bar.set_message(format!("{in_flight} in flight, {failed} failed"));
    bar.set_position(report.done);
}

fn say_that_it_stops(stop: &Context, report: &Report) -> io::Result<()> {
    let cause = stop.cause().map(|cause| cause.to_string()).unwrap_or_default();
    let line = format!(
        "fetcher: {cause}: no request begins, {} in flight; the next Ctrl-C ends it at once\n",
        report.in_flight
    );
    io::stderr().write_all(line.as_bytes())
}
