//! The shifted coordinates of Chinese web maps: GCJ-02 and BD-09 to WGS 84 and back.
//!
//! Maps published in China show GCJ-02, which moves places by 300 to 700 m; Baidu moves them once more (BD-09). Neither
//! has a published definition. The formulas are those that the literature and all open implementations agree on: the
//! shift as rebuilt from a leaked implementation ("eviltransform", <https://github.com/googollee/eviltransform>; the
//! constants are the Krasovsky 1940 ellipsoid's), Baidu's step as in "coordtransform"
//! (<https://github.com/wandergis/coordtransform>).
//!
//! With (x, y) = (longitude - 105, latitude - 35), the shift in metres, before it is scaled to degrees, is
//!
//! ```text
//! east  = 300 + x + 2 y + 0.1 x² + 0.1 x y + 0.1 √|x| + (20 sin 6πx + 20 sin 2πx + 20 sin πx + 40 sin πx/3
//!         + 150 sin πx/12 + 300 sin πx/30) · 2/3
//! north = -100 + 2 x + 3 y + 0.2 y² + 0.1 x y + 0.2 √|x| + (20 sin 6πx + 20 sin 2πx + 20 sin πy + 40 sin πy/3
//!         + 160 sin πy/12 + 320 sin πy/30) · 2/3
//! ```
//!
//! There is no closed inverse; it is found by iteration, to far less than 1 cm. Only places in the rectangle around
//! China are moved. Within a kilometre outside its border a place may stem from either side; it is taken to be inside.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What longitudes and latitudes refer to.
///
/// [`convert`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Datum {
    /// WGS 84: satellite positioning, OpenStreetMap; CGCS2000 differs from it by less than 1 m.
    #[default]
    Wgs84,
    /// GCJ-02: AutoNavi (Amap), Tencent, and other maps published in China.
    Gcj02,
    /// BD-09: Baidu.
    Bd09,
}

/// Semi-major axis and squared eccentricity of the Krasovsky 1940 ellipsoid.
const AXIS: f64 = 6_378_245.0;
const ECCENTRICITY_2: f64 = 0.006_693_421_622_965_943;
/// West, south, east, north of the rectangle in which places are moved, in degrees.
const CHINA: [f64; 4] = [72.004, 0.8293, 137.8347, 55.8271];
/// A tenth of a millimetre, in degrees.
const CLOSE: f64 = 1e-9;
/// Each round makes the error at least ten times smaller.
const MOST_ROUNDS: u32 = 30;

/// Brings points from one datum to another. Points are [longitude, latitude] in degrees; those outside China stay as
/// they are. There and back gives the same place within 1 cm, except within a kilometre of the rim of the rectangle around
/// China: there a shifted place may stem from inside, moved, or from outside, unmoved, and is taken to be inside.
///
/// # Errors
///
/// [`Error::NotANumber`] and [`Error::OutOfRange`] name the first point that is no place on earth.
///
/// # Example
///
/// ```
/// use siting::{Datum, Metric, datum};
///
/// // Tian'anmen as an Amap link has it, and where it is.
/// let shown = [[116.397_477, 39.908_692]];
/// let real = datum::convert(&shown, Datum::Gcj02, Datum::Wgs84)?;
/// let metres = Metric::Haversine.distance(shown[0], real[0]);
/// assert!((500.0..600.0).contains(&metres));
/// # Ok::<(), siting::Error>(())
/// ```
pub fn convert(points: &[[f64; 2]], from: Datum, to: Datum) -> Result<Vec<[f64; 2]>, Error> {
    let limits = [
        (180.0, "a longitude of -180 to 180 degrees is expected"),
        (90.0, "a latitude of -90 to 90 degrees is expected"),
    ];
    for (index, point) in points.iter().enumerate() {
        for (&value, (most, reason)) in point.iter().zip(limits) {
            if value.is_nan() {
                return Err(Error::NotANumber { argument: "points", index });
            }
            if value.abs() > most {
                return Err(Error::OutOfRange { argument: "points", index, value, reason });
            }
        }
    }
    let step = |point: [f64; 2]| match (from, to) {
        (Datum::Wgs84, Datum::Gcj02) => forth(point, shifted),
        (Datum::Wgs84, Datum::Bd09) => forth(point, |point| twisted(shifted(point))),
        (Datum::Gcj02, Datum::Bd09) => forth(point, twisted),
        (Datum::Gcj02, Datum::Wgs84) => back(point, shifted),
        (Datum::Bd09, Datum::Wgs84) => back(point, |point| twisted(shifted(point))),
        (Datum::Bd09, Datum::Gcj02) => back(point, twisted),
        (Datum::Wgs84, Datum::Wgs84) | (Datum::Gcj02, Datum::Gcj02) | (Datum::Bd09, Datum::Bd09) => point,
    };
    Ok(points.iter().map(|&point| step(point)).collect())
}

fn in_china([lon, lat]: [f64; 2]) -> bool {
    let [west, south, east, north] = CHINA;
    west <= lon && lon <= east && south <= lat && lat <= north
}

fn forth(point: [f64; 2], moved: impl Fn([f64; 2]) -> [f64; 2]) -> [f64; 2] {
    if in_china(point) { moved(point) } else { point }
}

/// The point that `moved` brings to `target`: what is amiss is taken off until nothing is.
fn back(target: [f64; 2], moved: impl Fn([f64; 2]) -> [f64; 2]) -> [f64; 2] {
    let mut point = target;
    for _ in 0..MOST_ROUNDS {
        let reached = moved(point);
        let amiss = [reached[0] - target[0], reached[1] - target[1]];
        point = [point[0] - amiss[0], point[1] - amiss[1]];
        if amiss[0].abs() < CLOSE && amiss[1].abs() < CLOSE {
            break;
        }
    }
    if in_china(point) { point } else { target }
}

/// WGS 84 to GCJ-02.
fn shifted([lon, lat]: [f64; 2]) -> [f64; 2] {
    let (x, y) = (lon - 105.0, lat - 35.0);
    let wave = |height: f64, angle: f64| height * (angle * PI).sin();
    let short = wave(20.0, 6.0 * x) + wave(20.0, 2.0 * x);
    let root = x.abs().sqrt();
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + (short + wave(20.0, x) + wave(40.0, x / 3.0) + wave(150.0, x / 12.0) + wave(300.0, x / 30.0)) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + (short + wave(20.0, y) + wave(40.0, y / 3.0) + wave(160.0, y / 12.0) + wave(320.0, y / 30.0)) * 2.0 / 3.0;
    let (sin, cos) = lat.to_radians().sin_cos();
    let bend = 1.0 - ECCENTRICITY_2 * sin * sin;
    // Metres in a radian of longitude and of latitude.
    let around = AXIS / bend.sqrt() * cos;
    let along = AXIS * (1.0 - ECCENTRICITY_2) / (bend * bend.sqrt());
    [lon + (east / around).to_degrees(), lat + (north / along).to_degrees()]
}

/// GCJ-02 to BD-09.
fn twisted([lon, lat]: [f64; 2]) -> [f64; 2] {
    const TURN: f64 = PI * 3_000.0 / 180.0;
    let radius = lon.hypot(lat) + 0.000_02 * (lat * TURN).sin();
    let angle = lat.atan2(lon) + 0.000_003 * (lon * TURN).cos();
    [radius * angle.cos() + 0.0065, radius * angle.sin() + 0.006]
}
