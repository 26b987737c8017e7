//! The walking network: streets as arrays, and readers that give them.

#[cfg(feature = "osm")]
pub mod osm;
mod streets;

pub use streets::{Direction, Streets};
