//! The travel matrix itself.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::ids::Ids;
use super::sparse::{Row, Sparse};
use crate::error::{Error, check_length};

/// The cost of walking from each demand point to each site, sparse, kept by demand point and by site.
///
/// Costs are finite and not negative, in whatever unit the caller uses (metres, minutes); a pair without an entry is
/// unreachable. Indices are `u32`; names of demand points and sites ([`Ids`]) travel along to results and messages.
///
/// # Example
///
/// ```
/// use siting::{Metric, TravelMatrix};
///
/// let homes = [[0.0, 0.0], [100.0, 0.0], [5_000.0, 0.0]];
/// let rooms = [[0.0, 50.0], [100.0, 0.0]];
/// let travel = TravelMatrix::from_points(&homes, &rooms, Metric::Euclidean, Some(800.0))?;
///
/// assert_eq!(travel.cost(1, 1), Some(0.0)); // zero is a cost
/// assert_eq!(travel.cost(2, 0), None); // farther than 800: unreachable
/// assert_eq!(travel.unreachable(), vec![2]);
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Document", into = "Document")]
pub struct TravelMatrix {
    pub(super) by_demand: Sparse,
    pub(super) n_sites: usize,
    pub(super) demand_ids: Ids,
    pub(super) site_ids: Ids,
    pub(super) cutoff: Option<f64>,
    pub(super) nearest_beyond: Vec<(u32, f64)>,
    by_site: OnceLock<Sparse>,
}

impl TravelMatrix {
    pub(crate) fn from_sparse(by_demand: Sparse, n_sites: usize) -> Result<Self, Error> {
        let n_demand = by_demand.len();
        Self::check_size(n_demand, n_sites)?;
        Ok(Self {
            by_demand,
            n_sites,
            demand_ids: Ids::range(n_demand),
            site_ids: Ids::range(n_sites),
            cutoff: None,
            nearest_beyond: Vec::new(),
            by_site: OnceLock::new(),
        })
    }

    /// Refuses matrices without demand points or sites, and those too large for the indices.
    pub(crate) fn check_size(n_demand: usize, n_sites: usize) -> Result<(), Error> {
        for (argument, n) in [("demand", n_demand), ("sites", n_sites)] {
            if n == 0 {
                return Err(Error::Empty {
                    argument,
                    reason: "a travel matrix needs at least one demand point and one site",
                });
            }
            // One below the maximum, so that an index can always be incremented.
            if u32::try_from(n).is_err() || n == u32::MAX as usize {
                return Err(Error::InvalidValue {
                    argument,
                    value: n.to_string(),
                    reason: "at most 4,294,967,294 are supported".into(),
                });
            }
        }
        Ok(())
    }

    /// Gives names to the demand points and sites; without them they are called 0, 1, 2, ...
    ///
    /// # Errors
    ///
    /// [`Error::WrongLength`] when there are more or fewer names than demand points or sites.
    ///
    /// ```
    /// use siting::{Ids, TravelMatrix};
    /// let travel = TravelMatrix::from_pairs(1, 2, &[(0, 1, 3.0)])?
    ///     .with_ids(Ids::from_texts(["home"])?, Ids::from_ints([7, 9])?)?;
    /// assert_eq!(travel.site_ids().get(1).unwrap().to_string(), "9");
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn with_ids(mut self, demand: Ids, sites: Ids) -> Result<Self, Error> {
        check_length("demand ids", demand.len(), self.n_demand(), "one per demand point")?;
        check_length("site ids", sites.len(), self.n_sites, "one per site")?;
        self.demand_ids = demand;
        self.site_ids = sites;
        Ok(self)
    }

    /// Puts the sites of another matrix over the same demand points after the sites of this one, as when existing
    /// facilities join the candidates.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] when the demand points differ, [`Error::Duplicate`] when a site's name occurs in both.
    ///
    /// ```
    /// use siting::{Ids, TravelMatrix};
    /// let candidates = TravelMatrix::from_pairs(1, 1, &[(0, 0, 3.0)])?;
    /// let existing = TravelMatrix::from_pairs(1, 1, &[(0, 0, 9.0)])?;
    /// let both = candidates.with_sites(&existing)?;
    /// assert_eq!((both.n_sites(), both.cost(0, 1)), (2, Some(9.0)));
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn with_sites(&self, other: &Self) -> Result<Self, Error> {
        if self.n_demand() != other.n_demand() || self.demand_ids != other.demand_ids {
            return Err(Error::Conflict {
                argument: "self",
                other: "other",
                reason: "both matrices must have the same demand points in the same order".into(),
            });
        }
        let offset = u32::try_from(self.n_sites).unwrap_or(u32::MAX);
        let rows = (0..self.n_demand()).map(|i| {
            let shifted = other.row(i).iter().map(|(j, cost)| (j.saturating_add(offset), cost));
            self.row(i).iter().chain(shifted).collect()
        });
        let mut stacked = Self::from_sparse(Sparse::from_rows(rows), self.n_sites + other.n_sites)?;
        stacked.demand_ids = self.demand_ids.clone();
        stacked.site_ids = self.site_ids.concat(&other.site_ids)?;
        stacked.cutoff = match (self.cutoff, other.cutoff) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        // A demand point still unreachable keeps the nearer of its two nearest sites.
        let mut nearest: Vec<(u32, f64)> = Vec::new();
        for &(i, cost) in self.nearest_beyond.iter().chain(&other.nearest_beyond) {
            if stacked.row(i as usize).is_empty() {
                nearest.push((i, cost));
            }
        }
        nearest.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        nearest.dedup_by_key(|entry| entry.0);
        stacked.nearest_beyond = nearest;
        Ok(stacked)
    }

    /// Number of demand points.
    #[must_use]
    pub fn n_demand(&self) -> usize {
        self.by_demand.len()
    }

    /// Number of sites.
    #[must_use]
    pub fn n_sites(&self) -> usize {
        self.n_sites
    }

    /// Number of stored pairs.
    #[must_use]
    pub fn n_pairs(&self) -> usize {
        self.by_demand.index.len()
    }

    /// The sites in reach of a demand point with their costs; empty when there are none or `demand` is out of range.
    #[must_use]
    pub fn row(&self, demand: usize) -> Row<'_> {
        self.by_demand.row(demand)
    }

    /// The demand points in reach of a site with their costs. The first call builds the transpose.
    ///
    /// ```
    /// use siting::TravelMatrix;
    /// let travel = TravelMatrix::from_pairs(2, 2, &[(0, 1, 3.0), (1, 1, 4.0)])?;
    /// assert_eq!((travel.column(1).indices(), travel.column(1).costs()), (&[0, 1][..], &[3.0, 4.0][..]));
    /// # Ok::<(), siting::Error>(())
    /// ```
    #[must_use]
    pub fn column(&self, site: usize) -> Row<'_> {
        self.by_site.get_or_init(|| self.by_demand.transpose(self.n_sites)).row(site)
    }

    /// The cost from a demand point to a site; `None` when unreachable.
    #[must_use]
    pub fn cost(&self, demand: u32, site: u32) -> Option<f64> {
        self.row(demand as usize).get(site)
    }

    /// Names of the demand points.
    #[must_use]
    pub fn demand_ids(&self) -> &Ids {
        &self.demand_ids
    }

    /// Names of the sites.
    #[must_use]
    pub fn site_ids(&self) -> &Ids {
        &self.site_ids
    }

    /// The cut-off the matrix was built with: dearer pairs were left out.
    #[must_use]
    pub fn cutoff(&self) -> Option<f64> {
        self.cutoff
    }

    /// The demand points that reach no site at all, ascending.
    #[must_use]
    pub fn unreachable(&self) -> Vec<u32> {
        (0_u32..).zip(0..self.n_demand()).filter(|&(_, i)| self.row(i).is_empty()).map(|(i, _)| i).collect()
    }

    /// For a demand point without a site within the cut-off: the cost to its nearest site, where the builder knew it.
    ///
    /// ```
    /// use siting::{Metric, TravelMatrix};
    /// let travel = TravelMatrix::from_points(&[[0.0, 0.0]], &[[900.0, 0.0]], Metric::Euclidean, Some(800.0))?;
    /// assert_eq!((travel.cost(0, 0), travel.nearest_beyond_cutoff(0)), (None, Some(900.0)));
    /// # Ok::<(), siting::Error>(())
    /// ```
    #[must_use]
    pub fn nearest_beyond_cutoff(&self, demand: u32) -> Option<f64> {
        let at = self.nearest_beyond.binary_search_by_key(&demand, |entry| entry.0).ok()?;
        Some(self.nearest_beyond[at].1)
    }

    /// Compressed rows by demand point: row starts (one more than rows), site indices, costs.
    ///
    /// ```
    /// use siting::TravelMatrix;
    /// let travel = TravelMatrix::from_pairs(2, 2, &[(0, 1, 3.0), (1, 0, 4.0)])?;
    /// assert_eq!(travel.csr(), (&[0, 1, 2][..], &[1, 0][..], &[3.0, 4.0][..]));
    /// # Ok::<(), siting::Error>(())
    /// ```
    #[must_use]
    pub fn csr(&self) -> (&[usize], &[u32], &[f64]) {
        (&self.by_demand.start, &self.by_demand.index, &self.by_demand.cost)
    }

    /// Records the cut-off a caller applied before handing over arrays or pairs.
    pub(crate) fn with_cutoff(mut self, cutoff: Option<f64>) -> Self {
        self.cutoff = cutoff;
        self
    }
}

impl PartialEq for TravelMatrix {
    fn eq(&self, other: &Self) -> bool {
        self.by_demand == other.by_demand
            && self.n_sites == other.n_sites
            && self.demand_ids == other.demand_ids
            && self.site_ids == other.site_ids
    }
}

/// What is written and read; reading checks everything anew.
#[derive(Serialize, Deserialize)]
struct Document {
    start: Vec<usize>,
    site: Vec<u32>,
    cost: Vec<f64>,
    n_sites: usize,
    demand_ids: Ids,
    site_ids: Ids,
    cutoff: Option<f64>,
    nearest_beyond: Vec<(u32, f64)>,
}

impl From<TravelMatrix> for Document {
    fn from(matrix: TravelMatrix) -> Self {
        Self {
            start: matrix.by_demand.start,
            site: matrix.by_demand.index,
            cost: matrix.by_demand.cost,
            n_sites: matrix.n_sites,
            demand_ids: matrix.demand_ids,
            site_ids: matrix.site_ids,
            cutoff: matrix.cutoff,
            nearest_beyond: matrix.nearest_beyond,
        }
    }
}

impl TryFrom<Document> for TravelMatrix {
    type Error = Error;

    fn try_from(document: Document) -> Result<Self, Error> {
        let n_sites = document.n_sites;
        let mut matrix = Self::from_csr(document.start, document.site, document.cost, n_sites)?
            .with_ids(document.demand_ids, document.site_ids)?
            .with_cutoff(document.cutoff);
        let ascending = document.nearest_beyond.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if !ascending || document.nearest_beyond.iter().any(|entry| !entry.1.is_finite()) {
            return Err(Error::InvalidValue {
                argument: "nearest_beyond",
                value: format!("{} entries", document.nearest_beyond.len()),
                reason: "demand points must ascend and costs be finite".into(),
            });
        }
        matrix.nearest_beyond = document.nearest_beyond;
        Ok(matrix)
    }
}
