//! Distances on the ellipsoid of WGS 84, for networks in degrees.

/// Semi-major axis in metres.
pub(crate) const AXIS: f64 = 6_378_137.0;
/// Squared first eccentricity: f (2 - f) with f = 1 / 298.257223563.
const ECCENTRICITY_2: f64 = 0.006_694_379_990_141_316;

/// The radii of curvature at a latitude (given by its sine), in metres: along the meridian, and across it.
fn radii(sine: f64) -> (f64, f64) {
    let bend = 1.0 - ECCENTRICITY_2 * sine * sine;
    (AXIS * (1.0 - ECCENTRICITY_2) / (bend * bend.sqrt()), AXIS / bend.sqrt())
}

/// Metres to a degree of longitude and of latitude at a latitude in degrees.
pub(crate) fn metres_per_degree(latitude: f64) -> [f64; 2] {
    let (sine, cosine) = latitude.to_radians().sin_cos();
    let (along, across) = radii(sine);
    [(across * cosine).to_radians(), along.to_radians()]
}

/// The distance between two points, [longitude, latitude] in degrees, in metres.
///
/// The chord between them becomes an arc with the radius of curvature in its direction (Euler's theorem) at the middle
/// latitude. Within 100 km that differs from the geodesic by less than a millionth, at any latitude; over 10,000 km by
/// less than a hundredth.
pub(crate) fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    let [from, to] = [a, b].map(|[longitude, latitude]| {
        let (sine, cosine) = latitude.to_radians().sin_cos();
        let (_, across) = radii(sine);
        let (east, north) = longitude.to_radians().sin_cos();
        [across * cosine * north, across * cosine * east, across * (1.0 - ECCENTRICITY_2) * sine]
    });
    let chord = from.iter().zip(to).map(|(from, to)| (from - to).powi(2)).sum::<f64>().sqrt();
    let (sine, cosine) = f64::midpoint(a[1], b[1]).to_radians().sin_cos();
    let (along, across) = radii(sine);
    let (east, north) = ((a[0] - b[0]) * across * cosine, (a[1] - b[1]) * along);
    let squares = east * east + north * north;
    // Two points in one place have no direction, and no distance either.
    let northward = if squares > 0.0 { north * north / squares } else { 0.0 };
    let radius = 1.0 / (northward / along + (1.0 - northward) / across);
    2.0 * radius * (chord / (2.0 * radius)).min(1.0).asin()
}

/// The point in Mercator's projection of the ellipsoid, in degrees: the same scale in all directions.
pub(crate) fn mercator([longitude, latitude]: [f64; 2]) -> [f64; 2] {
    let eccentricity = ECCENTRICITY_2.sqrt();
    let latitude = latitude.clamp(-89.9, 89.9).to_radians();
    let conformal = latitude.tan().asinh() - eccentricity * (eccentricity * latitude.sin()).atanh();
    [longitude, conformal.to_degrees()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_geodesics() {
        // Geod(ellps="WGS84").inv of pyproj 3.7.2 (Karney's geodesics).
        let golden = [
            ([24.94, 60.17], [24.9415, 60.1706], 106.782_978_684_430_02),
            ([24.94, 60.17], [24.94, 60.18], 1_114.152_564_356_338_6),
            ([24.94, 60.17], [24.958, 60.17], 999.242_524_134_191_9),
            ([121.5, 29.0], [121.501_3, 28.999_1], 161.232_976_496_276_62),
            ([18.0, -34.0], [18.000_7, -34.000_4], 78.426_459_210_786_53),
            ([0.0, 0.0], [0.001, 0.0], 111.319_490_793_273_57),
            ([0.0, 0.0], [0.0, 0.001], 110.574_275_821_707_23),
            ([15.6, 78.2], [15.62, 78.203], 566.355_085_145_660_8),
            ([10.0, 89.9], [40.0, 89.95], 6_921.193_145_337_915),
            ([24.9, 60.1], [25.3, 60.4], 40_098.612_811_195_84),
        ];
        for (a, b, metres) in golden {
            let found = distance(a, b);
            assert!((found / metres - 1.0).abs() < 1e-6, "{a:?} to {b:?}: {found} for {metres}");
            assert_eq!(found, distance(b, a));
        }
        let far = distance([100.0, 20.0], [110.0, 40.0]);
        assert!((far / 2_413_948.456_672_434 - 1.0).abs() < 1e-3, "{far}");
        assert_eq!(distance([24.9, 60.1], [24.9, 60.1]), 0.0);
    }

    #[test]
    fn degrees_and_mercator_have_the_scale_of_the_ground() {
        for latitude in [-70.0, 0.0, 29.0, 60.17] {
            let [east, north] = metres_per_degree(latitude);
            let at = |dx: f64, dy: f64| [121.5 + dx, latitude + dy];
            assert!((distance(at(-1e-4, 0.0), at(1e-4, 0.0)) / (2e-4 * east) - 1.0).abs() < 1e-6);
            assert!((distance(at(0.0, -1e-4), at(0.0, 1e-4)) / (2e-4 * north) - 1.0).abs() < 1e-6);
            // As far north in the projection as the same metres are east.
            let high = mercator(at(0.0, 1e-4))[1] - mercator(at(0.0, -1e-4))[1];
            assert!((high / (2e-4 * north / east) - 1.0).abs() < 1e-6);
        }
    }
}
