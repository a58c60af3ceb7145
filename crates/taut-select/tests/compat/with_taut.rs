//! The selects, with ours.

use taut::select;

#[path = "services.rs"]
mod services;
#[path = "shapes.rs"]
mod shapes;
