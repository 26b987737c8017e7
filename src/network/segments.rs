//! The straight pieces of all edges in an R-tree, and the place nearest to a point or an outline.

use rstar::{AABB, PointDistance, RTree, RTreeObject};

use super::noding::{along, crossing, foot};
use super::streets::Streets;
use crate::travel::EARTH_RADIUS;

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

/// On the sphere, distances in the plane of the tree and in the tangent plane rank places alike within this share.
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

    /// The nearest piece on the sphere: nearest in the plane of the tree is nearest on the ground but for a trace, so
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
    ///
    /// Beyond `max_snap` metres only corners are looked at: whole sides far from any street would meet all of them.
    pub fn nearest_to_outline(
        &self,
        streets: &Streets,
        rings: &[Vec<[f64; 2]>],
        max_snap: f64,
    ) -> Option<(Nearest, [f64; 2])> {
        // The corners first: what is nearer than the nearest corner lies close to a side.
        let corners = rings.iter().flatten();
        let nearest = corners.filter_map(|&corner| Some((self.nearest(streets, corner)?, corner)));
        let mut best = nearest.min_by(|a, b| a.0.distance.total_cmp(&b.0.distance))?;
        for side in rings.iter().flat_map(|ring| ring.windows(2)) {
            if best.0.distance == 0.0 {
                break;
            }
            let plane = self.geographic.then(|| Tangent::at(side[0]));
            let to = |point: [f64; 2]| plane.as_ref().map_or(point, |plane| plane.to(point));
            let ends = [to(side[0]), to(side[1])];
            for segment in self.tree.locate_in_envelope_intersecting(self.around(side, best.0.distance.min(max_snap))) {
                let (share, own) = closest(ends_of(streets, segment).map(to), ends);
                let at = along([side[0], side[1]], own);
                let found = place(streets, segment, share, at);
                if found.distance < best.0.distance {
                    best = (found, at);
                }
            }
        }
        Some(best)
    }

    /// A box around a side with a margin in metres, in the plane of the tree.
    fn around(&self, side: &[[f64; 2]], margin: f64) -> AABB<[f64; 2]> {
        let [a, b] = [flat(self.geographic, side[0]), flat(self.geographic, side[1])];
        let margin = if self.geographic {
            let cosine = side[0][1].to_radians().cos().min(side[1][1].to_radians().cos()).max(1e-3);
            (margin / EARTH_RADIUS / cosine).to_degrees() * (1.0 + 10.0 * DISTORTION)
        } else {
            margin
        };
        AABB::from_corners(
            [a[0].min(b[0]) - margin, a[1].min(b[1]) - margin],
            [a[0].max(b[0]) + margin, a[1].max(b[1]) + margin],
        )
    }
}

/// The coordinates themselves, or on the sphere Mercator's: the same scale in all directions.
fn flat(geographic: bool, [x, y]: [f64; 2]) -> [f64; 2] {
    if !geographic {
        return [x, y];
    }
    let latitude = y.clamp(-89.9, 89.9).to_radians();
    [x, latitude.tan().asinh().to_degrees()]
}

/// The plane that touches the sphere at a point: metres to the east and north of it.
struct Tangent {
    origin: [f64; 2],
    cosine: f64,
}

impl Tangent {
    fn at(origin: [f64; 2]) -> Self {
        Self { origin, cosine: origin[1].to_radians().cos() }
    }

    fn to(&self, point: [f64; 2]) -> [f64; 2] {
        let [east, north] = [0, 1].map(|axis: usize| (point[axis] - self.origin[axis]).to_radians() * EARTH_RADIUS);
        [east * self.cosine, north]
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
    let metric = streets.metric();
    let edge = segment.edge as usize;
    let straight = streets.shape(edge).nth(2).is_none();
    let fraction = if straight {
        share
    } else {
        let (mut before, mut total) = (0.0, 0.0);
        let mut points = streets.shape(edge);
        let mut last = points.next().unwrap_or(at);
        for (part, next) in (0_u32..).zip(points) {
            let length = metric.distance(last, next);
            if part == segment.part {
                before = total + share * length;
            }
            total += length;
            last = next;
        }
        if total > 0.0 { (before / total).clamp(0.0, 1.0) } else { share }
    };
    let distance = if streets.geographic {
        squared(Tangent::at(point).to(at), [0.0, 0.0]).sqrt()
    } else {
        squared(point, at).sqrt()
    };
    Nearest { edge: segment.edge, fraction, distance, at }
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
