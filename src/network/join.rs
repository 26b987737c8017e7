//! Joining points and outlines to the network: the nearest place on an edge, and a report of what was joined how.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Network;
use super::graph::ranks;
use super::segments::Nearest;
use super::streets::check_coordinates;
use crate::error::Error;

/// What happens to points farther from every street than the limit.
///
/// The example of [`JoinReport`] shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beyond {
    /// They are an error.
    #[default]
    Refuse,
    /// They reach nothing and are reached by nobody, and the report names them.
    Unreachable,
}

/// How points are joined to the network.
///
/// ```
/// use siting::network::{Beyond, JoinOptions};
/// let options = JoinOptions::default().max_snap(100.0).beyond(Beyond::Unreachable);
/// assert_eq!(options.max_snap, 100.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct JoinOptions {
    /// Farthest distance from a point to its street in metres; 250 by default.
    pub max_snap: f64,
    /// What happens to points beyond it.
    pub beyond: Beyond,
    /// Components with less than this share of the length of all streets are reported as small; 0.01 by default.
    pub small_share: f64,
    /// What errors call the points.
    pub argument: &'static str,
}

impl Default for JoinOptions {
    fn default() -> Self {
        Self { max_snap: 250.0, beyond: Beyond::Refuse, small_share: 0.01, argument: "points" }
    }
}

impl JoinOptions {
    /// Sets the farthest distance in metres; infinity for none.
    #[must_use]
    pub fn max_snap(self, max_snap: f64) -> Self {
        Self { max_snap, ..self }
    }

    /// Sets what happens to points beyond the farthest distance.
    #[must_use]
    pub fn beyond(self, beyond: Beyond) -> Self {
        Self { beyond, ..self }
    }

    /// Sets the share of all streets below which a component is reported as small.
    #[must_use]
    pub fn small_share(self, small_share: f64) -> Self {
        Self { small_share, ..self }
    }

    /// Sets what errors call the points: "demand", "sites".
    #[must_use]
    pub fn argument(self, argument: &'static str) -> Self {
        Self { argument, ..self }
    }

    fn check(&self) -> Result<(), Error> {
        let wrong = |argument, value: f64, reason: &str| {
            Err(Error::InvalidValue { argument, value: value.to_string(), reason: reason.into() })
        };
        if self.max_snap.is_nan() || self.max_snap < 0.0 {
            return wrong("max_snap", self.max_snap, "a distance of 0 metres or more is expected");
        }
        if !(0.0..=1.0).contains(&self.small_share) {
            return wrong("small_share", self.small_share, "a share from 0 to 1 is expected");
        }
        Ok(())
    }
}

/// Where one point enters the network.
///
/// [`Network::join`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// The nearest edge.
    pub edge: u32,
    /// How far along the edge, from its start (0) to its end (1). Within 1 mm of an end it is that end: who stands at a
    /// node has all its streets before him, though his coordinates come from another system.
    pub fraction: f64,
    /// Metres from the point to the edge: the access leg, walked at walking speed.
    pub access: f64,
    /// The place on the edge, in the coordinates of the network.
    pub at: [f64; 2],
    /// The point itself; of an outline, the point of it that is nearest to the street.
    pub point: [f64; 2],
    /// Whether the point lies within the limit; nobody walks by an entry that does not.
    pub within: bool,
}

/// Places joined to a network by [`Network::join`] and its kin: each place by one entry or more.
///
/// [`Network::join`] and [`Network::join_entrances`] have examples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Joined {
    pub(super) entries: Vec<Entry>,
    /// Where the entries of each place start; one more than places.
    pub(super) start: Vec<u32>,
    report: JoinReport,
}

/// What a joining did.
///
/// # Example
///
/// ```
/// use siting::network::{Beyond, JoinOptions, Network};
/// let net = Network::from_edges(vec![[0.0, 0.0], [100.0, 0.0]], vec![0], vec![1])?;
/// let options = JoinOptions::default().beyond(Beyond::Unreachable);
/// let joined = net.join(&[[30.0, 8.0], [30.0, 900.0]], &options)?;
/// let report = joined.report();
/// assert_eq!((report.max_distance(), &report.beyond[..]), (Some(8.0), &[1][..]));
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JoinReport {
    /// The limit in metres.
    pub max_snap: f64,
    /// Number of places.
    pub places: usize,
    /// Metres from each place to its nearest street; infinite for a place without entrances.
    pub distances: Vec<f64>,
    /// Places farther from every street than the limit, ascending: they reach nothing.
    pub beyond: Vec<u32>,
    /// Places joined to small components only, ascending: they reach little.
    pub small: Vec<u32>,
    /// Places joined, but outside the largest component.
    pub outside_largest: usize,
}

impl JoinReport {
    /// Mean distance in metres of the places that were joined; `None` where none was.
    #[must_use]
    pub fn mean_distance(&self) -> Option<f64> {
        let (mut sum, mut n) = (0.0, 0.0);
        for &distance in self.distances.iter().filter(|&&distance| distance <= self.max_snap) {
            sum += distance;
            n += 1.0;
        }
        (n > 0.0).then(|| sum / n)
    }

    /// Largest distance in metres of the places that were joined; `None` where none was.
    #[must_use]
    pub fn max_distance(&self) -> Option<f64> {
        self.distances.iter().copied().filter(|&distance| distance <= self.max_snap).reduce(f64::max)
    }
}

impl Joined {
    /// Number of places.
    #[must_use]
    pub fn len(&self) -> usize {
        self.start.len().saturating_sub(1)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All entries of a place; none where there is no such place.
    #[must_use]
    pub fn entries(&self, place: usize) -> &[Entry] {
        match (self.start.get(place), self.start.get(place + 1)) {
            (Some(&from), Some(&to)) => self.entries.get(from as usize..to as usize).unwrap_or_default(),
            _ => &[],
        }
    }

    /// The distances, and the places that deserve a look.
    #[must_use]
    pub fn report(&self) -> &JoinReport {
        &self.report
    }
}

impl Network {
    /// Joins points to the nearest place on an edge each.
    ///
    /// # Errors
    ///
    /// [`Error::NotANumber`] and [`Error::OutOfRange`] for coordinates, [`Error::OffNetwork`] for a point farther from
    /// every street than `max_snap` unless [`Beyond::Unreachable`] is asked for, [`Error::InvalidValue`] for options.
    ///
    /// ```
    /// use siting::network::{JoinOptions, Network, Streets};
    /// let streets = Streets { nodes: vec![[0.0, 0.0], [100.0, 0.0]], from: vec![0], to: vec![1], ..Streets::default() };
    /// let joined = Network::new(streets)?.join(&[[30.0, 8.0]], &JoinOptions::default())?;
    /// let entry = joined.entries(0)[0];
    /// assert_eq!((entry.edge, entry.fraction, entry.access), (0, 0.3, 8.0));
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn join(&self, points: &[[f64; 2]], options: &JoinOptions) -> Result<Joined, Error> {
        options.check()?;
        check_coordinates(options.argument, points, self.streets().geographic)?;
        check_count(options.argument, points.len())?;
        let start = (0_u32..).take(points.len() + 1).collect();
        self.joined(self.snap(points), start, options)
    }

    /// Joins places of several entrances each: place i has the points `start[i]` to `start[i + 1]`.
    ///
    /// A walk may use any entrance within `max_snap`. A place without entrances, or with none within the limit, is
    /// beyond it.
    ///
    /// # Errors
    ///
    /// As [`Network::join`], and [`Error::InvalidValue`] when `start` does not begin at 0, descends or ends elsewhere than
    /// at the number of points.
    ///
    /// ```
    /// use siting::network::{JoinOptions, Network};
    /// let net = Network::from_edges(vec![[0.0, 0.0], [100.0, 0.0]], vec![0], vec![1])?;
    /// // One hall with a door at each end.
    /// let joined = net.join_entrances(&[[0.0, 5.0], [90.0, 20.0]], vec![0, 2], &JoinOptions::default())?;
    /// assert_eq!((joined.len(), joined.entries(0).len(), joined.report().distances[0]), (1, 2, 5.0));
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn join_entrances(&self, points: &[[f64; 2]], start: Vec<u32>, options: &JoinOptions) -> Result<Joined, Error> {
        options.check()?;
        check_coordinates(options.argument, points, self.streets().geographic)?;
        check_count(options.argument, points.len())?;
        let ends_well = start.first() == Some(&0) && start.last().map(|&end| end as usize) == Some(points.len());
        if !ends_well || start.windows(2).any(|pair| pair[0] > pair[1]) {
            return Err(Error::InvalidValue {
                argument: "start",
                value: format!("an array of {} starts", start.len()),
                reason: format!("starts must begin at 0, never descend and end at {}", points.len()),
            });
        }
        self.joined(self.snap(points), start, options)
    }

    /// Joins outlines by the point of their boundary that is nearest to a street.
    ///
    /// An outline is a list of rings (outer and inner, of one polygon or several); a ring is a list of points, the first
    /// repeated at the end. Lines may be given as well.
    ///
    /// # Errors
    ///
    /// As [`Network::join`]; [`Error::Empty`] for an outline without points.
    ///
    /// ```
    /// use siting::network::{JoinOptions, Network, Streets};
    /// let streets = Streets { nodes: vec![[0.0, 0.0], [100.0, 0.0]], from: vec![0], to: vec![1], ..Streets::default() };
    /// let hall = vec![vec![[40.0, 5.0], [60.0, 9.0], [60.0, 30.0], [40.0, 30.0], [40.0, 5.0]]];
    /// let joined = Network::new(streets)?.join_outlines(&[hall], &JoinOptions::default())?;
    /// assert_eq!(joined.entries(0)[0].access, 5.0);
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn join_outlines(&self, outlines: &[Vec<Vec<[f64; 2]>>], options: &JoinOptions) -> Result<Joined, Error> {
        options.check()?;
        check_count(options.argument, outlines.len())?;
        for (index, outline) in outlines.iter().enumerate() {
            for ring in outline {
                check_coordinates(options.argument, ring, self.streets().geographic).map_err(|error| match error {
                    Error::NotANumber { argument, .. } => Error::NotANumber { argument, index },
                    Error::OutOfRange { argument, value, reason, .. } => {
                        Error::OutOfRange { argument, index, value, reason }
                    }
                    other => other,
                })?;
            }
            if outline.iter().all(Vec::is_empty) {
                return Err(Error::InvalidValue {
                    argument: options.argument,
                    value: format!("an outline without points at {index}"),
                    reason: "give each outline at least one point".into(),
                });
            }
        }
        let nearest = |outline: &Vec<Vec<[f64; 2]>>| self.segments().nearest_to_outline(self.streets(), outline);
        let snapped = outlines.par_iter().map(nearest).collect();
        self.joined(snapped, (0_u32..).take(outlines.len() + 1).collect(), options)
    }

    /// The nearest place of each point; points are taken along a curve, so that neighbours share what is in cache.
    fn snap(&self, points: &[[f64; 2]]) -> Vec<Option<(Nearest, [f64; 2])>> {
        let (segments, streets) = (self.segments(), self.streets());
        let rank = ranks(points);
        let mut order = vec![0_usize; points.len()];
        for (at, &place) in rank.iter().enumerate() {
            order[place as usize] = at;
        }
        let along_curve: Vec<_> =
            order.par_iter().with_min_len(256).map(|&at| segments.nearest(streets, points[at])).collect();
        rank.iter().zip(points).map(|(&place, &point)| Some((along_curve[place as usize]?, point))).collect()
    }

    fn joined(
        &self,
        snapped: Vec<Option<(Nearest, [f64; 2])>>,
        start: Vec<u32>,
        options: &JoinOptions,
    ) -> Result<Joined, Error> {
        let entry = |(nearest, point): (Nearest, [f64; 2])| Entry {
            edge: nearest.edge,
            fraction: nearest.fraction,
            access: nearest.distance,
            at: nearest.at,
            point,
            within: nearest.distance <= options.max_snap,
        };
        // A network has edges, so that every point has a nearest one.
        let entries: Vec<Entry> = snapped.into_iter().flatten().map(entry).collect();
        let mut report = JoinReport {
            max_snap: options.max_snap,
            places: start.len().saturating_sub(1),
            distances: Vec::with_capacity(start.len()),
            beyond: Vec::new(),
            small: Vec::new(),
            outside_largest: 0,
        };
        let components = self.components();
        let small: Vec<bool> = (0..components.count()).map(|c| components.share(c) < options.small_share).collect();
        for (place, pair) in (0_u32..).zip(start.windows(2)) {
            let entries = entries.get(pair[0] as usize..pair[1] as usize).unwrap_or_default();
            let nearest = entries.iter().map(|entry| entry.access).fold(f64::INFINITY, f64::min);
            report.distances.push(nearest);
            let mut within =
                entries.iter().filter(|entry| entry.within).map(|entry| self.component_of(entry.edge)).peekable();
            if within.peek().is_none() {
                report.beyond.push(place);
                continue;
            }
            let (mut all_small, mut all_outside) = (true, true);
            for component in within {
                all_small &= small.get(component as usize).copied().unwrap_or(false);
                all_outside &= component != 0;
            }
            if all_small {
                report.small.push(place);
            }
            report.outside_largest += usize::from(all_outside);
        }
        if let (Beyond::Refuse, Some(&first)) = (options.beyond, report.beyond.first()) {
            return Err(Error::OffNetwork {
                argument: options.argument,
                index: first as usize,
                distance: report.distances.get(first as usize).copied().unwrap_or(f64::INFINITY),
                max_snap: options.max_snap,
                count: report.beyond.len(),
                places: report.places,
            });
        }
        Ok(Joined { entries, start, report })
    }
}

fn check_count(argument: &'static str, n: usize) -> Result<(), Error> {
    if n == 0 {
        return Err(Error::Empty { argument, reason: "give at least one point" });
    }
    // Two ways lead to each entry, counted in 32 bits.
    if n > (u32::MAX / 2) as usize {
        return Err(Error::InvalidValue {
            argument,
            value: n.to_string(),
            reason: "at most 2,147,483,647 are supported".into(),
        });
    }
    Ok(())
}
