//! What a plan costs, once and every year.

use serde::{Deserialize, Serialize};

use super::check::sound;
use super::{Change, Fitout, ServicePlan, Size};
use crate::error::Error;
use crate::service::Programme;

/// What a plan costs, once and every year, in all and space by space; made by [`ServicePlan::money`], which has an
/// example.
///
/// Figures of a year are what the plan adds to today: a facility that stays or moves costs and earns what it does today.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Money {
    /// All that is spent once: the sum of the five that follow.
    pub capital: f64,
    /// Conversion of the spaces that are used.
    pub conversion: f64,
    /// Fit-out of the modules, once each, however many slots they are open in.
    pub fit_out: f64,
    /// Enlarging facilities of today.
    pub enlarging: f64,
    /// Moving facilities of today.
    pub moving: f64,
    /// Closing facilities of today.
    pub closing: f64,
    /// The subsidy of a year: `rent + running - income - saved`.
    pub yearly: f64,
    /// Rent of the spaces that are used.
    pub rent: f64,
    /// Running cost of modules, slot by slot, and of enlargements.
    pub running: f64,
    /// Income of modules, slot by slot, and of enlargements.
    pub income: f64,
    /// What closed facilities cost today less what they earn; negative where they earn more.
    pub saved: f64,
    /// The spaces that are used, ascending. Enlarging and closing are in none of them.
    pub spaces: Vec<SpaceMoney>,
}

/// What one space costs, once and every year.
///
/// A part of [`Money`]; [`ServicePlan::money`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SpaceMoney {
    /// Position of the space.
    pub space: u32,
    /// Conversion, fit-out and moving in.
    pub capital: f64,
    /// Rent and running cost less income, those of facilities that move in left out, since the plan does not change them.
    pub yearly: f64,
    /// Income less rent and running cost of all that stands there, facilities that moved in included; the space breaks even
    /// from 0 on.
    pub balance: f64,
}

impl ServicePlan {
    /// What the plan costs, once and every year.
    ///
    /// # Errors
    ///
    /// Those of [`Programme::validate`]; [`Error::Unverified`] when the plan speaks of what the programme does not have
    /// or allow.
    ///
    /// # Example
    ///
    /// ```
    /// # use siting::service::{Demand, Fitout, Module, PlanRules, Programme, Service, ServicePlan, Size, Space};
    /// # use siting::{Method, Status};
    /// # let plan = ServicePlan {
    /// #     rules: PlanRules::default(), method: Method::Heuristic, backend: None, status: Status::Feasible, limit: None,
    /// #     objective: 0.0, bound: None, gap: None, seconds: 0.0, nodes: 0, facilities: vec![], served: vec![],
    /// #     fitouts: vec![Fitout { space: 0, service: 0, size: Size::Module(0), slots: vec![] }],
    /// # };
    /// let canteen = Service::new("canteen", 900.0).need(Demand::PEOPLE, 0.1).module(
    ///     Module::new("small", 135.0, 60.0).capital_cost(240_000.0).running_cost(330_000.0).income(180_000.0),
    /// );
    /// let hall = Space::new(150.0, "hall").conversion_cost(60_000.0).rent(20_000.0);
    /// let programme = Programme::new(Demand::new([500.0]), [canteen]).spaces([hall]);
    ///
    /// let money = plan.money(&programme)?; // of a plan with the canteen in the hall
    /// assert_eq!((money.capital, money.yearly), (300_000.0, 170_000.0));
    /// assert_eq!(money.spaces[0].balance, -170_000.0);
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn money(&self, programme: &Programme) -> Result<Money, Error> {
        sound(programme, self)?;
        Ok(Money::of(programme, &self.fitouts, &self.facilities))
    }
}

impl Money {
    /// Adds up lists whose positions were checked.
    pub(crate) fn of(programme: &Programme, fitouts: &[Fitout], changes: &[Change]) -> Self {
        let mut money = Self::default();
        for here in fitouts.chunk_by(|a, b| a.space == b.space) {
            money.add_space(programme, here);
        }
        for (facility, change) in programme.facilities.iter().zip(changes) {
            match (change, &facility.enlargement) {
                (Change::Enlarged, Some(module)) => {
                    money.enlarging += module.capital_cost;
                    money.running += module.running_cost;
                    money.income += module.income;
                }
                (Change::Moved { .. }, _) => money.moving += facility.moving_cost.unwrap_or_default(),
                (Change::Closed, _) => {
                    money.closing += facility.closing_cost.unwrap_or_default();
                    money.saved += facility.yearly_subsidy();
                }
                (Change::Kept | Change::Enlarged, _) => {}
            }
        }
        money.capital = money.conversion + money.fit_out + money.enlarging + money.moving + money.closing;
        money.yearly = money.rent + money.running - money.income - money.saved;
        money
    }

    /// Adds the fit-outs of one space.
    fn add_space(&mut self, programme: &Programme, here: &[Fitout]) {
        let Some((first, space)) = here.first().and_then(|own| Some((own, programme.spaces.get(own.space as usize)?)))
        else {
            return;
        };
        let (mut fit_out, mut moving, mut running, mut income, mut moved) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for fitout in here {
            match fitout.size {
                Size::Module(module) => {
                    let service = programme.services.get(fitout.service as usize);
                    let Some(module) = service.and_then(|service| service.modules.get(module as usize)) else {
                        continue;
                    };
                    let open = open_slots(fitout);
                    fit_out += module.capital_cost;
                    running += module.running_cost * open;
                    income += module.income * open;
                }
                Size::Moved(facility) => {
                    let Some(facility) = programme.facilities.get(facility as usize) else { continue };
                    moving += facility.moving_cost.unwrap_or_default();
                    moved += facility.yearly_subsidy();
                }
            }
        }
        self.conversion += space.conversion_cost;
        self.fit_out += fit_out;
        self.rent += space.rent;
        self.running += running;
        self.income += income;
        let yearly = space.rent + running - income;
        self.spaces.push(SpaceMoney {
            space: first.space,
            capital: space.conversion_cost + fit_out + moving,
            yearly,
            // Plain 0 where nothing is left over, not -0.
            balance: 0.0 - (yearly + moved),
        });
    }
}

/// The slots in which a fit-out is open: one where the programme has none.
pub(crate) fn open_slots(fitout: &Fitout) -> f64 {
    // A day has few slots: at most 2^32 of them are no loss.
    u32::try_from(fitout.slots.len()).map_or(f64::INFINITY, |len| f64::from(len.max(1)))
}
