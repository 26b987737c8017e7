//! OpenStreetMap extracts in PBF: the streets that people walk on, and a town of homes, spaces and facilities.
//!
//! Extracts come from the usual places (Geofabrik, BBBike, `osmium extract`). Files are read as they are, from the disk
//! and in place: no service is called, and hostile or damaged files end in [`Error::File`](crate::Error::File).

mod nodes;
mod pbf;
mod places;
mod profile;
mod region;
mod rings;
mod split;
mod streets;
mod town;

pub use profile::WalkingProfile;
pub use region::Region;
pub use rings::Polygon;
pub use streets::{OsmStreets, StreetsOptions, StreetsReport, read_streets};
pub use town::{
    HomesOptions, OsmFacility, OsmHome, OsmPlace, OsmService, OsmSpace, OsmSpaceKind, OsmTown, TownOptions, TownReport,
    UntypedBuildings,
};
