//! The walked streets of an extract.

use std::collections::BTreeMap;
use std::path::Path;

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use super::nodes::{Inside, NodePlaces};
use super::pbf::{Block, Broken, Budget, MemberKind, Pbf, RELATIONS, WAYS, Way};
use super::profile::{Verdict, Walk, WalkingProfile};
use super::region::Region;
use super::split;
use crate::error::Error;
use crate::network::Streets;

/// What [`read_streets`] takes.
///
/// [`read_streets`] has an example.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StreetsOptions {
    /// Only streets inside; None: all of the file. A way that leaves the region is cut at its last node inside.
    pub region: Option<Region>,
    /// Which ways are walked, and how well.
    pub profile: WalkingProfile,
}

/// What [`read_streets`] met on its way.
///
/// [`read_streets`] has an example.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StreetsReport {
    /// Ways in the file.
    pub ways_read: usize,
    /// Ways of which at least one edge was kept.
    pub ways_kept: usize,
    /// Ways with a `highway` that walkers do not use: motorways, private ways, roads with sidewalks of their own.
    pub ways_closed: usize,
    /// Values of `highway` that the profile does not know, with the number of ways; these are not walked.
    pub unknown_highways: BTreeMap<String, usize>,
    /// Walked ways that leave the region and were cut there.
    pub ways_clipped: usize,
    /// Walked ways of which no edge is inside the region.
    pub ways_outside: usize,
    /// Walked ways that name nodes which the file does not have; they were cut there.
    pub ways_with_missing_nodes: usize,
    /// Walked ways without an edge of their own: a single node, or a node repeated.
    pub ways_without_edges: usize,
    /// Walked ways that the file has more than once; the first is taken.
    pub ways_repeated: usize,
    /// Outlines of areas to walk on that are members of multipolygons and were taken as ways.
    pub outlines: usize,
    /// Members of such multipolygons that the file does not have.
    pub outlines_missing: usize,
    /// Distinct nodes that walked ways name.
    pub nodes_in_use: usize,
    /// Those of them that the file does not have.
    pub nodes_missing: usize,
    /// Edges given back.
    pub edges: usize,
    /// Their length, on the ellipsoid of WGS 84.
    pub kilometres: f64,
}

/// The walked streets of an extract.
///
/// [`read_streets`] has an example.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OsmStreets {
    /// Nodes where ways meet or end, named by their OSM ids, and edges between them.
    pub streets: Streets,
    /// The id of the OSM way of each edge.
    pub ways: Vec<i64>,
    /// What was met on the way.
    pub report: StreetsReport,
}

/// Walked ways, as the file has them.
#[derive(Debug, Default)]
pub(super) struct Ways {
    pub ids: Vec<i64>,
    pub walks: Vec<Walk>,
    /// Where the nodes of each way end in `refs`.
    pub ends: Vec<usize>,
    pub refs: Vec<i64>,
}

impl Ways {
    fn push(&mut self, way: Way<'_>, walk: Walk, budget: &Budget) -> Result<(), Broken> {
        budget.charge::<(i64, Walk, usize)>(1)?;
        let mut last = None;
        for id in way.refs() {
            let id = Some(id?);
            if id != last {
                // The id, its position and its place.
                budget.charge::<[i64; 4]>(1)?;
                self.refs.extend(id);
                last = id;
            }
        }
        self.ids.push(way.id);
        self.walks.push(walk);
        self.ends.push(self.refs.len());
        Ok(())
    }

    fn append(&mut self, mut other: Self) {
        let before = self.refs.len();
        self.ids.append(&mut other.ids);
        self.walks.append(&mut other.walks);
        self.ends.extend(other.ends.iter().map(|end| end + before));
        self.refs.append(&mut other.refs);
    }
}

impl Ways {
    /// Keeps the first of ways with the same id, and says how many others there were.
    fn distinct(&mut self) -> usize {
        let mut ids = self.ids.clone();
        ids.sort_unstable();
        if ids.windows(2).all(|pair| pair.first() != pair.last()) {
            return 0;
        }
        let all = std::mem::take(self);
        let mut seen = FxHashSet::default();
        let mut start = 0;
        for ((&id, &walk), &end) in all.ids.iter().zip(&all.walks).zip(&all.ends) {
            if seen.insert(id) {
                self.ids.push(id);
                self.walks.push(walk);
                self.refs.extend(all.refs.get(start..end).unwrap_or_default());
                self.ends.push(self.refs.len());
            }
            start = end;
        }
        all.ids.len() - self.ids.len()
    }
}

/// What one block has.
#[derive(Default)]
struct Part {
    ways: Ways,
    read: usize,
    closed: usize,
    outside: usize,
    unknown: BTreeMap<String, usize>,
    outlines: Vec<(i64, Walk)>,
}

/// Reads the streets that people walk on from an extract in PBF.
///
/// Ways are split where they share nodes, so that bridges and tunnels are not joined to what they cross. Nodes are named
/// by their OSM ids; coordinates are degrees. The file is read once for ways and relations and once for nodes, once
/// more for nodes when a region is given, and for ways when areas are mapped as multipolygons; memory follows the ways
/// that are kept.
///
/// # Errors
///
/// [`Error::File`] when the file cannot be read, is damaged, is no PBF or needs a feature that is not supported;
/// [`Error::InvalidValue`] when a number of the profile is not usable.
///
/// # Example
///
/// ```
/// use siting::network::osm::{Region, StreetsOptions, WalkingProfile, read_streets};
///
/// // A street of two pieces, and steps that lead away from its middle.
/// let path = "tests/support/corner.osm.pbf";
/// let osm = read_streets(path, &StreetsOptions::default())?;
/// assert_eq!((osm.streets.n_edges(), osm.report.nodes_missing), (3, 0));
/// assert_eq!((osm.ways, osm.streets.factors), (vec![11, 11, 12], Some(vec![1.0, 1.0, 2.0])));
///
/// let quick = WalkingProfile { steps_factor: 1.5, ..WalkingProfile::default() };
/// let east = Region::bbox([25.0005, 59.9, 25.1, 60.1])?;
/// let osm = read_streets(path, &StreetsOptions { region: Some(east), profile: quick })?;
/// assert_eq!((osm.streets.factors, osm.report.ways_clipped), (Some(vec![1.0, 1.5]), 1));
/// # Ok::<(), siting::Error>(())
/// ```
pub fn read_streets(path: impl AsRef<Path>, options: &StreetsOptions) -> Result<OsmStreets, Error> {
    options.profile.validate()?;
    let mut pbf = Pbf::open(path.as_ref())?;
    let mut report = StreetsReport::default();
    let mut ways = Ways::default();
    let mut outlines = Vec::new();
    let inside = Inside::read(&mut pbf, options.region.as_ref())?;
    pbf.each(
        WAYS | RELATIONS,
        |block, budget| part(block, budget, &options.profile, &inside),
        |part| {
            ways.append(part.ways);
            outlines.extend(part.outlines);
            report.ways_read += part.read;
            report.ways_closed += part.closed;
            report.ways_outside += part.outside;
            for (value, count) in part.unknown {
                *report.unknown_highways.entry(value).or_default() += count;
            }
        },
    )?;
    add_outlines(&mut pbf, &mut ways, outlines, &inside, &mut report)?;
    report.ways_repeated = ways.distinct();
    let nodes = NodePlaces::read(&mut pbf, ways.refs.clone())?;
    report.nodes_in_use = nodes.len();
    report.nodes_missing = nodes.missing();
    let (streets, edge_ways) = split::split(&ways, &nodes, options.region.as_ref(), &mut report)
        .ok_or_else(|| pbf.error("more edges or points than 4,294,967,295; read a part of it (bbox)"))?;
    Ok(OsmStreets { streets, ways: edge_ways, report })
}

fn part(block: &Block<'_>, budget: &Budget, profile: &WalkingProfile, inside: &Inside<'_>) -> Result<Part, Broken> {
    let mut part = Part::default();
    block.each_way(|way, tags| {
        part.read += 1;
        match profile.verdict(tags) {
            Verdict::Walked(walk) if inside.touches(way)? => part.ways.push(way, walk, budget)?,
            Verdict::Walked(_) => part.outside += 1,
            Verdict::Closed => part.closed += 1,
            Verdict::Unknown(value) => {
                budget.charge::<u8>(value.len() + 64)?;
                *part.unknown.entry(value.to_owned()).or_default() += 1;
            }
            Verdict::Other => {}
        }
        Ok(())
    })?;
    block.each_relation(|relation, tags| {
        if let Some(walk) = WalkingProfile::outline(tags) {
            for member in relation.members() {
                let (id, kind, _) = member?;
                if kind == MemberKind::Way {
                    budget.charge::<(i64, Walk)>(1)?;
                    part.outlines.push((id, walk));
                }
            }
        }
        Ok(())
    })?;
    Ok(part)
}

/// Adds the members of multipolygons to walk on that are not walked by tags of their own.
fn add_outlines(
    pbf: &mut Pbf,
    ways: &mut Ways,
    mut outlines: Vec<(i64, Walk)>,
    inside: &Inside<'_>,
    report: &mut StreetsReport,
) -> Result<(), Error> {
    let mut walked = ways.ids.clone();
    walked.sort_unstable();
    outlines.retain(|(id, _)| walked.binary_search(id).is_err());
    outlines.sort_by_key(|&(id, _)| id);
    outlines.dedup_by_key(|&mut (id, _)| id);
    if outlines.is_empty() {
        return Ok(());
    }
    let before = ways.ids.len();
    let mut elsewhere = 0;
    pbf.each(
        WAYS,
        |block, budget| {
            let (mut found, mut outside) = (Ways::default(), 0);
            block.each_way(|way, _| {
                let at = outlines.binary_search_by_key(&way.id, |&(id, _)| id).ok();
                match at.and_then(|at| outlines.get(at)) {
                    Some(&(_, walk)) if inside.touches(way)? => found.push(way, walk, budget)?,
                    Some(_) => outside += 1,
                    None => {}
                }
                Ok(())
            })?;
            Ok((found, outside))
        },
        |(found, outside)| {
            ways.append(found);
            elsewhere += outside;
        },
    )?;
    report.outlines = ways.ids.len() - before;
    report.outlines_missing = outlines.len().saturating_sub(report.outlines + elsewhere);
    Ok(())
}
