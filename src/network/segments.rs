//! The straight pieces of all edges in an R-tree, and the place nearest to a point or an outline.

use std::cell::Cell;

use rstar::{AABB, PointDistance, RTree, RTreeObject, SelectionFunction};

use super::ellipsoid;
use super::noding::{along, crossing, foot};
use super::streets::Streets;

/// A place on an edge, and how far from it the point lay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Nearest {
    pub edge: u32,
    pub fraction: f64,
    pub distance: f64,
    pub at: [f64; 2],
}

/// One straight piece of an edge; its ends are in the plane of the tree.
#[derive(Debug, Clone, Copy)]
struct Segment {
    ends: [[f64; 2]; 2],
    edge: u32,
    part: u32,
}

impl RTreeObject for Segment {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.ends[0], self.ends[1])
    }
}

impl PointDistance for Segment {
    fn distance_2(&self, point: &[f64; 2]) -> f64 {
        let foot = along(self.ends, foot(self.ends, *point));
        squared(foot, *point)
    }
}

/// All straight pieces of a network.
#[derive(Debug, Clone)]
pub(crate) struct Segments {
    tree: RTree<Segment>,
    geographic: bool,
    /// Half the usual length of a piece, in the plane of the tree.
    usual: f64,
}

/// A place this near to an end of its edge, in metres, is that end: reprojected coordinates are that far off at most.
const AT_NODE: f64 = 1e-3;
/// On the ellipsoid, distances in the plane of the tree and in the tangent plane rank places alike within this share.
const DISTORTION: f64 = 1e-3;

impl Segments {
    pub fn new(streets: &Streets) -> Self {
        let geographic = streets.geographic;
        let mut segments = Vec::with_capacity(streets.n_edges() + streets.shape_points.len());
        for (edge, at) in (0_u32..).zip(0..streets.n_edges()) {
            let mut points = streets.shape(at).map(|point| flat(geographic, point));
            let Some(mut last) = points.next() else { continue };
            for (part, point) in (0_u32..).zip(points) {
                segments.push(Segment { ends: [last, point], edge, part });
                last = point;
            }
        }
        let total: f64 = segments.iter().map(|segment| squared(segment.ends[0], segment.ends[1]).sqrt()).sum();
        // Fewer than 2^53 pieces.
        let usual = total / segments.len().max(1) as f64 / 2.0;
        Self { tree: RTree::bulk_load(segments), geographic, usual }
    }

    /// The place on any edge that is nearest to a point; none only on a network without edges.
    pub fn nearest(&self, streets: &Streets, point: [f64; 2]) -> Option<Nearest> {
        let target = flat(self.geographic, point);
        if !self.geographic {
            let close = self.close_by(target, |segment| segment.distance_2(&target));
            let segment = close.or_else(|| self.tree.nearest_neighbor(target))?;
            return Some(place(streets, segment, foot(segment.ends, point), point));
        }
        let plane = Tangent::at(point);
        let on_ground = |segment: &Segment| {
            let ends = ends_of(streets, segment).map(|end| plane.to(end));
            let share = foot(ends, [0.0, 0.0]);
            (squared(along(ends, share), [0.0, 0.0]), share)
        };
        let close = self.close_by(target, |segment| on_ground(segment).0);
        let segment = close.or_else(|| self.nearest_on_ground(target, |segment| on_ground(segment).0))?;
        Some(place(streets, segment, on_ground(segment).1, point))
    }

    /// The nearest piece where one lies within half the usual length of a piece and few do: a small box is searched
    /// faster than the whole tree.
    fn close_by(&self, target: [f64; 2], measure: impl Fn(&Segment) -> f64) -> Option<&Segment> {
        let [x, y] = target;
        let box_around = AABB::from_corners([x - self.usual, y - self.usual], [x + self.usual, y + self.usual]);
        let certain = (self.usual / (1.0 + DISTORTION)).powi(2);
        let (mut best, mut seen) = (None::<(f64, &Segment)>, 0);
        for segment in self.tree.locate_in_envelope_intersecting(box_around) {
            seen += 1;
            if seen > 64 {
                return None;
            }
            let distance = measure(segment);
            if best.is_none_or(|(known, _)| distance < known) {
                best = Some((distance, segment));
            }
        }
        // A piece farther off than the box reaches may have a nearer one outside.
        best.map(|(_, segment)| segment).filter(|segment| segment.distance_2(&target) <= certain)
    }

    /// The nearest piece on the ellipsoid: nearest in the plane of the tree is nearest on the ground but for a trace, so
    /// all that come that near are measured.
    fn nearest_on_ground(&self, target: [f64; 2], measure: impl Fn(&Segment) -> f64) -> Option<&Segment> {
        let mut best: Option<(f64, &Segment)> = None;
        let mut reach = f64::INFINITY;
        for (segment, flat_distance) in self.tree.nearest_neighbor_iter_with_distance_2(target) {
            if flat_distance > reach {
                break;
            }
            if best.is_none() {
                reach = flat_distance * (1.0 + DISTORTION).powi(2);
            }
            let distance = measure(segment);
            if best.is_none_or(|(known, _)| distance < known) {
                best = Some((distance, segment));
            }
        }
        best.map(|(_, segment)| segment)
    }

    /// The place nearest to any point of an outline (rings, or open lines, of points), with the outline's own point.
    pub fn nearest_to_outline(&self, streets: &Streets, rings: &[Vec<[f64; 2]>]) -> Option<(Nearest, [f64; 2])> {
        // The corners first: a side is looked at only where it may come nearer than the nearest corner.
        let corners = rings.iter().flatten();
        let nearest = corners.filter_map(|&corner| Some((self.nearest(streets, corner)?, corner)));
        let mut best = nearest.min_by(|a, b| a.0.distance.total_cmp(&b.0.distance))?;
        for pair in rings.iter().flat_map(|ring| ring.windows(2)) {
            if best.0.distance == 0.0 {
                break;
            }
            let side = [pair[0], pair[1]];
            let plane = self.geographic.then(|| Tangent::at(side[0]));
            let to = |point: [f64; 2]| plane.as_ref().map_or(point, |plane| plane.to(point));
            let gap = squared(flat(self.geographic, best.0.at), flat(self.geographic, best.1)).sqrt();
            for segment in self.tree.locate_with_selection_function(self.near(side, gap)) {
                let (share, own) = closest(ends_of(streets, segment).map(to), side.map(to));
                let at = along(side, own);
                let found = place(streets, segment, share, at);
                if found.distance < best.0.distance {
                    best = (found, at);
                }
            }
        }
        Some(best)
    }

    /// Selects the pieces that come as near to a side as any other, and within a gap in the plane of the tree.
    fn near(&self, side: [[f64; 2]; 2], gap: f64) -> NearSide {
        let ends = side.map(|end| flat(self.geographic, end));
        let direction = [ends[1][0] - ends[0][0], ends[1][1] - ends[0][1]];
        let length = direction[0].hypot(direction[1]);
        let axis = if length > 0.0 { direction.map(|part| part / length) } else { [1.0, 0.0] };
        let slack = if self.geographic { 1.0 + DISTORTION } else { 1.0 };
        NearSide { ends, axis, slack, reach: Cell::new(gap * slack) }
    }
}

/// Looks for the pieces next to a side of an outline; the reach shrinks with every nearer piece.
struct NearSide {
    /// The ends of the side, in the plane of the tree.
    ends: [[f64; 2]; 2],
    /// Its direction, of length 1.
    axis: [f64; 2],
    slack: f64,
    reach: Cell<f64>,
}

impl SelectionFunction<Segment> for NearSide {
    fn should_unpack_parent(&self, envelope: &AABB<[f64; 2]>) -> bool {
        // Boxes around both, along the axes of the plane and along the side: neither lies nearer than its box.
        let ([west, south], [east, north]) = (envelope.lower(), envelope.upper());
        let corners = [[west, south], [east, south], [east, north], [west, north]];
        let [a, b] = self.axis;
        let turned = |[x, y]: [f64; 2]| [a * x + b * y, a * y - b * x];
        let gap = boxes_apart(&corners, &self.ends).max(boxes_apart(&corners.map(turned), &self.ends.map(turned)));
        // What rounding may add to coordinates of this size.
        let size =
            corners.iter().flatten().chain(self.ends.iter().flatten()).fold(0.0, |most: f64, x| most.max(x.abs()));
        gap <= self.reach.get() + 1e-14 * size
    }

    fn should_unpack_leaf(&self, segment: &Segment) -> bool {
        let (share, own) = closest(segment.ends, self.ends);
        let gap = squared(along(segment.ends, share), along(self.ends, own)).sqrt();
        let near = gap <= self.reach.get();
        self.reach.set(self.reach.get().min(gap * self.slack));
        near
    }
}

/// How far the boxes around two sets of points are apart.
fn boxes_apart(one: &[[f64; 2]], other: &[[f64; 2]]) -> f64 {
    let range = |points: &[[f64; 2]], axis: usize| {
        points.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], point| {
            [low.min(point[axis]), high.max(point[axis])]
        })
    };
    let apart = |axis| {
        let ([low, high], [its_low, its_high]) = (range(one, axis), range(other, axis));
        (low - its_high).max(its_low - high).max(0.0)
    };
    apart(0).hypot(apart(1))
}

/// The coordinates themselves, or Mercator's where they are degrees: the same scale in all directions.
fn flat(geographic: bool, point: [f64; 2]) -> [f64; 2] {
    if geographic { ellipsoid::mercator(point) } else { point }
}

/// The plane that touches the ellipsoid at a point: metres to the east and north of it.
struct Tangent {
    origin: [f64; 2],
    scales: [f64; 2],
}

impl Tangent {
    fn at(origin: [f64; 2]) -> Self {
        Self { origin, scales: ellipsoid::metres_per_degree(origin[1]) }
    }

    fn to(&self, point: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|axis: usize| (point[axis] - self.origin[axis]) * self.scales[axis])
    }
}

/// The ends of a piece in the coordinates of the streets.
fn ends_of(streets: &Streets, segment: &Segment) -> [[f64; 2]; 2] {
    let mut points = streets.shape(segment.edge as usize).skip(segment.part as usize);
    let start = points.next().unwrap_or(segment.ends[0]);
    [start, points.next().unwrap_or(start)]
}

/// The place at a share of a piece, as a fraction of the length of the whole edge.
fn place(streets: &Streets, segment: &Segment, share: f64, point: [f64; 2]) -> Nearest {
    let ends = ends_of(streets, segment);
    let at = along(ends, share);
    let edge = segment.edge as usize;
    let (mut before, mut total) = (0.0, 0.0);
    let mut points = streets.shape(edge);
    let mut last = points.next().unwrap_or(at);
    for (part, next) in (0_u32..).zip(points) {
        let length = streets.distance(last, next);
        if part == segment.part {
            before = total + share * length;
        }
        total += length;
        last = next;
    }
    let straight = streets.shape(edge).nth(2).is_none();
    let fraction = if before.min(total - before) <= AT_NODE {
        if before <= total - before { 0.0 } else { 1.0 }
    } else if straight {
        share
    } else {
        (before / total).clamp(0.0, 1.0)
    };
    Nearest { edge: segment.edge, fraction, distance: streets.distance(point, at), at }
}

fn squared(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)
}

/// The closest points of two segments, as shares of each.
fn closest(one: [[f64; 2]; 2], other: [[f64; 2]; 2]) -> (f64, f64) {
    if let Some(shares) = crossing(one, other) {
        return shares;
    }
    // Segments that do not cross are closest at an end of one of them.
    let candidates = [
        (0.0, foot(other, one[0])),
        (1.0, foot(other, one[1])),
        (foot(one, other[0]), 0.0),
        (foot(one, other[1]), 1.0),
    ];
    let gap = |&(s, t): &(f64, f64)| squared(along(one, s), along(other, t));
    candidates.into_iter().min_by(|a, b| gap(a).total_cmp(&gap(b))).unwrap_or_default()
}
