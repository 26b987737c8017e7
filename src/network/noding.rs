//! Streets from lines: split where they share a point, and on request where they cross.

use rayon::prelude::*;
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree, RTreeObject};
use rustc_hash::{FxHashMap, FxHashSet};

use super::streets::{Streets, check_coordinates};
use crate::error::Error;

/// Streets made of lines by [`Streets::from_lines`].
///
/// [`Streets::from_lines`] has an example.
#[derive(Debug, Clone, PartialEq)]
pub struct Noded {
    /// The streets: one edge for each piece of a line between two nodes.
    pub streets: Streets,
    /// The line that each edge is a piece of.
    pub line: Vec<u32>,
    /// Places where lines cross or touch without sharing a point of their shapes, and that were made nodes.
    pub crossings: usize,
}

type Point = [f64; 2];

impl Streets {
    /// Makes streets of lines, each a list of points in walking order.
    ///
    /// Lines join where an end of one is a point of another to the last bit, and where they meet in a corner of both. With `node_crossings` they
    /// also join where one crosses another or touches it within 1 mm; leave it off when bridges and tunnels are among
    /// the lines, which cross without joining.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] without lines, [`Error::InvalidValue`] for a line of fewer than two points,
    /// [`Error::NotANumber`] and [`Error::OutOfRange`] for coordinates (the index is that of the line).
    ///
    /// ```
    /// use siting::network::Streets;
    /// let lines = [vec![[0.0, 0.0], [100.0, 0.0]], vec![[50.0, -50.0], [50.0, 50.0]]];
    /// assert_eq!(Streets::from_lines(&lines, false, false)?.streets.n_edges(), 2); // a bridge
    /// let noded = Streets::from_lines(&lines, false, true)?; // a crossroads
    /// assert_eq!((noded.streets.n_edges(), noded.crossings), (4, 1));
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn from_lines(lines: &[Vec<[f64; 2]>], geographic: bool, node_crossings: bool) -> Result<Noded, Error> {
        if lines.is_empty() {
            return Err(Error::Empty { argument: "lines", reason: "a network needs at least one line" });
        }
        for (index, line) in lines.iter().enumerate() {
            check_coordinates("lines", line, geographic).map_err(|error| match error {
                Error::NotANumber { argument, .. } => Error::NotANumber { argument, index },
                Error::OutOfRange { argument, value, reason, .. } => {
                    Error::OutOfRange { argument, index, value, reason }
                }
                other => other,
            })?;
            if line.len() < 2 {
                return Err(Error::InvalidValue {
                    argument: "lines",
                    value: format!("a line of {} points at {index}", line.len()),
                    reason: "give each line at least two points".into(),
                });
            }
        }
        let mut lines: Vec<Vec<Corner>> = lines.iter().map(|line| corners(line)).collect();
        let crossings = if node_crossings { node_all_crossings(&mut lines, geographic) } else { 0 };
        let (streets, line) = pieces(&lines, geographic);
        Ok(Noded { streets, line, crossings })
    }
}

/// A point of a line; `node` where the line is to be split.
#[derive(Debug, Clone, Copy)]
struct Corner {
    point: Point,
    node: bool,
}

/// The points of a line without repetitions; its ends are nodes.
fn corners(line: &[Point]) -> Vec<Corner> {
    // Adding zero turns -0 into 0, so that equal points have equal bits.
    let plain = line.iter().map(|[x, y]| Corner { point: [x + 0.0, y + 0.0], node: false });
    let mut corners: Vec<Corner> = plain.collect();
    corners.dedup_by_key(|corner| bits(corner.point));
    if let Some(first) = corners.first_mut() {
        first.node = true;
    }
    if let Some(last) = corners.last_mut() {
        last.node = true;
    }
    corners
}

fn bits([x, y]: Point) -> (u64, u64) {
    (x.to_bits(), y.to_bits())
}

/// A point of all lines: whether it is a node, and which points lie next to it.
#[derive(Debug, Default)]
struct Known {
    node: bool,
    next: [Option<(u64, u64)>; 2],
}

impl Known {
    /// Lines that share a point part there when it has a third neighbour; lines drawn twice, there and back, do not.
    fn meet(&mut self, neighbour: (u64, u64)) {
        for place in &mut self.next {
            if *place.get_or_insert(neighbour) == neighbour {
                return;
            }
        }
        self.node = true;
    }
}

/// Splits lines at nodes and at points where they meet, and numbers the nodes by first appearance.
fn pieces(lines: &[Vec<Corner>], geographic: bool) -> (Streets, Vec<u32>) {
    let mut known: FxHashMap<(u64, u64), Known> = FxHashMap::default();
    for line in lines {
        for (at, corner) in line.iter().enumerate() {
            let point = known.entry(bits(corner.point)).or_default();
            point.node |= corner.node;
            let before = at.checked_sub(1).and_then(|at| line.get(at));
            for neighbour in before.into_iter().chain(line.get(at + 1)) {
                point.meet(bits(neighbour.point));
            }
        }
    }
    let is_node = |corner: &Corner| known.get(&bits(corner.point)).is_none_or(|known| known.node);
    let mut streets = Streets { geographic, shape_starts: vec![0], ..Streets::default() };
    let mut numbers: FxHashMap<(u64, u64), u32> = FxHashMap::default();
    let mut number = |streets: &mut Streets, point: Point| {
        *numbers.entry(bits(point)).or_insert_with(|| {
            streets.nodes.push(point);
            // Validation refuses streets with more nodes than 32 bits count.
            u32::try_from(streets.nodes.len() - 1).unwrap_or(u32::MAX)
        })
    };
    let mut origin = Vec::new();
    for (at, line) in (0_u32..).zip(lines) {
        let Some(first) = line.first() else { continue };
        let mut from = number(&mut streets, first.point);
        // A line of one place only stays, as an edge of no length.
        let rest = if line.len() == 1 { line.get(..1) } else { line.get(1..) };
        for corner in rest.unwrap_or_default() {
            if !is_node(corner) {
                streets.shape_points.push(corner.point);
                continue;
            }
            let to = number(&mut streets, corner.point);
            streets.from.push(from);
            streets.to.push(to);
            streets.shape_starts.push(u32::try_from(streets.shape_points.len()).unwrap_or(u32::MAX));
            origin.push(at);
            from = to;
        }
    }
    (streets, origin)
}

/// A new corner on a line: the side it lies on, how far along, and the point.
type Split = (usize, usize, f64, Point);

/// Puts a node wherever two lines (or one with itself) cross or touch; returns how many places that were.
fn node_all_crossings(lines: &mut [Vec<Corner>], geographic: bool) -> usize {
    // A millimetre, in metres or in degrees of latitude.
    let tolerance = if geographic { 1e-8 } else { 1e-3 };
    type Side = GeomWithData<rstar::primitives::Line<Point>, (usize, usize)>;
    let sides: Vec<Side> = lines
        .iter()
        .enumerate()
        .flat_map(|(at, line)| {
            line.windows(2).enumerate().map(move |(part, pair)| {
                Side::new(rstar::primitives::Line::new(pair[0].point, pair[1].point), (at, part))
            })
        })
        .collect();
    let tree = RTree::bulk_load(sides.clone());
    let mut splits: Vec<Split> = sides
        .par_iter()
        .flat_map_iter(|side| {
            let envelope = side.envelope();
            let ([left, low], [right, high]) = (envelope.lower(), envelope.upper());
            let around = AABB::from_corners([left - tolerance, low - tolerance], [right + tolerance, high + tolerance]);
            let mut found = Vec::new();
            for other in tree.locate_in_envelope_intersecting(around) {
                // Each pair once.
                if other.data > side.data {
                    meeting(side, other, tolerance, &mut found);
                }
            }
            found
        })
        .collect();
    splits.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)).then(bits(a.3).cmp(&bits(b.3))));
    unite(&mut splits, lines, tolerance);
    let shared = shared_points(lines);
    let new: FxHashSet<(u64, u64)> =
        splits.iter().map(|split| bits(split.3)).filter(|point| !shared.contains(point)).collect();
    let mut splits = splits.into_iter().peekable();
    for (at, line) in lines.iter_mut().enumerate() {
        let mut noded = Vec::with_capacity(line.len());
        for (part, corner) in line.iter().enumerate() {
            noded.push(*corner);
            while let Some((.., point)) = splits.next_if(|split| (split.0, split.1) == (at, part)) {
                noded.push(Corner { point, node: true });
            }
        }
        // Equal neighbours become one, which is a node when either is.
        noded.dedup_by(|next, kept| {
            let same = bits(next.point) == bits(kept.point);
            kept.node |= same && next.node;
            same
        });
        *line = noded;
    }
    new.len()
}

/// Makes points that lie within the tolerance of each other one, the corners of lines before computed crossings.
fn unite(splits: &mut [Split], lines: &[Vec<Corner>], tolerance: f64) {
    let given: FxHashSet<(u64, u64)> = lines.iter().flatten().map(|corner| bits(corner.point)).collect();
    // Points by square cells of the tolerance: what is near lies in a neighbouring cell.
    let cell = |[x, y]: Point| [(x / tolerance).floor(), (y / tolerance).floor()];
    let mut known: FxHashMap<(u64, u64), Vec<Point>> = FxHashMap::default();
    for corners in [true, false] {
        for split in splits.iter_mut().filter(|split| given.contains(&bits(split.3)) == corners) {
            let [x, y] = split.3;
            let [column, row] = cell(split.3);
            let around = [-1.0, 0.0, 1.0].into_iter().flat_map(|a| [-1.0, 0.0, 1.0].map(|b| [column + a, row + b]));
            // Adding zero makes equal cells equal bits.
            let key = |[a, b]: Point| bits([a + 0.0, b + 0.0]);
            let near = around.filter_map(|cell| known.get(&key(cell))).flatten().copied();
            let mut near = near.filter(|[a, b]| (a - x).hypot(b - y) <= tolerance);
            match near.next() {
                Some(first) => split.3 = first,
                None => known.entry(key([column, row])).or_default().push(split.3),
            }
        }
    }
}

/// Points that lines share to the last bit: those are nodes without any crossing.
fn shared_points(lines: &[Vec<Corner>]) -> FxHashSet<(u64, u64)> {
    let (mut once, mut shared) = (FxHashSet::default(), FxHashSet::default());
    for corner in lines.iter().flatten() {
        if !once.insert(bits(corner.point)) {
            shared.insert(bits(corner.point));
        }
    }
    shared
}

type PlacedSide = GeomWithData<rstar::primitives::Line<Point>, (usize, usize)>;

/// Where two sides touch at an end of one, else where they cross.
fn meeting(one: &PlacedSide, other: &PlacedSide, tolerance: f64, found: &mut Vec<Split>) {
    let ends = |side: &PlacedSide| [side.geom().from, side.geom().to];
    let (a, b) = (ends(one), ends(other));
    let mut touching = false;
    // Neighbours on one line share a corner, the end of the first and the start of the second, which is no meeting.
    let neighbours = one.data.0 == other.data.0 && other.data.1 == one.data.1 + 1;
    for (side, line, its, strange, shared) in [(one, a, other, b, 0.0), (other, b, one, a, 1.0)] {
        for (end, point) in [0.0, 1.0].into_iter().zip(strange) {
            if neighbours && end == shared {
                continue;
            }
            let share = foot(line, point);
            let near = along(line, share);
            if (near[0] - point[0]).hypot(near[1] - point[1]) <= tolerance {
                touching = true;
                // Whether lines part at a corner of both is seen from their other corners.
                if !line.map(bits).contains(&bits(point)) {
                    found.push((side.data.0, side.data.1, share, point));
                    found.push((its.data.0, its.data.1, end, point));
                }
            }
        }
    }
    if !touching
        && !neighbours
        && let Some((s, t)) = crossing(a, b)
    {
        let point = along(a, s);
        found.push((one.data.0, one.data.1, s, point));
        found.push((other.data.0, other.data.1, t, point));
    }
}

/// Where two segments cross, as shares of each; `None` when they do not or are parallel.
pub(crate) fn crossing([a, b]: [Point; 2], [c, d]: [Point; 2]) -> Option<(f64, f64)> {
    let cross = |p: Point, q: Point| p[0] * q[1] - p[1] * q[0];
    let minus = |p: Point, q: Point| [p[0] - q[0], p[1] - q[1]];
    let (one, other, between) = (minus(b, a), minus(d, c), minus(c, a));
    let area = cross(one, other);
    let (s, t) = (cross(between, other) / area, cross(between, one) / area);
    // Parallel segments give infinities or NaN, which lie in no range.
    ((0.0..=1.0).contains(&s) && (0.0..=1.0).contains(&t)).then_some((s, t))
}

/// Where on a segment the point nearest to `point` lies: 0 at its start, 1 at its end.
pub(crate) fn foot([a, b]: [Point; 2], point: Point) -> f64 {
    let direction = [b[0] - a[0], b[1] - a[1]];
    let length = direction[0] * direction[0] + direction[1] * direction[1];
    if length == 0.0 {
        return 0.0;
    }
    let share = ((point[0] - a[0]) * direction[0] + (point[1] - a[1]) * direction[1]) / length;
    share.clamp(0.0, 1.0)
}

/// The point at a share of a segment; its ends are met exactly.
pub(crate) fn along([a, b]: [Point; 2], share: f64) -> Point {
    if share == 1.0 { b } else { [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])] }
}
