//! What must be there in each district.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::service::Programme;
use crate::service::field::{Entry, stranger};

/// How much of a service a district must have, facilities of today included.
///
/// The example of [`Quota`] shows it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Least {
    /// Places per 1,000 people of the district, summed over slots.
    PlacesPer1000People(f64),
    /// m² of the service's rooms per 100 households of the district.
    AreaPer100Households(f64),
    /// Facilities.
    Facilities(u32),
}

impl Least {
    /// What so many of it are counted in.
    pub(crate) fn unit(self, count: f64) -> &'static str {
        match self {
            Self::PlacesPer1000People(_) => "places",
            Self::AreaPer100Households(_) => "m²",
            Self::Facilities(_) if count == 1.0 => "facility",
            Self::Facilities(_) => "facilities",
        }
    }
}

/// A quota of one service, in one district or in each of them.
///
/// Facilities and spaces count in the district where they stand. Facilities of unknown places or area count nothing
/// towards a quota of places or area.
///
/// # Example
///
/// ```
/// use siting::service::{Least, Quota};
/// let binding = Quota::new("childcare", Least::PlacesPer1000People(4.55));
/// let old_town = Quota::new("community canteen", Least::Facilities(2)).district("Old town");
/// assert_eq!((binding.district, old_town.district.as_deref()), (None, Some("Old town")));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quota {
    /// Name of the service.
    pub service: String,
    /// Name of the district; `None` for each district, or for the whole programme where it has no districts.
    #[serde(default)]
    pub district: Option<String>,
    /// How much.
    pub least: Least,
}

impl Quota {
    /// A quota of a service in each district.
    #[must_use]
    pub fn new(service: impl Into<String>, least: Least) -> Self {
        Self { service: service.into(), district: None, least }
    }

    /// In one district only.
    #[must_use]
    pub fn district(mut self, name: impl Into<String>) -> Self {
        self.district = Some(name.into());
        self
    }

    pub(super) fn check(&self, index: usize, programme: &Programme) -> Result<(), Error> {
        let entry = Entry::new("quotas", index);
        let services = programme.service_names();
        if !services.contains(&self.service) {
            return Err(entry.wrong("service", format!("{:?}", self.service), stranger("services", &services)));
        }
        let districts = &programme.demand.districts.names;
        if let Some(name) = &self.district
            && !districts.contains(name)
        {
            return Err(entry.wrong("district", format!("{name:?}"), stranger("districts", districts)));
        }
        match self.least {
            Least::PlacesPer1000People(places) => entry.non_negative("least", places),
            Least::AreaPer100Households(_) if programme.demand.households.is_none() => {
                Err(entry.wrong("least", "m² per 100 households", "give the households of each demand point"))
            }
            Least::AreaPer100Households(area) => entry.non_negative("least", area),
            Least::Facilities(_) => Ok(()),
        }
    }
}

/// A quota in one place, with its amount in places, m² or facilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct QuotaHere {
    /// Position of the service.
    pub service: usize,
    /// Position of the district; `None` for the whole programme.
    pub district: Option<usize>,
    /// What is counted.
    pub least: Least,
    /// How much is needed.
    pub amount: f64,
}

impl Programme {
    /// The quotas district by district, with their amounts.
    pub(crate) fn quotas_here(&self, quotas: &[Quota]) -> Vec<QuotaHere> {
        let districts = &self.demand.districts;
        let households = self.demand.households.as_deref().unwrap_or_default();
        let (people, households) = (self.by_district(&self.demand.people), self.by_district(households));
        let mut here = Vec::new();
        for quota in quotas {
            let Some(service) = self.services.iter().position(|service| service.name == quota.service) else {
                continue;
            };
            let places: Vec<Option<usize>> = match &quota.district {
                Some(name) => districts.names.iter().position(|own| own == name).map(Some).into_iter().collect(),
                None if districts.names.is_empty() => vec![None],
                None => (0..districts.names.len()).map(Some).collect(),
            };
            for district in places {
                let at = district.unwrap_or(districts.names.len());
                let of = |sums: &[f64]| sums.get(at).copied().unwrap_or(0.0);
                let amount = match quota.least {
                    Least::PlacesPer1000People(rate) => rate * of(&people) / 1000.0,
                    Least::AreaPer100Households(rate) => rate * of(&households) / 100.0,
                    Least::Facilities(count) => f64::from(count),
                };
                here.push(QuotaHere { service, district, least: quota.least, amount });
            }
        }
        here
    }

    /// The sum of some figures of the demand points in each district, and of all of them at the end.
    fn by_district(&self, figures: &[f64]) -> Vec<f64> {
        let districts = &self.demand.districts;
        let mut sums = vec![0.0; districts.names.len() + 1];
        for (i, figure) in figures.iter().enumerate() {
            if let Some(sum) = districts.of.get(i).and_then(|&district| sums.get_mut(district as usize)) {
                *sum += figure;
            }
        }
        if let Some(all) = sums.last_mut() {
            *all = figures.iter().sum();
        }
        sums
    }
}
