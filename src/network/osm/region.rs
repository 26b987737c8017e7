//! The part of an extract that is wanted.

use crate::error::Error;

/// The part of an extract that is wanted: a rectangle or a polygon, in degrees (WGS 84).
///
/// # Example
///
/// ```
/// use siting::network::osm::Region;
/// let centre = Region::bbox([24.93, 60.16, 24.96, 60.18])?;
/// assert!(centre.contains([24.94, 60.17]));
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    bbox: [f64; 4],
    /// Rings; a point inside an odd number of them is inside. None for a rectangle.
    rings: Option<Vec<Vec<[f64; 2]>>>,
}

impl Region {
    /// A rectangle: [west, south, east, north].
    ///
    /// # Errors
    ///
    /// Names the side that is not a longitude or latitude, or that lies beyond its opposite.
    pub fn bbox(bbox: [f64; 4]) -> Result<Self, Error> {
        let [west, south, east, north] = bbox;
        check_place("bbox", 0, [west, south])?;
        check_place("bbox", 2, [east, north])?;
        if west >= east || south >= north {
            let value = format!("{bbox:?}");
            let reason = "west < east and south < north are expected: (west, south, east, north)".into();
            return Err(Error::InvalidValue { argument: "bbox", value, reason });
        }
        Ok(Self { bbox, rings: None })
    }

    /// A polygon: its rings, of [longitude, latitude]; holes and further parts are rings too.
    ///
    /// # Errors
    ///
    /// Names the ring that has fewer than three points, or the point that is no place on earth.
    ///
    /// ```
    /// use siting::network::osm::Region;
    /// let triangle = Region::polygon(vec![vec![[24.9, 60.1], [25.1, 60.1], [25.0, 60.3]]])?;
    /// assert!(triangle.contains([25.0, 60.2]) && !triangle.contains([24.92, 60.29]));
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn polygon(rings: Vec<Vec<[f64; 2]>>) -> Result<Self, Error> {
        if rings.is_empty() {
            return Err(Error::Empty { argument: "polygon", reason: "at least one ring is expected" });
        }
        let mut bbox = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        for ring in &rings {
            if ring.len() < 3 {
                let reason = "a ring needs three points or more".into();
                return Err(Error::InvalidValue { argument: "polygon", value: format!("{ring:?}"), reason });
            }
            for (index, &place) in ring.iter().enumerate() {
                check_place("polygon", index, place)?;
                bbox[0] = place[0].min(bbox[0]);
                bbox[1] = place[1].min(bbox[1]);
                bbox[2] = place[0].max(bbox[2]);
                bbox[3] = place[1].max(bbox[3]);
            }
        }
        Ok(Self { bbox, rings: Some(rings) })
    }

    /// Whether a place [longitude, latitude] is inside; the sides of a rectangle are.
    #[must_use]
    pub fn contains(&self, [x, y]: [f64; 2]) -> bool {
        let [west, south, east, north] = self.bbox;
        let boxed = west <= x && x <= east && south <= y && y <= north;
        boxed
            && self.rings.as_ref().is_none_or(|rings| rings.iter().fold(false, |odd, ring| odd ^ inside(ring, [x, y])))
    }
}

/// Whether a point is inside a ring, which may be closed or not.
pub(super) fn inside(ring: &[[f64; 2]], [x, y]: [f64; 2]) -> bool {
    let mut odd = false;
    let Some(mut from) = ring.last().copied() else { return false };
    for &to in ring {
        if (from[1] > y) != (to[1] > y) && x < from[0] + (to[0] - from[0]) * (y - from[1]) / (to[1] - from[1]) {
            odd = !odd;
        }
        from = to;
    }
    odd
}

fn check_place(argument: &'static str, index: usize, place: [f64; 2]) -> Result<(), Error> {
    let limits = [
        (180.0, "a longitude of -180 to 180 degrees is expected"),
        (90.0, "a latitude of -90 to 90 degrees is expected"),
    ];
    for (value, (most, reason)) in place.into_iter().zip(limits) {
        if value.is_nan() {
            return Err(Error::NotANumber { argument, index });
        }
        if value.abs() > most {
            return Err(Error::OutOfRange { argument, index, value, reason });
        }
    }
    Ok(())
}
