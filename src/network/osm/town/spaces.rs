//! Candidate spaces: what stands empty, and land and rooms that could take a service in.

use serde::{Deserialize, Serialize};

use crate::network::osm::pbf::Tags;

/// Kinds of space that an extract shows.
///
/// [`OsmTown::read`](super::OsmTown::read) has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OsmSpaceKind {
    /// A shop, office or other business that is vacant.
    VacantShop,
    /// 闲置校舍.
    IdleSchool,
    /// 闲置厂房.
    IdleFactory,
    /// A warehouse out of use.
    Warehouse,
    /// Another building out of use.
    VacantBuilding,
    /// Land to be built on anew.
    Brownfield,
    /// A car park.
    Parking,
    /// 社区用房.
    CommunityRoom,
    /// Town halls and other public buildings.
    PublicRoom,
}

impl OsmSpaceKind {
    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::VacantShop => "vacant shop",
            Self::IdleSchool => "idle school",
            Self::IdleFactory => "idle factory",
            Self::Warehouse => "warehouse",
            Self::VacantBuilding => "vacant building",
            Self::Brownfield => "brownfield",
            Self::Parking => "parking",
            Self::CommunityRoom => "community room",
            Self::PublicRoom => "public room",
        }
    }

    /// Whether its area is land; otherwise that of its floors.
    #[must_use]
    pub fn is_land(self) -> bool {
        matches!(self, Self::Brownfield | Self::Parking)
    }

    /// The kind of an element. The first rule that fits decides.
    pub(super) fn of(tags: Tags<'_>) -> Option<Self> {
        let gone = Gone(tags);
        let has = |key: &str, values: &[&str]| gone.is(key, values) || (idle(tags) && tags.is(key, values));
        let any = |key: &str| gone.get(key).is_some() || (idle(tags) && tags.get(key).is_some());
        let running =
            !idle(tags) && (tags.get("amenity").is_some() || tags.get("shop").is_some_and(|shop| shop != "vacant"));
        if tags.is("shop", &["vacant"]) || tags.is("office", &["vacant"]) {
            Some(Self::VacantShop)
        } else if !running
            && (has("amenity", &["school", "kindergarten"]) || has("building", &["school", "kindergarten"]))
        {
            Some(Self::IdleSchool)
        } else if !running
            && (has("building", &["industrial", "factory", "manufacture", "works"])
                || has("man_made", &["works"])
                || any("industrial"))
        {
            Some(Self::IdleFactory)
        } else if !running && has("building", &["warehouse", "storage_tank", "hangar"]) {
            Some(Self::Warehouse)
        } else if !running && (any("shop") || any("office") || any("craft")) {
            Some(Self::VacantShop)
        } else if !running && any("building") {
            Some(Self::VacantBuilding)
        } else if tags.is("landuse", &["brownfield"]) {
            Some(Self::Brownfield)
        } else if tags.is("amenity", &["parking"])
            && !tags.is("parking", &["street_side", "lane", "on_kerb", "half_on_kerb"])
        {
            Some(Self::Parking)
        } else if tags.is("amenity", &["community_centre", "social_centre"])
            || tags.is("building", &["community_centre"])
        {
            Some(Self::CommunityRoom)
        } else if tags.is("amenity", &["townhall", "public_building"])
            || tags.is("office", &["government"])
            || tags.is("building", &["public", "civic", "government"])
        {
            Some(Self::PublicRoom)
        } else {
            None
        }
    }
}

/// Whether a tag says of the whole element that it is out of use.
pub(super) fn idle(tags: Tags<'_>) -> bool {
    ["disused", "abandoned", "vacant"].iter().any(|key| tags.is(key, &["yes"]))
}

/// Tags in the lifecycle prefixes of what is out of use, such as `disused:shop`.
#[derive(Clone, Copy)]
struct Gone<'t>(Tags<'t>);

impl<'t> Gone<'t> {
    fn get(self, key: &str) -> Option<&'t str> {
        self.0.0.iter().find_map(|&(own, value)| {
            let (prefix, rest) = own.split_once(':')?;
            (rest == key && matches!(prefix, "disused" | "abandoned" | "vacant") && value != "no").then_some(value)
        })
    }

    fn is(self, key: &str, values: &[&str]) -> bool {
        self.get(key).is_some_and(|value| values.contains(&value))
    }
}
