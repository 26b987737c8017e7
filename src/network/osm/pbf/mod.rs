//! OSM extracts as files: a PBF is a sequence of blobs, most of them compressed blocks of elements.
//!
//! Source: <https://wiki.openstreetmap.org/wiki/PBF_Format>. Nothing in a file is believed: sizes are checked against the
//! file and the limits of the format before memory is taken, and all that is kept is charged to a [`Budget`].

mod block;
mod budget;
mod file;
mod wire;

pub(super) use block::{Block, MemberKind, NODES, RELATIONS, Tags, WAYS, Way};
pub(super) use budget::Budget;
pub(super) use file::Pbf;
pub(super) use wire::Broken;
