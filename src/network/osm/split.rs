//! Ways become edges: cut at the border and at missing nodes, split where they share nodes.

use super::nodes::NodePlaces;
use super::profile::kind_names;
use super::region::Region;
use super::streets::{StreetsReport, Ways};
use crate::network::Streets;
use crate::travel::Ids;

/// A run of nodes of a way that are all there and inside.
struct Piece {
    way: usize,
    nodes: std::ops::Range<usize>,
}

/// The edges of ways, and the way of each. None when there are more than `u32` can count.
pub(super) fn split(
    ways: &Ways,
    nodes: &NodePlaces,
    region: Option<&Region>,
    report: &mut StreetsReport,
) -> Option<(Streets, Vec<i64>)> {
    let (pieces, points) = pieces(ways, nodes, region, report);

    // Where pieces meet or end there is a node of the network; the others only give edges their shape.
    let mut uses = vec![0_u8; nodes.len()];
    for piece in &pieces {
        let run = points.get(piece.nodes.clone()).unwrap_or_default();
        let ends = [run.first(), run.last()].into_iter().flatten();
        for &point in run.iter().chain(ends) {
            if let Some(uses) = uses.get_mut(point as usize) {
                *uses = uses.saturating_add(1);
            }
        }
    }
    let mut streets = Streets { geographic: true, kind_names: kind_names(), ..Streets::default() };
    let mut number = vec![u32::MAX; nodes.len()];
    let mut ids = Vec::new();
    for ((position, &uses), number) in (0_u32..).zip(&uses).zip(&mut number) {
        if uses >= 2 {
            *number = u32::try_from(streets.nodes.len()).ok()?;
            streets.nodes.push(nodes.at(position)?);
            ids.push(nodes.id(position)?);
        }
    }
    // Ids of nodes are distinct: the positions are.
    streets.node_ids = Some(Ids::Int(ids));

    let (mut directions, mut factors, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
    let mut edge_ways = Vec::new();
    streets.shape_starts.push(0);
    let (mut waits, mut metres) = (Vec::new(), 0.0);
    for piece in &pieces {
        let walk = ways.walks.get(piece.way)?;
        let mut run = points.get(piece.nodes.clone()).unwrap_or_default().iter().copied();
        let mut from = run.next()?;
        let mut place = nodes.at(from)?;
        let mut length = 0.0;
        for to in run {
            let next = nodes.at(to)?;
            length += streets.distance(place, next);
            place = next;
            let end = *number.get(to as usize)?;
            if end == u32::MAX {
                streets.shape_points.push(next);
                continue;
            }
            streets.from.push(*number.get(from as usize)?);
            streets.to.push(end);
            streets.shape_starts.push(u32::try_from(streets.shape_points.len()).ok()?);
            directions.push(walk.direction);
            factors.push(walk.factor);
            waits.push((piece.way, length, walk.penalty));
            metres += length;
            length = 0.0;
            kinds.push(walk.kind);
            edge_ways.push(*ways.ids.get(piece.way)?);
            from = to;
        }
    }
    u32::try_from(streets.from.len()).ok()?;
    streets.directions = Some(directions);
    streets.penalties = Some(spread(&waits));
    streets.factors = Some(factors);
    streets.kinds = Some(kinds);
    report.edges = streets.from.len();
    report.kilometres = metres / 1000.0;
    Some((streets, edge_ways))
}

/// The seconds lost on each edge: those of a way are spread over its edges by their length, so that who walks all of it
/// loses them once. Of an edge: its way, its length, and the seconds of the way.
fn spread(edges: &[(usize, f64, f64)]) -> Vec<f64> {
    let mut penalties = Vec::with_capacity(edges.len());
    for way in edges.chunk_by(|a, b| a.0 == b.0) {
        let total: f64 = way.iter().map(|edge| edge.1).sum();
        // Edges of no length share alike.
        let even = 1.0 / f64::from(u32::try_from(way.len()).unwrap_or(u32::MAX));
        let share = |length: f64| if total > 0.0 { length / total } else { even };
        penalties.extend(way.iter().map(|&(_, length, penalty)| penalty * share(length)));
    }
    penalties
}

/// Cuts ways where nodes are missing or outside.
fn pieces(
    ways: &Ways,
    nodes: &NodePlaces,
    region: Option<&Region>,
    report: &mut StreetsReport,
) -> (Vec<Piece>, Vec<u32>) {
    let mut pieces = Vec::new();
    let mut points: Vec<u32> = Vec::with_capacity(ways.refs.len());
    let mut start = 0;
    for (way, &end) in ways.ends.iter().enumerate() {
        let (before, mut first) = (pieces.len(), points.len());
        let (mut missing, mut outside) = (false, false);
        let mut finish = |points: &mut Vec<u32>, first: &mut usize| {
            if points.len() >= *first + 2 {
                pieces.push(Piece { way, nodes: *first..points.len() });
            } else {
                points.truncate(*first);
            }
            *first = points.len();
        };
        for &id in ways.refs.get(start..end).unwrap_or_default() {
            let Some(position) = nodes.position(id) else {
                missing = true;
                finish(&mut points, &mut first);
                continue;
            };
            let inside = region.is_none_or(|region| nodes.at(position).is_some_and(|place| region.contains(place)));
            if inside {
                points.push(position);
            } else {
                outside = true;
                finish(&mut points, &mut first);
            }
        }
        finish(&mut points, &mut first);
        start = end;
        let kept = pieces.len() > before;
        report.ways_with_missing_nodes += usize::from(missing);
        match (kept, outside) {
            (true, _) => {
                report.ways_kept += 1;
                report.ways_clipped += usize::from(outside);
            }
            (false, true) => report.ways_outside += 1,
            (false, false) => report.ways_without_edges += 1,
        }
    }
    (pieces, points)
}
