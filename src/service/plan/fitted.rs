//! The programme as it will be once a plan is carried out.

use std::sync::Arc;

use super::check::sound;
use super::money::open_slots;
use super::{Change, Fitout, ServicePlan, Size};
use crate::error::Error;
use crate::service::{Facility, Programme};
use crate::travel::{Ids, TravelMatrix};

impl Programme {
    /// The programme as it will be once a plan is carried out, to be audited or planned anew.
    ///
    /// First come the facilities of today that stay, in their order; those enlarged have the places, area, running cost and
    /// income of both, and cannot be enlarged again. Then come the fit-outs in the order of the plan, as facilities in the
    /// district of their space, with their places and money summed over the slots in which they are open and the rent left
    /// out; facilities that moved are among these, as they were, and cannot be enlarged or moved again. Closed ones are
    /// gone. Spaces that are used are idle no longer and are left out.
    ///
    /// Columns of the travel matrix keep the names of their facilities; a fit-out is named "space: service". Where neither
    /// facilities nor spaces have names, nothing has.
    ///
    /// # Errors
    ///
    /// Those of [`Programme::validate`]; [`Error::Unverified`] when the plan speaks of what the programme does not have or
    /// allow; [`Error::Missing`] without walks to the spaces; [`Error::Duplicate`] when a facility is named like a fit-out.
    ///
    /// # Example
    ///
    /// ```
    /// # use siting::service::{Fitout, PlanRules, ServicePlan, Size};
    /// # use siting::{Method, Status};
    /// # let plan = ServicePlan {
    /// #     rules: PlanRules::default(), method: Method::Heuristic, backend: None, status: Status::Feasible, limit: None,
    /// #     objective: 0.0, bound: None, gap: None, seconds: 0.0, nodes: 0, facilities: vec![], served: vec![],
    /// #     fitouts: vec![Fitout { space: 0, service: 0, size: Size::Module(0), slots: vec![] }],
    /// # };
    /// use siting::TravelMatrix;
    /// use siting::service::{AuditOptions, Demand, Module, Programme, Service, Space};
    ///
    /// let canteen = Service::new("canteen", 900.0).need(Demand::PEOPLE, 0.1).module(Module::new("small", 135.0, 60.0));
    /// let programme = Programme::new(Demand::new([500.0]), [canteen])
    ///     .spaces([Space::new(150.0, "hall")])
    ///     .travel_to_spaces(TravelMatrix::from_pairs(1, 1, &[(0, 0, 250.0)])?);
    /// let options = AuditOptions::default();
    /// assert_eq!(programme.audit(&options)?.services[0].whole.in_reach, 0.0);
    ///
    /// let after = programme.fitted(&plan)?; // a plan with the canteen in the hall
    /// assert_eq!(after.audit(&options)?.services[0].whole.in_reach, 50.0);
    /// assert_eq!((after.facilities[0].places, after.spaces.len()), (Some(60.0), 0));
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn fitted(&self, plan: &ServicePlan) -> Result<Self, Error> {
        sound(self, plan)?;
        let mut after = Self { spaces: Vec::new(), facilities: Vec::new(), ..self.clone() };
        let mut columns = Vec::new();
        let mut names = Vec::new();
        let unnamed = [&self.travel, &self.travel_to_spaces]
            .into_iter()
            .flatten()
            .all(|travel| matches!(travel.site_ids(), Ids::Range(_)));

        for (f, (facility, change)) in self.facilities.iter().zip(&plan.facilities).enumerate() {
            let (Some(facility), Some(travel)) = (staying(facility, *change), &self.travel) else { continue };
            after.facilities.push(facility);
            columns.push((travel.as_ref(), f));
            names.push(name_of(travel, f));
        }
        if !plan.fitouts.is_empty() {
            let reason = "fit-outs need a travel matrix from the demand points to each space";
            let travel =
                self.travel_to_spaces.as_ref().ok_or(Error::Missing { argument: "travel_to_spaces", reason })?;
            for fitout in &plan.fitouts {
                after.facilities.push(self.as_facility(fitout));
                let j = fitout.space as usize;
                columns.push((travel.as_ref(), j));
                names.push(format!("{}: {}", name_of(travel, j), self.services[fitout.service as usize].name));
            }
        }
        let ids = if unnamed { Ids::range(names.len()) } else { Ids::from_texts(names)? };
        after.travel = if columns.is_empty() { None } else { Some(Arc::new(TravelMatrix::of_columns(&columns, ids)?)) };

        let mut idle = vec![true; self.spaces.len()];
        for fitout in &plan.fitouts {
            idle[fitout.space as usize] = false;
        }
        let left: Vec<usize> = (0..idle.len()).filter(|&j| idle[j]).collect();
        after.spaces = left.iter().map(|&j| self.spaces[j].clone()).collect();
        after.travel_to_spaces = match &self.travel_to_spaces {
            Some(travel) if !left.is_empty() => Some(Arc::new(spaces_left(travel, &left)?)),
            _ => None,
        };
        after.validate()?;
        Ok(after)
    }

    /// A fit-out as a facility; positions were checked.
    fn as_facility(&self, fitout: &Fitout) -> Facility {
        let service = &self.services[fitout.service as usize];
        let district = self.spaces[fitout.space as usize].district.clone();
        match fitout.size {
            Size::Module(module) => {
                let (module, open) = (&service.modules[module as usize], open_slots(fitout));
                let facility = Facility { district, ..Facility::new(&service.name) };
                facility
                    .places(module.places * open)
                    .area(module.area)
                    .yearly(module.running_cost * open, module.income * open)
            }
            Size::Moved(f) => {
                Facility { district, enlargement: None, moving_cost: None, ..self.facilities[f as usize].clone() }
            }
        }
    }
}

/// A facility of today that stays where it is, as it will be.
fn staying(facility: &Facility, change: Change) -> Option<Facility> {
    let mut after = facility.clone();
    match change {
        Change::Kept => {}
        Change::Enlarged => {
            let module = after.enlargement.take()?;
            after.places = after.places.map(|places| places + module.places);
            after.area = after.area.map(|area| area + module.area);
            after.running_cost += module.running_cost;
            after.income += module.income;
        }
        Change::Moved { .. } | Change::Closed => return None,
    }
    Some(after)
}

fn name_of(travel: &TravelMatrix, site: usize) -> String {
    travel.site_ids().get(site).map(|id| id.to_string()).unwrap_or_default()
}

/// The columns of the spaces that are left, with their names.
fn spaces_left(travel: &TravelMatrix, left: &[usize]) -> Result<TravelMatrix, Error> {
    let columns: Vec<(&TravelMatrix, usize)> = left.iter().map(|&j| (travel, j)).collect();
    let ids = match travel.site_ids() {
        Ids::Range(_) => Ids::range(left.len()),
        Ids::Int(ids) => Ids::from_ints(left.iter().map(|&j| ids[j]))?,
        Ids::Text(ids) => Ids::from_texts(left.iter().map(|&j| ids[j].clone()))?,
    };
    TravelMatrix::of_columns(&columns, ids)
}
