//! What a plan changes for people: service by service and district by district, before and after.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::check::sound;
use super::{Host, ServicePlan};
use crate::error::Error;
use crate::service::{AuditOptions, Coverage, Programme};

/// What a plan changes for one service in one district, or in the whole programme; made by [`ServicePlan::coverage`],
/// which has an example.
///
/// People are counted where they live, facilities where they stand, and nothing is weighted. Who is **in reach** lives within
/// the limit of a facility, as in the audit, whether there are places enough or not; need is **met** where the plan sends
/// people, within reach and within the places.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanCoverage {
    /// Name of the service.
    pub service: String,
    /// Name of the district; `None` for the whole programme.
    pub district: Option<String>,
    /// Need: Σ d.
    pub need: f64,
    /// Need in reach of the facilities of today.
    pub in_reach_before: f64,
    /// Need in reach of what stands after the plan.
    pub in_reach_after: f64,
    /// Need that the plan meets: Σ d u.
    pub met: f64,
    /// `in_reach_before` as a share of `need`; `None` without need.
    pub share_in_reach_before: Option<f64>,
    /// `in_reach_after` as a share of `need`; `None` without need.
    pub share_in_reach_after: Option<f64>,
    /// `met` as a share of `need`; `None` without need.
    pub share_met: Option<f64>,
    /// Of `met`, what hosts in other districts meet.
    pub met_elsewhere: f64,
    /// Need of people of other districts that hosts here meet; for the whole programme, all that crosses borders.
    pub met_for_others: f64,
    /// Facilities of today.
    pub facilities_before: usize,
    /// Facilities after the plan, fit-outs among them.
    pub facilities_after: usize,
    /// Places of today; `None` when a facility's are unknown.
    pub places_before: Option<f64>,
    /// Places after the plan, summed over slots; `None` when a facility's are unknown.
    pub places_after: Option<f64>,
    /// m² of today; `None` when a facility's are unknown.
    pub area_before: Option<f64>,
    /// m² after the plan; `None` when a facility's are unknown.
    pub area_after: Option<f64>,
}

/// Need that is met, by where people live and where they go.
#[derive(Debug, Clone, Copy, Default)]
struct Met {
    met: f64,
    elsewhere: f64,
    for_others: f64,
}

impl ServicePlan {
    /// What the plan changes for people: for each service, first the whole programme, then each district.
    ///
    /// # Errors
    ///
    /// Those of [`Programme::fitted`] and [`Programme::audit`].
    ///
    /// # Example
    ///
    /// ```
    /// # use siting::service::{Fitout, Host, PlanRules, Served, ServicePlan, Size};
    /// # use siting::{Method, Status};
    /// # let plan = ServicePlan {
    /// #     rules: PlanRules::default(), method: Method::Heuristic, backend: None, status: Status::Feasible, limit: None,
    /// #     objective: 0.0, bound: None, gap: None, seconds: 0.0, nodes: 0, facilities: vec![],
    /// #     served: vec![Served { service: 0, demand: 0, host: Host::Space(0), share: 0.8 }],
    /// #     fitouts: vec![Fitout { space: 0, service: 0, size: Size::Module(0), slots: vec![] }],
    /// # };
    /// use siting::TravelMatrix;
    /// use siting::service::{Demand, Module, Programme, Service, Space};
    ///
    /// let canteen = Service::new("canteen", 900.0).need(Demand::PEOPLE, 0.1).module(Module::new("small", 135.0, 40.0));
    /// let programme = Programme::new(Demand::new([500.0]), [canteen])
    ///     .spaces([Space::new(150.0, "hall")])
    ///     .travel_to_spaces(TravelMatrix::from_pairs(1, 1, &[(0, 0, 250.0)])?);
    ///
    /// let whole = &plan.coverage(&programme)?[0]; // of a plan with the canteen in the hall
    /// assert_eq!((whole.need, whole.in_reach_before, whole.in_reach_after), (50.0, 0.0, 50.0));
    /// assert_eq!((whole.met, whole.share_met, whole.places_after), (40.0, Some(0.8), Some(40.0)));
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn coverage(&self, programme: &Programme) -> Result<Vec<PlanCoverage>, Error> {
        sound(programme, self)?;
        let options = AuditOptions::default().worst(0);
        let (before, after) = (programme.audit(&options)?, programme.fitted(self)?.audit(&options)?);
        let met = self.met_by_district(programme)?;
        let mut rows = Vec::new();
        for ((before, after), met) in before.services.iter().zip(&after.services).zip(met) {
            let whole = met.iter().fold(Met::default(), |sum, part| Met {
                met: sum.met + part.met,
                elsewhere: sum.elsewhere + part.elsewhere,
                for_others: sum.for_others + part.for_others,
            });
            rows.push(row(&before.service, &before.whole, &after.whole, whole));
            let districts = before.districts.iter().zip(&after.districts).zip(met);
            rows.extend(districts.map(|((old, new), met)| row(&before.service, old, new, met)));
        }
        Ok(rows)
    }

    /// Need that is met, by service and district; all in one without districts.
    fn met_by_district(&self, programme: &Programme) -> Result<Vec<Vec<Met>>, Error> {
        let districts = &programme.demand.districts;
        let at: FxHashMap<&str, usize> = districts.names.iter().map(String::as_str).zip(0..).collect();
        let find = |name: &Option<String>| name.as_ref().and_then(|name| at.get(name.as_str())).copied().unwrap_or(0);
        let spaces: Vec<usize> = programme.spaces.iter().map(|space| find(&space.district)).collect();
        let facilities: Vec<usize> = programme.facilities.iter().map(|own| find(&own.district)).collect();
        let mut met = vec![vec![Met::default(); districts.names.len().max(1)]; programme.services.len()];
        for rows in self.served.chunk_by(|a, b| a.service == b.service) {
            let Some(service) = rows.first().map(|row| row.service as usize) else { continue };
            let needs = programme.services[service].needs_of(&programme.demand)?;
            for row in rows {
                let i = row.demand as usize;
                let amount = needs[i] * row.share;
                let from = districts.of.get(i).map_or(0, |&d| d as usize);
                let to = match row.host {
                    Host::Space(j) => spaces[j as usize],
                    Host::Facility(f) => facilities[f as usize],
                };
                met[service][from].met += amount;
                if from != to {
                    met[service][from].elsewhere += amount;
                    met[service][to].for_others += amount;
                }
            }
        }
        Ok(met)
    }
}

fn row(service: &str, before: &Coverage, after: &Coverage, met: Met) -> PlanCoverage {
    PlanCoverage {
        service: service.to_owned(),
        district: before.district.clone(),
        need: before.need,
        in_reach_before: before.in_reach,
        in_reach_after: after.in_reach,
        met: met.met,
        share_in_reach_before: before.share_in_reach,
        share_in_reach_after: after.share_in_reach,
        share_met: (before.need > 0.0).then(|| met.met / before.need),
        met_elsewhere: met.elsewhere,
        met_for_others: met.for_others,
        facilities_before: before.facilities,
        facilities_after: after.facilities,
        places_before: before.places,
        places_after: after.places,
        area_before: before.area,
        area_after: after.area,
    }
}
