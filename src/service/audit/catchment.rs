//! Floating catchments: places per person in need, where facilities share out their places among those in reach.
//!
//! Step 1, each facility j with places S_j: R_j = S_j / Σ_{k: c_kj ≤ L_k} d_k W(c_kj / L_k).
//! Step 2, each demand point i: A_i = Σ_{j: c_ij ≤ L_i} R_j W(c_ij / L_i).
//!
//! So Σ_i d_i A_i = Σ_j S_j over the facilities that anyone in need reaches with W > 0: no place is lost or counted twice.

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// One band of walking of the enhanced form.
///
/// # Example
///
/// ```
/// use siting::service::{Band, Catchment};
/// let halves = Catchment::Enhanced { bands: vec![Band { upto: 0.5, weight: 1.0 }, Band { upto: 1.0, weight: 0.4 }] };
/// assert_eq!((halves.weight(0.5), halves.weight(0.9)), (1.0, 0.4));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// Where the band ends, as a share of the limit: above 0, at most 1.
    pub upto: f64,
    /// The weight of walks that end in it, 0 or more.
    pub weight: f64,
}

/// How the weight W falls with the walk, as a share c / L of the limit.
///
/// Step 1, each facility j with places S_j: R_j = S_j / Σ_{k: c_kj ≤ L_k} d_k W(c_kj / L_k).
/// Step 2, each demand point i: A_i = Σ_{j: c_ij ≤ L_i} R_j W(c_ij / L_i).
///
/// # Example
///
/// ```
/// use siting::service::Catchment;
/// assert_eq!(Catchment::TwoStep.weight(0.9), 1.0);
/// assert_eq!(Catchment::enhanced().weight(0.5), 0.68);
/// assert_eq!(Catchment::Gaussian.weight(1.0), 0.0);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Catchment {
    /// 2SFCA: every walk within the limit counts alike. Luo and Wang (2003), "Measures of spatial accessibility to health
    /// care in a GIS environment", Environment and Planning B 30.
    TwoStep,
    /// E2SFCA: one weight for each band of walking. Luo and Qi (2009), "An enhanced two-step floating catchment area
    /// (E2SFCA) method for measuring spatial accessibility to primary care physicians", Health & Place 15.
    Enhanced {
        /// The bands, from the nearest; the last ends at 1.
        bands: Vec<Band>,
    },
    /// Gaussian decay that ends at 0 at the limit: (exp(-½ (c/L)²) - exp(-½)) / (1 - exp(-½)). Dai (2010), "Black residential
    /// segregation, disparities in spatial access to health care facilities, and late-stage breast cancer diagnosis in
    /// metropolitan Detroit", Health & Place 16.
    Gaussian,
}

impl Catchment {
    /// The enhanced form with the weights 1, 0.68 and 0.22 of Luo and Qi (2009) for the three thirds of the limit.
    #[must_use]
    pub fn enhanced() -> Self {
        let bands = [(1.0 / 3.0, 1.0), (2.0 / 3.0, 0.68), (1.0, 0.22)];
        Self::Enhanced { bands: bands.map(|(upto, weight)| Band { upto, weight }).to_vec() }
    }

    /// The weight of a walk, given as a share of the limit; 0 beyond the limit.
    #[must_use]
    pub fn weight(&self, share: f64) -> f64 {
        if share > 1.0 {
            return 0.0;
        }
        match self {
            Self::TwoStep => 1.0,
            Self::Enhanced { bands } => bands.iter().find(|band| share <= band.upto).map_or(0.0, |band| band.weight),
            Self::Gaussian => {
                let end = (-0.5_f64).exp();
                ((-0.5 * share * share).exp() - end) / (1.0 - end)
            }
        }
    }

    pub(super) fn validate(&self) -> Result<(), Error> {
        let Self::Enhanced { bands } = self else { return Ok(()) };
        let wrong = |value: f64, reason: String| {
            Err(Error::InvalidValue { argument: "bands", value: value.to_string(), reason })
        };
        let mut last = 0.0;
        for (at, band) in bands.iter().enumerate() {
            if !(band.upto > last && band.upto <= 1.0) {
                let reason = format!("band {at} must end after {last} and at most at 1, the limit");
                return wrong(band.upto, reason);
            }
            if !band.weight.is_finite() || band.weight < 0.0 {
                return wrong(band.weight, format!("the weight of band {at} must be a finite number of 0 or more"));
            }
            last = band.upto;
        }
        if last < 1.0 {
            return wrong(last, "the last band must end at 1, the limit".into());
        }
        if bands.iter().all(|band| band.weight == 0.0) {
            return wrong(0.0, "at least one band must have a weight above 0".into());
        }
        Ok(())
    }
}

/// A walk as a share of its limit; at a limit of 0 only those who live next door are in reach.
pub(super) fn share_of(cost: f64, limit: f64) -> f64 {
    if cost == 0.0 { 0.0 } else { cost / limit }
}
