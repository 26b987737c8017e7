//! Homes: residential buildings, their floor area and an estimate of their households.

use serde::{Deserialize, Serialize};

use super::spaces::idle;
use crate::error::Error;
use crate::network::osm::at_least;
use crate::network::osm::pbf::Tags;

/// Which buildings count as homes that are tagged `building=yes` and nothing more.
///
/// Chosen in [`HomesOptions::untyped`]; [`OsmTown::read`](super::OsmTown::read) has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UntypedBuildings {
    /// All that do not stand on land for work: industry, commerce, retail, schools, hospitals, railways and the like.
    #[default]
    OutsideWorkAreas,
    /// Those that stand on land for living (`landuse=residential`).
    InResidentialAreas,
    /// None.
    None,
}

/// How homes are estimated. The numbers are assumptions; set them to what is known of the town.
///
/// * Levels: `building:levels`; else `height` / `metres_per_level`; else the assumed number for the kind of building.
/// * Floor area: footprint × levels.
/// * Households: `building:flats`; else 1 for a house of one dwelling; else floor area / `floor_area_per_household`,
///   rounded, at least 1.
///
/// [`OsmTown::read`](super::OsmTown::read) has an example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HomesOptions {
    /// Which buildings of no stated use count.
    pub untyped: UntypedBuildings,
    /// Smallest footprint of a building of no stated use that counts, in m²: smaller ones are sheds and garages.
    pub least_footprint: f64,
    /// Floor area of one household in m², walls and stairs included.
    pub floor_area_per_household: f64,
    /// Height of a level in metres.
    pub metres_per_level: f64,
    /// Levels of a building of flats that does not say.
    pub levels_of_apartments: f64,
    /// Levels of a house that does not say.
    pub levels_of_houses: f64,
    /// Levels of a building of no stated use that does not say.
    pub levels_of_untyped: f64,
}

impl Default for HomesOptions {
    fn default() -> Self {
        Self {
            untyped: UntypedBuildings::default(),
            least_footprint: 40.0,
            floor_area_per_household: 100.0,
            metres_per_level: 3.0,
            levels_of_apartments: 4.0,
            levels_of_houses: 2.0,
            levels_of_untyped: 2.0,
        }
    }
}

impl HomesOptions {
    pub(super) fn validate(&self) -> Result<(), Error> {
        at_least("least_footprint", self.least_footprint, 0.0)?;
        at_least("floor_area_per_household", self.floor_area_per_household, 1.0)?;
        at_least("metres_per_level", self.metres_per_level, 1.0)?;
        at_least("levels_of_apartments", self.levels_of_apartments, 1.0)?;
        at_least("levels_of_houses", self.levels_of_houses, 1.0)?;
        at_least("levels_of_untyped", self.levels_of_untyped, 1.0)
    }
}

/// How a building is lived in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Living {
    /// Flats, by floor area.
    Flats,
    /// One dwelling.
    House,
    /// `building=yes`: perhaps.
    Untyped,
}

/// What the tags of a building say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Dwelling {
    /// Value of `building`.
    pub building: &'static str,
    pub living: Living,
    pub levels: Option<f64>,
    pub flats: Option<f64>,
}

const FLATS: [&str; 7] = ["apartments", "residential", "terrace", "dormitory", "block", "flats", "tower_block"];
const HOUSES: [&str; 16] = [
    "house",
    "detached",
    "semidetached_house",
    "semi",
    "bungalow",
    "cabin",
    "farm",
    "farmhouse",
    "static_caravan",
    "houseboat",
    "villa",
    "annexe",
    "ger",
    "stilt_house",
    "trullo",
    "tree_house",
];
/// Keys that give a building another use.
const USES: [&str; 17] = [
    "amenity",
    "shop",
    "office",
    "tourism",
    "leisure",
    "industrial",
    "man_made",
    "craft",
    "military",
    "railway",
    "public_transport",
    "aeroway",
    "power",
    "government",
    "healthcare",
    "religion",
    "emergency",
];

impl Dwelling {
    /// Whether an element is a building that people live in, or may live in.
    pub fn of(tags: Tags<'_>, options: &HomesOptions) -> Option<Self> {
        let building = tags.get("building")?;
        if idle(tags) {
            return None;
        }
        let known = |names: &[&'static str]| names.iter().copied().find(|&name| name == building);
        let (building, living) = if let Some(name) = known(&FLATS) {
            (name, Living::Flats)
        } else if let Some(name) = known(&HOUSES) {
            (name, Living::House)
        } else if building == "yes" {
            let living = tags.get("building:use").map(|value| matches!(value, "residential" | "apartments"));
            match living {
                Some(true) => ("yes", Living::Flats),
                Some(false) => return None,
                None if options.untyped == UntypedBuildings::None => return None,
                None if USES.iter().any(|key| tags.get(key).is_some()) => return None,
                None => ("yes", Living::Untyped),
            }
        } else {
            return None;
        };
        let flats = number(tags.get("building:flats")).filter(|flats| (1.0..=10_000.0).contains(flats));
        Some(Self { building, living, levels: levels(tags, options.metres_per_level), flats: flats.map(f64::round) })
    }

    /// Levels and whether they are assumed.
    pub fn levels(&self, options: &HomesOptions) -> (f64, bool) {
        let assumed = match self.living {
            Living::Flats => options.levels_of_apartments,
            Living::House => options.levels_of_houses,
            Living::Untyped => options.levels_of_untyped,
        };
        (self.levels.unwrap_or(assumed), self.levels.is_none())
    }

    /// The estimated number of households on so much floor area.
    pub fn households(&self, floor_area: f64, options: &HomesOptions) -> f64 {
        match (self.flats, self.living) {
            (Some(flats), _) => flats,
            (None, Living::House) => 1.0,
            (None, _) => (floor_area / options.floor_area_per_household).round().max(1.0),
        }
    }
}

/// Levels above ground, where a tag says so: the number of levels, or the height.
pub(super) fn levels(tags: Tags<'_>, metres_per_level: f64) -> Option<f64> {
    let plausible = |levels: &f64| (1.0..=200.0).contains(levels);
    let stated = number(tags.get("building:levels")).filter(plausible);
    stated.or_else(|| number(tags.get("height")).map(|height| (height / metres_per_level).floor()).filter(plausible))
}

/// The number that a value begins with: "5", "4.5", "15 m"; of several ("4;5") the largest.
pub(super) fn number(value: Option<&str>) -> Option<f64> {
    let one = |part: &str| {
        let part = part.trim();
        let end = part.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(part.len());
        let number: f64 = part.get(..end)?.parse().ok()?;
        number.is_finite().then_some(number)
    };
    value?.split([';', ',', '-']).filter_map(one).max_by(f64::total_cmp)
}
