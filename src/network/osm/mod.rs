//! OpenStreetMap extracts in PBF: the streets that people walk on, and a town of homes, spaces and facilities.
//!
//! Extracts come from the usual places (Geofabrik, BBBike, `osmium extract`). Files are read as they are, from the disk
//! and in place: no service is called, and hostile or damaged files end in [`Error::File`].

mod nodes;
mod pbf;
mod places;
mod profile;
mod region;
mod rings;
mod split;
mod streets;
mod town;

use std::path::Path;

use crate::error::Error;
use crate::network::Network;

pub use profile::WalkingProfile;
pub use region::Region;
pub use rings::Polygon;
pub use streets::{OsmStreets, StreetsOptions, StreetsReport, read_streets};
pub use town::{
    HomesOptions, OsmFacility, OsmHome, OsmPlace, OsmService, OsmSpace, OsmSpaceKind, OsmTown, TownOptions, TownReport,
    UntypedBuildings,
};

impl Network {
    /// The network that people walk on in an OpenStreetMap extract (`.osm.pbf`), in degrees of WGS 84; a `region` takes
    /// only the part inside. [`read_streets`] tells more: the way behind each edge, and what was left out.
    ///
    /// # Errors
    ///
    /// [`Error::File`] for a file that cannot be read, is damaged, or has no street to walk on in the region.
    ///
    /// ```
    /// use siting::{Error, Network};
    ///
    /// assert!(matches!(Network::from_pbf("no-such-town.osm.pbf", None), Err(Error::File { .. })));
    /// ```
    pub fn from_pbf(path: impl AsRef<Path>, region: Option<Region>) -> Result<Self, Error> {
        let path = path.as_ref();
        let options = StreetsOptions { region, profile: WalkingProfile::default() };
        Self::of_osm(path, read_streets(path, &options)?)
    }

    /// The network of streets that were read from an extract.
    ///
    /// # Errors
    ///
    /// [`Error::File`] when there are none.
    ///
    /// ```
    /// use siting::Network;
    /// use siting::network::osm::{StreetsOptions, read_streets};
    /// let path = "tests/support/corner.osm.pbf";
    /// let osm = read_streets(path, &StreetsOptions::default())?;
    /// assert_eq!(Network::of_osm(path, osm)?.summary().edges, 3);
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn of_osm(path: impl AsRef<Path>, osm: OsmStreets) -> Result<Self, Error> {
        if osm.streets.n_edges() == 0 {
            return Err(Error::File {
                path: path.as_ref().display().to_string(),
                reason: "it has no street to walk on there".into(),
            });
        }
        Self::new(osm.streets)
    }
}

/// Refuses options that are not finite or below what makes sense.
fn at_least(argument: &'static str, value: f64, least: f64) -> Result<(), Error> {
    if value.is_finite() && value >= least {
        return Ok(());
    }
    let reason = format!("a finite number of {least} or more is expected");
    Err(Error::InvalidValue { argument, value: value.to_string(), reason })
}
