//! Distances between points without a street network.

use serde::{Deserialize, Serialize};

/// Mean radius of the earth in metres (IUGG).
///
/// # Example
///
/// ```
/// use siting::{EARTH_RADIUS, Metric};
/// let quarter = Metric::Haversine.distance([0.0, 0.0], [90.0, 0.0]); // of the equator
/// assert!((quarter - EARTH_RADIUS * std::f64::consts::FRAC_PI_2).abs() < 1e-3);
/// ```
pub const EARTH_RADIUS: f64 = 6_371_008.8;

/// How the distance between two points is measured.
///
/// [`Metric::distance`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// The straight line, in the unit of the coordinates.
    #[default]
    Euclidean,
    /// Along the axes: |dx| + |dy|, in the unit of the coordinates.
    Manhattan,
    /// The great circle, in metres; points are (longitude, latitude) in degrees.
    Haversine,
}

impl Metric {
    /// The distance between two points.
    ///
    /// ```
    /// use siting::Metric;
    /// assert_eq!(Metric::Euclidean.distance([0.0, 0.0], [3.0, 4.0]), 5.0);
    /// assert_eq!(Metric::Manhattan.distance([0.0, 0.0], [3.0, 4.0]), 7.0);
    /// // one degree of latitude is some 111 km
    /// assert!((Metric::Haversine.distance([121.5, 29.0], [121.5, 30.0]) - 111_195.0).abs() < 1.0);
    /// ```
    #[must_use]
    pub fn distance(self, a: [f64; 2], b: [f64; 2]) -> f64 {
        let (dx, dy) = (a[0] - b[0], a[1] - b[1]);
        match self {
            Self::Euclidean => (dx * dx + dy * dy).sqrt(),
            Self::Manhattan => dx.abs() + dy.abs(),
            Self::Haversine => {
                let (lat_a, lat_b) = (a[1].to_radians(), b[1].to_radians());
                let h = (dy.to_radians() / 2.0).sin().powi(2)
                    + lat_a.cos() * lat_b.cos() * (dx.to_radians() / 2.0).sin().powi(2);
                2.0 * EARTH_RADIUS * h.sqrt().min(1.0).asin()
            }
        }
    }
}

/// How a distance becomes a whole number.
///
/// [`Rounding::apply`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    /// Down: the convention of the p-median's literature for the instances of TSPLIB.
    Floor,
    /// To the nearest whole number, halves up: TSPLIB's own EUC_2D.
    Nearest,
}

impl Rounding {
    /// The whole number for a distance.
    ///
    /// ```
    /// use siting::Rounding;
    /// assert_eq!((Rounding::Floor.apply(2.5), Rounding::Nearest.apply(2.5)), (2.0, 3.0));
    /// ```
    #[must_use]
    pub fn apply(self, distance: f64) -> f64 {
        match self {
            Self::Floor => distance.floor(),
            Self::Nearest => distance.round(),
        }
    }
}
