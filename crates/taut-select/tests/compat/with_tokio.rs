//! The selects, with those of Tokio.

use tokio::select;

#[path = "services.rs"]
mod services;
#[path = "shapes.rs"]
mod shapes;
