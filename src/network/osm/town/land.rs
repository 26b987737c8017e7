//! Land for living and land for work, on which buildings of no stated use stand.

use rstar::{AABB, RTree, RTreeObject};

use super::UntypedBuildings;
use crate::network::osm::pbf::Tags;
use crate::network::osm::places::Place;
use crate::network::osm::region::inside;
use crate::network::osm::rings::{Polygon, bounds};

/// What land is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::network::osm) enum LandUse {
    Living,
    Work,
}

impl LandUse {
    pub fn of(tags: Tags<'_>) -> Option<Self> {
        const WORK: [&str; 12] = [
            "industrial",
            "commercial",
            "retail",
            "military",
            "railway",
            "port",
            "quarry",
            "depot",
            "farmyard",
            "construction",
            "education",
            "institutional",
        ];
        if tags.is("landuse", &["residential"]) {
            Some(Self::Living)
        } else if tags.is("landuse", &WORK)
            || tags.is("amenity", &["school", "kindergarten", "university", "college", "hospital", "prison"])
            || tags.is("aeroway", &["aerodrome"])
        {
            Some(Self::Work)
        } else {
            None
        }
    }
}

/// Areas of both uses.
pub(super) struct Land {
    tree: RTree<Plot>,
}

struct Plot {
    usage: LandUse,
    polygon: Polygon,
}

impl RTreeObject for Plot {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        let [west, south, east, north] = bounds(self.polygon.first().map_or(&[], Vec::as_slice));
        AABB::from_corners([west, south], [east, north])
    }
}

impl Land {
    pub fn of(places: &[Place]) -> Self {
        let mut plots = Vec::new();
        for place in places {
            if let Some(usage) = place.what.land {
                plots.extend(place.polygons.iter().map(|polygon| Plot { usage, polygon: polygon.clone() }));
            }
        }
        Self { tree: RTree::bulk_load(plots) }
    }

    /// Whether a building of no stated use counts as a home where it stands.
    pub fn lived_in(&self, at: [f64; 2], rule: UntypedBuildings) -> bool {
        let on = |usage| {
            let around = self.tree.locate_in_envelope_intersecting(AABB::from_point(at));
            around
                .filter(|plot| plot.usage == usage)
                .any(|plot| plot.polygon.iter().fold(false, |odd, ring| odd ^ inside(ring, at)))
        };
        match rule {
            UntypedBuildings::OutsideWorkAreas => !on(LandUse::Work),
            UntypedBuildings::InResidentialAreas => on(LandUse::Living),
            UntypedBuildings::None => false,
        }
    }
}
