//! A town from an extract alone: homes, candidate spaces, existing facilities.

mod facilities;
mod homes;
mod land;
mod spaces;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use facilities::OsmService;
use homes::{Dwelling, Living};
pub use homes::{HomesOptions, UntypedBuildings};
use land::{Land, LandUse};
pub use spaces::OsmSpaceKind;

use super::pbf::{Broken, Pbf, Tags};
use super::places::{self, Place};
use super::region::Region;
use super::rings::Polygon;
use crate::error::Error;

/// OSM allows 255 characters; what is longer is no name.
const MOST_TEXT: usize = 1_020;

/// What [`OsmTown::read`] takes.
///
/// [`OsmTown::read`] has an example.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TownOptions {
    /// Only what has its point and a node of its outline inside; None: all of the file.
    pub region: Option<Region>,
    /// How homes are told and estimated.
    pub homes: HomesOptions,
}

/// What [`OsmTown::read`] met on its way.
///
/// [`OsmTown::read`] has an example.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TownReport {
    /// Elements of interest outside the region.
    pub outside: usize,
    /// Areas whose nodes or ways are missing in the file, or whose rings do not close.
    pub broken_areas: usize,
    /// Nodes that areas name and the file does not have.
    pub nodes_missing: usize,
    /// Elements of interest that are open lines and were left out.
    pub lines: usize,
    /// Relations of interest that are no multipolygons (sites, building outlines) and were left out.
    pub groups: usize,
    /// Ways left out because a multipolygon with the same tags stands for them.
    pub tagged_twice: usize,
    /// Buildings without stated use that count as homes.
    pub untyped_homes: usize,
    /// Buildings without stated use left out: too small, or on land for work.
    pub untyped_left_out: usize,
    /// Homes whose levels are assumed.
    pub levels_assumed: usize,
    /// Spaces mapped as points, whose area is not known.
    pub spaces_without_area: usize,
}

/// An element of the extract.
///
/// [`OsmTown::read`] has an example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OsmPlace {
    /// Its kind and number, such as "way/4711".
    pub id: String,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// [longitude, latitude] in degrees: the node itself, or a point inside the area.
    pub at: [f64; 2],
    /// The area: its polygons, each an outer ring and its holes. Empty where it is mapped as a node.
    pub polygons: Vec<Polygon>,
}

/// A residential building.
///
/// [`OsmTown::read`] has an example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OsmHome {
    /// Where it is.
    pub place: OsmPlace,
    /// Its value of `building`.
    pub building: String,
    /// Levels above ground.
    pub levels: f64,
    /// Whether the levels are assumed, since no tag gives them.
    pub levels_assumed: bool,
    /// Footprint × levels, in m².
    pub floor_area: f64,
    /// Estimated number of households, a whole number.
    pub households: f64,
}

/// A candidate space.
///
/// [`OsmTown::read`] has an example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OsmSpace {
    /// Where it is.
    pub place: OsmPlace,
    /// What it is.
    pub kind: OsmSpaceKind,
    /// In m²: of land its area, of rooms footprint × levels (one level where no tag gives them). None for points.
    pub area: Option<f64>,
}

/// An existing facility.
///
/// [`OsmTown::read`] has an example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OsmFacility {
    /// Where it is.
    pub place: OsmPlace,
    /// What it offers.
    pub service: OsmService,
    /// The tag that says so, such as "amenity=library".
    pub tag: String,
    /// Its value of `capacity`, where it is a number.
    pub capacity: Option<f64>,
}

/// Homes, candidate spaces and existing facilities of an extract, each in the order of OSM's ids: nodes, ways, relations.
///
/// [`OsmTown::read`] has an example.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct OsmTown {
    /// Residential buildings.
    pub homes: Vec<OsmHome>,
    /// Candidate spaces.
    pub spaces: Vec<OsmSpace>,
    /// Existing facilities.
    pub facilities: Vec<OsmFacility>,
    /// What was met on the way.
    pub report: TownReport,
}

/// What the tags of one element say.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Classes {
    home: Option<Dwelling>,
    space: Option<OsmSpaceKind>,
    facility: Option<OsmService>,
    land: Option<LandUse>,
    tag: String,
    levels: Option<f64>,
    capacity: Option<f64>,
    name: Option<String>,
}

impl Classes {
    fn of(tags: Tags<'_>, options: &HomesOptions) -> Option<Self> {
        let facility = OsmService::of(tags);
        let classes = Self {
            home: Dwelling::of(tags, options),
            space: OsmSpaceKind::of(tags),
            facility: facility.map(|(service, ..)| service),
            land: LandUse::of(tags),
            tag: facility.map_or_else(String::new, |(_, key, value)| format!("{key}={value}")),
            levels: homes::levels(tags, options.metres_per_level),
            capacity: homes::number(tags.get("capacity")),
            name: None,
        };
        let named = classes.home.is_some() || classes.space.is_some() || classes.facility.is_some();
        let name = tags.get("name").filter(|name| named && name.len() <= MOST_TEXT).map(str::to_owned);
        (named || classes.land.is_some()).then_some(Self { name, ..classes })
    }

    /// The bytes of its texts.
    pub fn texts(&self) -> usize {
        self.tag.len() + self.name.as_ref().map_or(0, String::len)
    }

    /// Whether it is land for living or work.
    pub fn is_land(&self) -> bool {
        self.land.is_some()
    }

    /// Whether it is nothing else.
    pub fn is_bare_land(&self) -> bool {
        self.is_land() && self.home.is_none() && self.space.is_none() && self.facility.is_none()
    }

    /// What it is, without what tells it from others of its kind.
    pub fn bare(&self) -> Self {
        let home = self.home.map(|home| Dwelling { levels: None, flats: None, ..home });
        Self { home, tag: String::new(), levels: None, capacity: None, name: None, ..self.clone() }
    }
}

impl OsmTown {
    /// Reads homes, candidate spaces and existing facilities from an extract in PBF.
    ///
    /// Areas are closed ways and multipolygons, whose rings are joined. [`HomesOptions`] states how homes are told and
    /// households estimated; `docs/osm.md` lists the tags of spaces and facilities. One element may be several things: a
    /// community centre is a facility and a space.
    ///
    /// # Errors
    ///
    /// [`Error::File`] when the file cannot be read, is damaged, is no PBF or needs a feature that is not supported;
    /// [`Error::InvalidValue`] when an option is not usable.
    ///
    /// # Example
    ///
    /// ```
    /// use siting::network::osm::{HomesOptions, OsmService, OsmSpaceKind, OsmTown, TownOptions};
    ///
    /// // A block of flats of five levels, a vacant shop and a library.
    /// let path = "tests/support/corner.osm.pbf";
    /// let town = OsmTown::read(path, &TownOptions::default())?;
    /// let home = &town.homes[0];
    /// assert_eq!((home.place.id.as_str(), home.levels, home.households), ("way/13", 5.0, 25.0));
    /// assert_eq!(home.place.polygons[0][0].len(), 5); // its outer ring, closed
    /// assert_eq!((town.spaces[0].kind, town.spaces[0].area), (OsmSpaceKind::VacantShop, None));
    /// let library = &town.facilities[0];
    /// assert_eq!((library.service, library.tag.as_str()), (OsmService::Culture, "amenity=library"));
    /// assert_eq!(town.report.spaces_without_area, 1);
    ///
    /// let small_flats = HomesOptions { floor_area_per_household: 50.0, ..HomesOptions::default() };
    /// let town = OsmTown::read(path, &TownOptions { homes: small_flats, ..TownOptions::default() })?;
    /// assert_eq!(town.homes[0].households, 50.0);
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn read(path: impl AsRef<Path>, options: &TownOptions) -> Result<Self, Error> {
        options.homes.validate()?;
        let mut pbf = Pbf::open(path.as_ref())?;
        let mut town = Self::default();
        let classify = |tags: Tags<'_>| Classes::of(tags, &options.homes);
        let places = places::read(&mut pbf, options.region.as_ref(), classify, &mut town.report)?;
        let land = Land::of(&places);
        for place in places.into_iter().filter(|place| place.inside) {
            town.add(place, &land, &options.homes).map_err(|Broken(reason)| pbf.error(reason))?;
        }
        Ok(town)
    }

    fn add(&mut self, place: Place, land: &Land, options: &HomesOptions) -> Result<(), Broken> {
        let Place { id, at, polygons, area, what, .. } = place;
        let row = OsmPlace { id: id.to_string(), name: what.name, at, polygons };
        if let Some(service) = what.facility {
            self.facilities.push(OsmFacility { place: row.clone(), service, tag: what.tag, capacity: what.capacity });
        }
        if let Some(kind) = what.space {
            let levels = if kind.is_land() { 1.0 } else { what.levels.unwrap_or(1.0) };
            let area = (area > 0.0).then_some(area * levels);
            self.report.spaces_without_area += usize::from(area.is_none());
            self.spaces.push(OsmSpace { place: row.clone(), kind, area });
        }
        // A building mapped as a node has no footprint to estimate from.
        let Some(dwelling) = what.home.filter(|_| area > 0.0) else { return Ok(()) };
        if dwelling.living == Living::Untyped {
            let lived_in = area >= options.least_footprint && land.lived_in(at, options.untyped)?;
            if !lived_in {
                self.report.untyped_left_out += 1;
                return Ok(());
            }
            self.report.untyped_homes += 1;
        }
        let (levels, levels_assumed) = dwelling.levels(options);
        self.report.levels_assumed += usize::from(levels_assumed);
        let floor_area = area * levels;
        let households = dwelling.households(floor_area, options);
        let building = dwelling.building.to_owned();
        self.homes.push(OsmHome { place: row, building, levels, levels_assumed, floor_area, households });
        Ok(())
    }
}
