//! Areas: rings joined from ways, polygons with holes, their area and a point inside.

use rustc_hash::FxHashMap;

use super::region::inside;
use crate::network::ellipsoid::metres_per_degree;

/// A polygon: its outer ring, then its holes; each ring closed, of [longitude, latitude].
///
/// [`OsmTown::read`](super::OsmTown::read) has an example.
pub type Polygon = Vec<Vec<[f64; 2]>>;

/// Holes are looked for in all outer rings; no real area has more holes times points of outer rings.
const MOST_STEPS: usize = 100_000_000;

/// Joins ways at their ends to closed rings of node ids. None when an end is left over.
pub(super) fn join(ways: Vec<Vec<i64>>) -> Option<Vec<Vec<i64>>> {
    let mut rings = Vec::new();
    let mut at_end: FxHashMap<i64, Vec<usize>> = FxHashMap::default();
    let mut open: Vec<Option<Vec<i64>>> = Vec::new();
    for way in ways {
        let (&first, &last) = (way.first()?, way.last()?);
        if first == last {
            rings.push(way);
        } else {
            for end in [first, last] {
                at_end.entry(end).or_default().push(open.len());
            }
            open.push(Some(way));
        }
    }
    for start in 0..open.len() {
        let Some(mut ring) = open.get_mut(start).and_then(Option::take) else { continue };
        while ring.first() != ring.last() {
            // Each end is taken from the lists once, so that many ways at one node cost no more than few.
            let candidates = at_end.get_mut(ring.last()?)?;
            let next = loop {
                if let Some(way) = open.get_mut(candidates.pop()?).and_then(Option::take) {
                    break way;
                }
            };
            if next.first() == ring.last() {
                ring.extend(next.into_iter().skip(1));
            } else {
                ring.extend(next.into_iter().rev().skip(1));
            }
        }
        rings.push(ring);
    }
    Some(rings)
}

/// Puts holes into the smallest outer ring around them. None when a ring is none, or a hole lies in no outer ring.
pub(super) fn polygons(outer: Vec<Vec<[f64; 2]>>, inner: Vec<Vec<[f64; 2]>>) -> Option<Vec<Polygon>> {
    let points: usize = outer.iter().map(Vec::len).sum();
    if outer.is_empty() || points.saturating_mul(inner.len()) > MOST_STEPS {
        return None;
    }
    // A triangle is four points, the first one repeated.
    if outer.iter().chain(&inner).any(|ring| ring.len() < 4) {
        return None;
    }
    let boxes: Vec<[f64; 4]> = outer.iter().map(|ring| bounds(ring)).collect();
    let mut polygons: Vec<Polygon> = outer.into_iter().map(|ring| vec![ring]).collect();
    for hole in inner {
        let point = middle(hole.first()?, hole.get(1)?);
        let around = |polygon: &Polygon, &[west, south, east, north]: &[f64; 4]| {
            let boxed = west <= point[0] && point[0] <= east && south <= point[1] && point[1] <= north;
            boxed && polygon.first().is_some_and(|ring| inside(ring, point))
        };
        let size = |&[west, south, east, north]: &[f64; 4]| (east - west) * (north - south);
        let (smallest, _) = (0..)
            .zip(polygons.iter().zip(&boxes))
            .filter(|(_, (polygon, bounds))| around(polygon, bounds))
            .map(|(number, (_, bounds))| (number, size(bounds)))
            .min_by(|(_, a), (_, b)| a.total_cmp(b))?;
        polygons.get_mut(smallest)?.push(hole);
    }
    Some(polygons)
}

fn middle(a: &[f64; 2], b: &[f64; 2]) -> [f64; 2] {
    [f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1])]
}

/// West, south, east, north.
pub(super) fn bounds(ring: &[[f64; 2]]) -> [f64; 4] {
    let start = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    ring.iter()
        .fold(start, |[west, south, east, north], &[x, y]| [west.min(x), south.min(y), east.max(x), north.max(y)])
}

/// The area of polygons in m², in the plane that touches the ellipsoid of WGS 84 at each. For a building the error is
/// far below a millionth.
pub(super) fn area(polygons: &[Polygon]) -> f64 {
    let polygon = |polygon: &Polygon| {
        let mut rings = polygon.iter().map(|ring| ring_area(ring));
        rings.next().unwrap_or(0.0) - rings.sum::<f64>()
    };
    polygons.iter().map(polygon).sum::<f64>().max(0.0)
}

fn ring_area(ring: &[[f64; 2]]) -> f64 {
    let [west, south, _, north] = bounds(ring);
    let [east_west, north_south] = metres_per_degree(f64::midpoint(south, north));
    let mut twice = 0.0;
    for pair in ring.windows(2) {
        if let [a, b] = pair {
            twice += (a[0] - west) * (b[1] - south) - (b[0] - west) * (a[1] - south);
        }
    }
    (twice / 2.0).abs() * east_west * north_south
}

/// A point inside the largest of some polygons: on a line through its middle, halfway along the longest stretch inside.
pub(super) fn point_inside(polygons: &[Polygon]) -> Option<[f64; 2]> {
    let largest = polygons.iter().max_by(|a, b| {
        let area = |polygon: &Polygon| polygon.first().map_or(0.0, |ring| ring_area(ring));
        area(a).total_cmp(&area(b))
    })?;
    let outer = largest.first()?;
    let [_, south, _, north] = bounds(outer);
    let y = f64::midpoint(south, north);
    let mut crossings: Vec<f64> = Vec::new();
    for pair in largest.iter().flat_map(|ring| ring.windows(2)) {
        if let [a, b] = pair
            && (a[1] > y) != (b[1] > y)
        {
            crossings.push(a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]));
        }
    }
    crossings.sort_by(f64::total_cmp);
    let stretches = crossings.as_chunks::<2>().0.iter();
    let longest = stretches.max_by(|a, b| (a[1] - a[0]).total_cmp(&(b[1] - b[0])));
    // An area without extent still is somewhere.
    longest.map_or_else(|| outer.first().copied(), |&[from, to]| Some([f64::midpoint(from, to), y]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, y: f64, side: f64) -> Vec<[f64; 2]> {
        vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    }

    #[test]
    fn ways_in_any_direction_and_order_join_to_rings() {
        let rings = join(vec![vec![1, 2, 3], vec![5, 4, 3], vec![5, 1], vec![7, 8, 9, 7]]).unwrap();
        assert_eq!(rings, [vec![7, 8, 9, 7], vec![1, 2, 3, 4, 5, 1]]);
    }

    #[test]
    fn an_end_left_over_makes_no_ring() {
        assert_eq!(join(vec![vec![1, 2], vec![2, 3]]), None);
    }

    #[test]
    fn a_hole_is_put_into_the_smallest_ring_around_it() {
        let outer = vec![square(0.0, 0.0, 10.0), square(20.0, 0.0, 10.0)];
        let found = polygons(outer, vec![square(22.0, 2.0, 1.0)]).unwrap();
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(polygons(vec![square(0.0, 0.0, 1.0)], vec![square(5.0, 5.0, 1.0)]), None);
    }

    #[test]
    fn a_hundredth_of_a_degree_at_the_equator_has_the_area_that_the_ellipsoid_gives() {
        // 0.01 degrees of longitude are 1,113.195 m there, of latitude 1,105.743 m.
        let area = area(&[vec![square(10.0, -0.005, 0.01)]]);
        assert!((area / (1_113.195 * 1_105.743) - 1.0).abs() < 1e-5, "{area}");
    }

    #[test]
    fn holes_take_from_the_area_and_the_point_inside_keeps_out_of_them() {
        let ring = vec![square(0.0, 0.0, 0.01), square(0.002, 0.002, 0.006)];
        let whole = area(&[vec![square(0.0, 0.0, 0.01)]]);
        assert!((area(std::slice::from_ref(&ring)) / whole - 0.64).abs() < 1e-4);
        let point = point_inside(&[ring]).unwrap();
        assert!(!(0.002..0.008).contains(&point[0]), "{point:?}");
    }
}
