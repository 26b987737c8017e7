//! How well people are served: shares, walks, envy, and the objective made of them.

use super::{TOLERANCE, unverified};
use crate::error::Error;
use crate::service::field::Entry;
use crate::service::{Money, PlanObjective, PlanRules, Programme, Served};

/// The need for one service at each demand point.
pub(super) struct Need {
    /// d_i.
    pub amount: Vec<f64>,
    /// L_i.
    pub limit: Vec<f64>,
    /// What residents say: the part of ω_i that is not the weight of the service.
    survey: Option<Vec<f64>>,
    /// The weight of the service.
    weight: f64,
}

impl Need {
    /// d_i by the survey alone.
    fn surveyed(&self, i: usize) -> f64 {
        self.amount[i] * self.survey.as_ref().map_or(1.0, |survey| survey[i])
    }
}

/// The needs of all services.
pub(super) fn needs(programme: &Programme, rules: &PlanRules) -> Result<Vec<Need>, Error> {
    let demand = &programme.demand;
    let need = |(s, service): (usize, &crate::service::Service)| {
        let survey = demand.surveys.iter().find(|survey| survey.service == service.name);
        Ok(Need {
            amount: service.needs_at(demand, Entry::new("services", s))?,
            limit: (0..demand.len()).map(|i| service.limit.of(demand.setting(i))).collect(),
            survey: survey.map(|survey| survey.weights.clone()),
            weight: rules.weight_of(&service.name),
        })
    };
    programme.services.iter().enumerate().map(need).collect()
}

/// What people get out of a plan.
pub(super) struct Aims<'a> {
    pub programme: &'a Programme,
    pub rules: &'a PlanRules,
    pub needs: &'a [Need],
    pub served: &'a [Served],
    /// The walk of each row of `served`.
    pub walks: &'a [f64],
}

/// A part of a whole.
#[derive(Clone, Copy, Default)]
struct Part {
    part: f64,
    whole: f64,
}

impl Part {
    /// Whether it is at least a share, within the tolerance; nothing of nothing always is.
    fn reaches(self, share: f64) -> bool {
        self.whole == 0.0 || self.whole.is_finite() && self.part >= (share - TOLERANCE) * self.whole
    }

    fn share(self) -> f64 {
        self.part / self.whole
    }
}

/// The cost of the walk: the walk itself, or how much it is envied.
#[derive(Clone, Copy)]
enum Toll {
    Walk,
    Envy(f64),
}

impl Toll {
    fn of(self, walk: f64) -> f64 {
        match self {
            Self::Walk => walk,
            Self::Envy(threshold) => (walk - threshold).max(0.0).powi(2),
        }
    }
}

impl Aims<'_> {
    /// The least shares and the most walking and envy.
    pub fn check(&self) -> Result<(), Error> {
        let rules = self.rules;
        let short = |what: String, met: Part, least: f64| {
            unverified(format!("{what} is met to a share of {}, less than {least}", met.share()))
        };
        if let Some(least) = rules.least_met {
            let met = self.whole();
            if !met.reaches(least) {
                return short("the need".into(), met, least);
            }
        }
        for (name, least) in &rules.least_met_by_service {
            let Some(s) = self.programme.services.iter().position(|service| service.name == *name) else { continue };
            let met = self.by_service(s);
            if !met.reaches(*least) {
                return short(format!("the need of {name:?}"), met, *least);
            }
        }
        if let Some(least) = rules.least_met_by_district {
            for (name, met) in self.programme.demand.districts.names.iter().zip(self.by_district()) {
                if !met.reaches(least) {
                    return short(format!("the need of district {name:?}"), met, least);
                }
            }
        }
        if let Some(most) = rules.most_walking {
            self.check_mean("walk", Toll::Walk, most)?;
        }
        if let Some(envy) = rules.most_envy {
            self.check_mean("envy", Toll::Envy(envy.threshold), envy.most)?;
        }
        Ok(())
    }

    /// The objective without the rewards of pairs.
    pub fn objective(&self, money: &Money) -> f64 {
        match self.rules.objective {
            PlanObjective::Cover => self.whole().part,
            PlanObjective::Walking => self.toll(Toll::Walk).part,
            PlanObjective::Envy { threshold } => self.toll(Toll::Envy(threshold)).part,
            PlanObjective::Cost { years } => money.capital + years * money.yearly,
            PlanObjective::WorstDistrict => {
                let shares = self.by_district().into_iter().filter(|met| met.whole > 0.0).map(Part::share);
                // Where no district needs anything, all is met.
                shares.fold(f64::INFINITY, f64::min).min(1.0)
            }
        }
    }

    /// The size of what [`Aims::objective`] adds up.
    pub fn size(&self, money: &Money) -> f64 {
        match self.rules.objective {
            PlanObjective::Cover => self.whole().whole,
            PlanObjective::Walking => self.unserved(Toll::Walk),
            PlanObjective::Envy { threshold } => self.unserved(Toll::Envy(threshold)),
            PlanObjective::Cost { years } => {
                money.capital + years * (money.rent + money.running + money.income + money.saved.abs())
            }
            PlanObjective::WorstDistrict => 1.0,
        }
    }

    /// What walking or envy is when nobody is served: the most that it can be.
    fn unserved(&self, toll: Toll) -> f64 {
        self.sum(|need, i| need.weight * need.surveyed(i) * toll.of(need.limit[i]))
    }

    fn check_mean(&self, what: &str, toll: Toll, most: f64) -> Result<(), Error> {
        let Part { part, whole } = self.toll(toll);
        // Shares are right to a millionth, and so is the part of the limit that they leave.
        if whole == 0.0 || part <= most * whole + TOLERANCE * self.unserved(toll) {
            return Ok(());
        }
        unverified(format!("the mean {what} is {}, more than {most}", part / whole))
    }

    /// Adds something up over all services and demand points.
    fn sum(&self, of: impl Fn(&Need, usize) -> f64) -> f64 {
        let of = &of;
        self.needs.iter().flat_map(|need| (0..need.amount.len()).map(move |i| of(need, i))).fold(0.0, |a, b| a + b)
    }

    /// Weighted need that is met, of all.
    fn whole(&self) -> Part {
        let part = self.served.iter().map(|row| self.weighted(row) * row.share).fold(0.0, |a, b| a + b);
        Part { part, whole: self.sum(|need, i| need.weight * need.surveyed(i)) }
    }

    /// Need of one service that is met, weighted by the survey alone.
    fn by_service(&self, s: usize) -> Part {
        let own = self.served.iter().filter(|row| row.service as usize == s);
        let need = &self.needs[s];
        Part {
            part: own.map(|row| need.surveyed(row.demand as usize) * row.share).fold(0.0, |a, b| a + b),
            whole: (0..need.amount.len()).map(|i| need.surveyed(i)).fold(0.0, |a, b| a + b),
        }
    }

    /// Weighted need that is met, in each district.
    fn by_district(&self) -> Vec<Part> {
        let districts = &self.programme.demand.districts;
        let mut parts = vec![Part::default(); districts.names.len()];
        for need in self.needs {
            for (i, &d) in districts.of.iter().enumerate() {
                parts[d as usize].whole += need.weight * need.surveyed(i);
            }
        }
        for row in self.served {
            if let Some(&d) = districts.of.get(row.demand as usize) {
                parts[d as usize].part += self.weighted(row) * row.share;
            }
        }
        parts
    }

    /// Σ ω d (Σ_h c u + L (1 - z)) and Σ ω d, c and L as a toll makes them.
    fn toll(&self, toll: Toll) -> Part {
        let mut sum = 0.0;
        let mut met: Vec<Vec<f64>> = self.needs.iter().map(|need| vec![0.0; need.amount.len()]).collect();
        for (row, &walk) in self.served.iter().zip(self.walks) {
            sum += self.weighted(row) * row.share * toll.of(walk);
            met[row.service as usize][row.demand as usize] += row.share;
        }
        for (need, met) in self.needs.iter().zip(&met) {
            for (i, met) in met.iter().enumerate() {
                sum += need.weight * need.surveyed(i) * toll.of(need.limit[i]) * (1.0 - met);
            }
        }
        Part { part: sum, whole: self.sum(|need, i| need.weight * need.surveyed(i)) }
    }

    /// ω_is d_is of a row.
    fn weighted(&self, row: &Served) -> f64 {
        let need = &self.needs[row.service as usize];
        need.weight * need.surveyed(row.demand as usize)
    }
}
