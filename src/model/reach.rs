//! Which sites cover a demand point: one radius for all, or one each.

use serde::{Deserialize, Serialize};

use crate::error::{Error, check_length};
use crate::travel::TravelMatrix;

/// The cost within which a site covers a demand point.
///
/// # Example
///
/// ```
/// use siting::{Reach, TravelMatrix};
/// let travel = TravelMatrix::from_pairs(1, 2, &[(0, 0, 300.0), (0, 1, 900.0)])?;
/// let sites = |reach: Reach| reach.sites(&travel, 0).map(|(site, _)| site).collect::<Vec<_>>();
/// assert_eq!((sites(Reach::All), sites(Reach::Within(500.0))), (vec![0, 1], vec![0]));
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Every stored pair of the travel matrix counts.
    #[default]
    All,
    /// One radius for all demand points, included.
    Within(f64),
    /// One radius for each demand point, included.
    WithinEach(Vec<f64>),
}

impl Reach {
    /// The radius of a demand point; infinity when every stored pair counts.
    #[must_use]
    pub fn radius(&self, demand: usize) -> f64 {
        match self {
            Self::All => f64::INFINITY,
            Self::Within(radius) => *radius,
            Self::WithinEach(radii) => radii.get(demand).copied().unwrap_or(f64::INFINITY),
        }
    }

    /// The sites that cover a demand point, with their costs.
    pub fn sites<'a>(&self, travel: &'a TravelMatrix, demand: usize) -> impl Iterator<Item = (u32, f64)> + use<'a> {
        let radius = self.radius(demand);
        travel.row(demand).into_iter().filter(move |entry| entry.1 <= radius)
    }

    /// Checks the radii, also against the cut-off of the matrix: pairs beyond it were never stored.
    ///
    /// # Errors
    ///
    /// [`Error::NotANumber`], [`Error::OutOfRange`], [`Error::WrongLength`], [`Error::Conflict`].
    pub fn validate(&self, travel: &TravelMatrix) -> Result<(), Error> {
        let radii = match self {
            Self::All => return Ok(()),
            Self::Within(radius) => std::slice::from_ref(radius),
            Self::WithinEach(radii) => {
                check_length("within", radii.len(), travel.n_demand(), "one per demand point, or one for all")?;
                radii
            }
        };
        for (index, &value) in radii.iter().enumerate() {
            if value.is_nan() {
                return Err(Error::NotANumber { argument: "within", index });
            }
            if value < 0.0 {
                return Err(Error::OutOfRange {
                    argument: "within",
                    index,
                    value,
                    reason: "a radius of 0 or more is expected",
                });
            }
            if let Some(cutoff) = travel.cutoff()
                && value > cutoff
            {
                return Err(Error::Conflict {
                    argument: "within",
                    other: "cutoff",
                    reason: format!(
                        "within[{index}] is {value}, but the travel matrix was cut off at {cutoff} and holds no farther pair; build it with a cutoff of at least {value}"
                    ),
                });
            }
        }
        Ok(())
    }
}

/// Builder methods for models with a radius.
macro_rules! reach_setters {
    () => {
        /// One radius for all demand points, in the unit of the travel matrix, included.
        #[must_use]
        pub fn within(mut self, radius: f64) -> Self {
            self.reach = crate::model::Reach::Within(radius);
            self
        }

        /// One radius for each demand point.
        #[must_use]
        pub fn within_each(mut self, radii: impl Into<Vec<f64>>) -> Self {
            self.reach = crate::model::Reach::WithinEach(radii.into());
            self
        }
    };
}
pub(crate) use reach_setters;
