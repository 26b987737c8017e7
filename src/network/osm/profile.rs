//! Which ways are walked, and how well.
//!
//! The rules follow the walking networks of OSMnx and pyrosm where these agree with the tags' documentation
//! (<https://wiki.openstreetmap.org/wiki/OSM_tags_for_routing/Access_restrictions>); `docs/osm.md` lists the differences.
//! Only ways are read: gates, lifts and signals mapped as nodes close nothing and cost nothing.

use serde::{Deserialize, Serialize};

use super::pbf::Tags;
use crate::error::Error;
use crate::network::Direction;
use crate::network::osm::at_least;

/// What people on foot use. Seconds and factors are assumptions: no source gives them for a whole city.
///
/// [`read_streets`](super::read_streets) has an example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WalkingProfile {
    /// How much longer a metre of steps takes than a metre of street.
    pub steps_factor: f64,
    /// Seconds waited at a crossing with signals, counted where the crossing is mapped as a way.
    pub signal_wait: f64,
    /// Seconds waited at other crossings mapped as ways.
    pub crossing_wait: f64,
    /// Seconds lost in a lift.
    pub lift_wait: f64,
    /// Whether cycleways are walked that no foot tag opens to walkers.
    pub all_cycleways: bool,
    /// Whether roads are walked whose sidewalks are mapped as ways of their own. They would count twice.
    pub roads_with_separate_sidewalks: bool,
}

impl Default for WalkingProfile {
    fn default() -> Self {
        Self {
            steps_factor: 2.0,
            signal_wait: 10.0,
            crossing_wait: 0.0,
            lift_wait: 30.0,
            all_cycleways: false,
            roads_with_separate_sidewalks: false,
        }
    }
}

/// The values of `highway` that are walked unless other tags close them, in the order of `Streets::kind_names`.
const WALKED: [&str; 24] = [
    "footway",
    "pedestrian",
    "path",
    "steps",
    "living_street",
    "residential",
    "unclassified",
    "service",
    "track",
    "tertiary",
    "tertiary_link",
    "secondary",
    "secondary_link",
    "primary",
    "primary_link",
    "trunk",
    "trunk_link",
    "road",
    "bridleway",
    "corridor",
    "elevator",
    "trail",
    "cycleway",
    "motorway",
];
const CYCLEWAY: u16 = 22;
const MOTORWAY: u16 = 23;
/// The kind of the outlines of areas to walk on.
const AREA: u16 = 24;

/// Values of `highway` whose areas have an outline that is walked.
const AREAS: [&str; 7] = ["pedestrian", "footway", "path", "steps", "living_street", "corridor", "elevator"];

/// Values of `highway` that are known not to be walked.
const CLOSED: [&str; 25] = [
    "abandoned",
    "bus_guideway",
    "bus_stop",
    "busway",
    "construction",
    "crossing",
    "disused",
    "emergency_bay",
    "escape",
    "ladder",
    "motorway_link",
    "no",
    "planned",
    "platform",
    "proposed",
    "raceway",
    "razed",
    "rest_area",
    "services",
    "street_lamp",
    "toll_gantry",
    "traffic_island",
    "traffic_signals",
    "turning_circle",
    "via_ferrata",
];

/// How a way is walked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Walk {
    /// Index into [`kind_names`].
    pub kind: u16,
    pub direction: Direction,
    pub factor: f64,
    /// Seconds lost on the whole of the way.
    pub penalty: f64,
}

/// What the profile says of a way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Verdict<'a> {
    /// It is walked.
    Walked(Walk),
    /// It is a way of the street network that is not walked.
    Closed,
    /// It has a value of `highway` that this library does not know.
    Unknown(&'a str),
    /// It is none of the street network.
    Other,
}

/// The names of the kinds of edges.
pub(super) fn kind_names() -> Vec<String> {
    WALKED.into_iter().chain(["pedestrian area"]).map(str::to_owned).collect()
}

impl WalkingProfile {
    /// Checks that factors and waits are numbers of use.
    pub(super) fn validate(&self) -> Result<(), Error> {
        at_least("steps_factor", self.steps_factor, 0.1)?;
        at_least("signal_wait", self.signal_wait, 0.0)?;
        at_least("crossing_wait", self.crossing_wait, 0.0)?;
        at_least("lift_wait", self.lift_wait, 0.0)
    }

    /// Whether and how a way with these tags is walked.
    pub(super) fn verdict<'t>(&self, tags: Tags<'t>) -> Verdict<'t> {
        let Some(highway) = tags.get("highway") else { return Verdict::Other };
        let Some(kind) = (0_u16..).zip(WALKED).find(|(_, name)| *name == highway).map(|(kind, _)| kind) else {
            return if CLOSED.contains(&highway) { Verdict::Closed } else { Verdict::Unknown(highway) };
        };
        let area = tags.is("area", &["yes"]);
        if closed(tags)
            || ((kind == MOTORWAY || tags.is("motorroad", &["yes"])) && !opened(tags))
            || (kind == CYCLEWAY && !self.all_cycleways && !opened(tags) && !open_to_all(tags))
            || (!self.roads_with_separate_sidewalks && separate_sidewalks(tags) && !open_on_foot(tags))
            // Of areas only those for walkers have an outline that is walked; car parks do not.
            || (area && !AREAS.contains(&highway))
        {
            return Verdict::Closed;
        }
        let conveyed = tags.get("conveying").is_some_and(|value| value != "no");
        let crossing =
            tags.is("footway", &["crossing"]) || tags.is("path", &["crossing"]) || tags.is("cycleway", &["crossing"]);
        let penalty = match highway {
            "elevator" => self.lift_wait,
            _ if crossing && signalled(tags) => self.signal_wait,
            _ if crossing => self.crossing_wait,
            _ => 0.0,
        };
        Verdict::Walked(Walk {
            kind: if area && highway != "elevator" { AREA } else { kind },
            direction: direction(tags),
            factor: if highway == "steps" && !conveyed { self.steps_factor } else { 1.0 },
            // Who crosses an area walks half its outline.
            penalty: if area { 2.0 * penalty } else { penalty },
        })
    }

    /// How the outline of an area to walk on, mapped as a multipolygon, is walked.
    pub(super) fn outline(tags: Tags<'_>) -> Option<Walk> {
        let area =
            tags.is("type", &["multipolygon"]) && tags.is("highway", &["pedestrian", "footway", "living_street"]);
        let walk = Walk { kind: AREA, direction: Direction::Both, factor: 1.0, penalty: 0.0 };
        (area && !closed(tags)).then_some(walk)
    }
}

/// Whether the most specific access tag closes a way, or it is out of use. A tag may hold several values.
fn closed(tags: Tags<'_>) -> bool {
    let closes = |value: &str| {
        let mut values = value.split(';').map(str::trim);
        values.any(|value| matches!(value, "no" | "private" | "use_sidepath" | "military" | "emergency"))
    };
    tags.get("foot").or_else(|| tags.get("access")).is_some_and(closes)
        || tags.is("service", &["private"])
        || ["abandoned", "disused", "razed"].iter().any(|key| tags.is(key, &["yes"]))
}

/// Whether a tag opens a way to walkers in so many words.
fn opened(tags: Tags<'_>) -> bool {
    open_on_foot(tags) || tags.is("sidewalk", &["yes", "both", "left", "right"])
}

fn open_on_foot(tags: Tags<'_>) -> bool {
    tags.is("foot", &["yes", "designated", "official", "permissive", "destination"])
}

/// Whether a way is open to everyone; `closed` looks at what `foot` takes back.
fn open_to_all(tags: Tags<'_>) -> bool {
    tags.is("access", &["yes"])
}

fn separate_sidewalks(tags: Tags<'_>) -> bool {
    ["sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right"].iter().any(|key| tags.is(key, &["separate"]))
}

fn signalled(tags: Tags<'_>) -> bool {
    tags.is("crossing", &["traffic_signals"]) || tags.is("crossing:signals", &["yes"])
}

/// `oneway` alone is meant for vehicles; moving stairs bind where they say which way they carry.
fn direction(tags: Tags<'_>) -> Direction {
    let foot = match tags.get("oneway:foot") {
        Some("yes" | "1" | "true") => Some("forward"),
        Some("-1" | "reverse") => Some("backward"),
        other => other,
    };
    match foot.or_else(|| tags.get("conveying")) {
        Some("forward") => Direction::Forward,
        Some("backward") => Direction::Backward,
        _ if tags.is("foot:backward", &["no"]) => Direction::Forward,
        _ if tags.is("foot:forward", &["no"]) => Direction::Backward,
        _ => Direction::Both,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict<'t>(tags: &'t [(&'t str, &'t str)]) -> Verdict<'t> {
        WalkingProfile::default().verdict(Tags(tags))
    }

    fn walk(tags: &[(&str, &str)]) -> Option<Walk> {
        match verdict(tags) {
            Verdict::Walked(walk) => Some(walk),
            _ => None,
        }
    }

    #[test]
    fn the_most_specific_access_tag_decides() {
        assert!(walk(&[("highway", "residential")]).is_some());
        assert!(walk(&[("highway", "residential"), ("access", "no")]).is_none());
        assert!(walk(&[("highway", "residential"), ("access", "no"), ("foot", "yes")]).is_some());
        assert!(walk(&[("highway", "path"), ("access", "yes"), ("foot", "no")]).is_none());
        assert!(walk(&[("highway", "service"), ("access", "private;delivery")]).is_none());
    }

    #[test]
    fn motorways_and_cycleways_are_walked_only_where_a_foot_tag_says_so() {
        assert!(walk(&[("highway", "motorway")]).is_none());
        assert!(walk(&[("highway", "cycleway")]).is_none());
        assert!(walk(&[("highway", "cycleway"), ("foot", "designated")]).is_some());
        assert!(walk(&[("highway", "cycleway"), ("foot", "destination")]).is_some());
        assert!(walk(&[("highway", "cycleway"), ("access", "yes")]).is_some());
        assert!(walk(&[("highway", "cycleway"), ("access", "yes"), ("foot", "no")]).is_none());
        assert!(walk(&[("highway", "motorway"), ("access", "yes")]).is_none());
        assert!(walk(&[("highway", "trunk"), ("motorroad", "yes")]).is_none());
        assert!(walk(&[("highway", "trunk"), ("motorroad", "yes"), ("foot", "yes")]).is_some());
    }

    #[test]
    fn steps_are_slow_and_escalators_carry_one_way() {
        assert!(walk(&[("highway", "steps")]).is_some_and(|walk| walk.factor == 2.0));
        let up = walk(&[("highway", "steps"), ("conveying", "backward")]);
        assert!(up.is_some_and(|walk| walk.factor == 1.0 && walk.direction == Direction::Backward));
        // Which way they carry is not said, or changes.
        for value in ["yes", "reversible"] {
            let moving = walk(&[("highway", "steps"), ("conveying", value)]);
            assert!(moving.is_some_and(|walk| walk.factor == 1.0 && walk.direction == Direction::Both));
        }
    }

    #[test]
    fn what_is_out_of_use_or_kept_for_others_is_closed() {
        for key in ["abandoned", "disused", "razed"] {
            assert_eq!(verdict(&[("highway", "footway"), (key, "yes")]), Verdict::Closed);
            assert!(walk(&[("highway", "footway"), (key, "no")]).is_some());
        }
        for value in ["military", "emergency"] {
            assert_eq!(verdict(&[("highway", "service"), ("access", value)]), Verdict::Closed);
            assert!(walk(&[("highway", "service"), ("access", value), ("foot", "yes")]).is_some());
        }
    }

    #[test]
    fn a_lift_mapped_as_an_area_is_a_lift() {
        let lift = walk(&[("highway", "elevator"), ("area", "yes")]);
        let name = |walk: Walk| kind_names().get(usize::from(walk.kind)).cloned();
        assert_eq!(lift.and_then(name).as_deref(), Some("elevator"));
        assert!(lift.is_some_and(|walk| walk.penalty == 60.0)); // 30 s each half of the outline
    }

    #[test]
    fn a_street_for_cars_one_way_is_walked_both_ways() {
        assert!(walk(&[("highway", "residential"), ("oneway", "yes")]).is_some_and(|w| w.direction == Direction::Both));
        let foot = walk(&[("highway", "footway"), ("oneway:foot", "yes")]);
        assert!(foot.is_some_and(|walk| walk.direction == Direction::Forward));
    }

    #[test]
    fn crossings_with_signals_cost_a_wait() {
        let tags = [("highway", "footway"), ("footway", "crossing"), ("crossing", "traffic_signals")];
        assert!(walk(&tags).is_some_and(|walk| walk.penalty == 10.0));
    }

    #[test]
    fn roads_whose_sidewalks_are_mapped_apart_are_left_to_the_sidewalks() {
        assert_eq!(verdict(&[("highway", "primary"), ("sidewalk:left", "separate")]), Verdict::Closed);
        assert!(walk(&[("highway", "primary"), ("sidewalk", "separate"), ("foot", "yes")]).is_some());
    }

    #[test]
    fn values_that_are_not_known_are_named() {
        assert_eq!(verdict(&[("highway", "teleporter")]), Verdict::Unknown("teleporter"));
        assert_eq!(verdict(&[("railway", "rail")]), Verdict::Other);
    }
}
