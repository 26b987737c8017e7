//! Land for living and land for work, on which buildings of no stated use stand.

use std::cell::Cell;

use rstar::{AABB, Envelope, RTree, RTreeObject, SelectionFunction};

use super::UntypedBuildings;
use crate::network::osm::pbf::{Broken, Tags};
use crate::network::osm::places::Place;
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

/// Steps that every file may take, and those for each place and each edge of land: central Helsinki and Andorra need 15
/// for each place. A file where all land lies on top of each other would take the square of its size.
const FREE_STEPS: u64 = 20_000_000;
const STEPS_EACH: u64 = 200;
/// Steps in all; a country needs some hundred million.
const MOST_STEPS: u64 = 2_000_000_000;

/// Areas of both uses.
pub(super) struct Land {
    plots: RTree<Plot>,
    /// How many more boxes, plots and edges may be looked at, so that a hostile file does not take for ever.
    steps: Cell<u64>,
}

struct Plot {
    usage: LandUse,
    bounds: [f64; 4],
    edges: RTree<Edge>,
}

impl Plot {
    fn new(usage: LandUse, polygon: &Polygon) -> Self {
        let edges = polygon.iter().flat_map(|ring| ring.windows(2)).filter_map(|pair| match pair {
            &[from, to] => Some(Edge { from, to }),
            _ => None,
        });
        let bounds = bounds(polygon.first().map_or(&[], Vec::as_slice));
        Self { usage, bounds, edges: RTree::bulk_load(edges.collect()) }
    }
}

impl RTreeObject for Plot {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        let [west, south, east, north] = self.bounds;
        AABB::from_corners([west, south], [east, north])
    }
}

struct Edge {
    from: [f64; 2],
    to: [f64; 2],
}

impl RTreeObject for Edge {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.from, self.to)
    }
}

/// Selects what meets a box, and counts all that it looks at on the way.
struct Meets<'s> {
    around: AABB<[f64; 2]>,
    steps: &'s Cell<u64>,
}

impl Meets<'_> {
    fn look(&self, envelope: &AABB<[f64; 2]>) -> bool {
        let left = self.steps.get();
        self.steps.set(left.saturating_sub(1));
        // With no steps left the search ends, whatever it has found.
        left > 0 && envelope.intersects(&self.around)
    }
}

impl<T: RTreeObject<Envelope = AABB<[f64; 2]>>> SelectionFunction<T> for Meets<'_> {
    fn should_unpack_parent(&self, envelope: &AABB<[f64; 2]>) -> bool {
        self.look(envelope)
    }

    fn should_unpack_leaf(&self, leaf: &T) -> bool {
        self.look(&leaf.envelope())
    }
}

impl Land {
    pub fn of(places: &[Place]) -> Self {
        let mut plots = Vec::new();
        for place in places {
            if let Some(usage) = place.what.land {
                plots.extend(place.polygons.iter().map(|polygon| Plot::new(usage, polygon)));
            }
        }
        let edges: usize = plots.iter().map(|plot| plot.edges.size()).sum();
        let each = u64::try_from(edges.saturating_add(places.len())).unwrap_or(u64::MAX);
        let steps = each.saturating_mul(STEPS_EACH).saturating_add(FREE_STEPS).min(MOST_STEPS);
        Self { plots: RTree::bulk_load(plots), steps: Cell::new(steps) }
    }

    /// Whether a building of no stated use counts as a home where it stands.
    pub fn lived_in(&self, at: [f64; 2], rule: UntypedBuildings) -> Result<bool, Broken> {
        match rule {
            UntypedBuildings::OutsideWorkAreas => Ok(!self.on(LandUse::Work, at)?),
            UntypedBuildings::InResidentialAreas => self.on(LandUse::Living, at),
            UntypedBuildings::None => Ok(false),
        }
    }

    fn on(&self, usage: LandUse, at: [f64; 2]) -> Result<bool, Broken> {
        let [x, y] = at;
        let meets = |around| Meets { around, steps: &self.steps };
        let mut on = false;
        for plot in self.plots.locate_with_selection_function(meets(AABB::from_point(at))) {
            if plot.usage != usage {
                continue;
            }
            // A line to the east crosses the outline an odd number of times from inside.
            let line = AABB::from_corners(at, [plot.bounds[2], y]);
            for Edge { from, to } in plot.edges.locate_with_selection_function(meets(line)) {
                let crosses = (from[1] > y) != (to[1] > y);
                on ^= crosses && x < from[0] + (to[0] - from[0]) * (y - from[1]) / (to[1] - from[1]);
            }
            if on {
                break;
            }
        }
        if self.steps.get() == 0 {
            return Err(Broken("its areas of land are too intricate; read a part of it (bbox)"));
        }
        Ok(on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A comb of teeth to the north, each 0.001 wide.
    fn comb() -> Land {
        let mut ring = vec![[0.0, -0.001]];
        for tooth in 0..100 {
            let x = f64::from(tooth) / 1e3;
            ring.extend([[x, 0.0], [x + 0.000_5, 0.01]]);
        }
        ring.extend([[0.1, 0.0], [0.1, -0.001], [0.0, -0.001]]);
        let plot = Plot::new(LandUse::Work, &vec![ring]);
        Land { plots: RTree::bulk_load(vec![plot]), steps: Cell::new(1_000) }
    }

    #[test]
    fn a_point_is_on_land_when_its_outline_is_around_it() {
        let land = comb();
        assert_eq!(land.on(LandUse::Work, [0.050_5, 0.005]), Ok(true));
        assert_eq!(land.on(LandUse::Work, [0.051, 0.005]), Ok(false)); // between two teeth
        assert_eq!(land.on(LandUse::Living, [0.050_5, 0.005]), Ok(false));
        assert_eq!(land.on(LandUse::Work, [0.2, 0.005]), Ok(false));
    }

    #[test]
    fn land_too_intricate_is_an_error_in_the_end() {
        let land = comb();
        // Each look takes some hundred steps.
        let asked: Vec<_> = (0..20).map(|_| land.on(LandUse::Work, [0.001, 0.005])).collect();
        assert_eq!((asked.first(), asked.get(19).map(Result::is_err)), (Some(&Ok(false)), Some(true)));
    }

    #[test]
    fn plots_that_are_not_around_the_point_take_steps_too() {
        let corner = [[0.0, 0.0], [1.0, 0.0], [1.0, 0.1], [0.1, 0.1], [0.1, 1.0], [0.0, 1.0], [0.0, 0.0]];
        for usage in [LandUse::Work, LandUse::Living] {
            let plots = (0..1_000).map(|_| Plot::new(usage, &vec![corner.to_vec()])).collect();
            let land = Land { plots: RTree::bulk_load(plots), steps: Cell::new(100_000) };
            assert_eq!(land.on(LandUse::Work, [0.5, 0.5]), Ok(false));
            assert!(land.steps.get() < 99_000, "{}", land.steps.get());
        }
    }
}
