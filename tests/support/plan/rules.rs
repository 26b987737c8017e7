//! The rules on what stands where, from their definitions.

use siting::service::{Change, Fitout, Least, Module, PairRule, PlanRules, Programme, Size};

/// What a fit-out is: the figures of its module, or those of the facility that moves in.
pub struct Stand {
    pub area: f64,
    pub places: f64,
    pub capital: f64,
    /// What it adds to the yearly subsidy of the plan.
    pub added: f64,
    /// What it costs a year less what it earns.
    pub yearly: f64,
}

fn module(programme: &Programme, fitout: &Fitout, index: u32) -> Module {
    programme.services[fitout.service as usize].modules[index as usize].clone()
}

pub fn stand(programme: &Programme, fitout: &Fitout) -> Stand {
    match fitout.size {
        Size::Module(index) => {
            let module = module(programme, fitout, index);
            let slots = fitout.slots.len().max(1) as f64;
            let yearly = (module.running_cost - module.income) * slots;
            Stand {
                area: module.area,
                places: module.places * slots,
                capital: module.capital_cost,
                added: yearly,
                yearly,
            }
        }
        Size::Moved(f) => {
            let own = &programme.facilities[f as usize];
            let (area, places) = (own.area.unwrap(), own.places.unwrap());
            Stand { area, places, capital: own.moving_cost.unwrap(), added: 0.0, yearly: own.running_cost - own.income }
        }
    }
}

/// Whether what is in one space obeys the rules of that space.
pub fn space_allowed(programme: &Programme, rules: &PlanRules, j: usize, here: &[Fitout]) -> bool {
    let space = &programme.spaces[j];
    let at = u32::try_from(j).unwrap();
    if here.is_empty() {
        return !rules.required.contains(&at);
    }
    let name = |fitout: &Fitout| programme.services[fitout.service as usize].name.clone();
    let names: Vec<String> = here.iter().map(name).collect();
    let suits = here.iter().all(|fitout| {
        let service = &programme.services[fitout.service as usize];
        let slots: Vec<&String> = fitout.slots.iter().map(|&t| &programme.slots[t as usize].name).collect();
        let moves = match fitout.size {
            Size::Module(_) => true,
            Size::Moved(f) => {
                let own = &programme.facilities[f as usize];
                own.service == service.name && own.moving_cost.is_some() && slots.len() <= 1
            }
        };
        moves
            && (service.kinds.is_empty() || service.kinds.contains(&space.kind))
            && service.floors.is_none_or(|(low, high)| low <= space.floor && space.floor <= high)
            && slots.iter().all(|slot| service.slots.is_empty() || service.slots.contains(slot))
            && slots.iter().all(|slot| space.slots.is_empty() || space.slots.contains(slot))
            && slots.is_empty() == programme.slots.is_empty()
    });
    if !suits || rules.forbidden.contains(&at) {
        return false;
    }
    let whole_day = [0];
    let slots: Vec<u32> = (0..u32::try_from(programme.slots.len()).unwrap()).collect();
    for t in if slots.is_empty() { &whole_day[..] } else { &slots[..] } {
        let open: Vec<&Fitout> = here.iter().filter(|own| own.slots.is_empty() || own.slots.contains(t)).collect();
        let mut area: f64 = open.iter().map(|own| stand(programme, own).area).sum();
        for pair in &programme.pairs {
            let both = pair.services.iter().all(|service| open.iter().any(|own| name(own) == *service));
            if let (true, PairRule::Together { shared_area, .. }) = (both, pair.rule) {
                area -= shared_area;
            }
        }
        if area > space.area {
            return false;
        }
    }
    let apart = programme.pairs.iter().filter(|pair| pair.rule == PairRule::Apart);
    if apart.clone().any(|pair| pair.services.iter().all(|service| names.contains(service))) {
        return false;
    }
    if let Some(rule) = &rules.complexes
        && !is_complex(programme, rules, j, here)
        && (rule.always && space.area >= rule.area || here.len() > rule.apart as usize)
    {
        return false;
    }
    let lost = space.rent + here.iter().map(|own| stand(programme, own).yearly).sum::<f64>();
    !rules.break_even || lost <= 0.0
}

fn is_complex(programme: &Programme, rules: &PlanRules, j: usize, here: &[Fitout]) -> bool {
    let Some(rule) = &rules.complexes else { return false };
    let core = here.iter().filter(|own| rule.core.contains(&programme.services[own.service as usize].name)).count();
    programme.spaces[j].area >= rule.area && here.len() >= rule.services as usize && core >= rule.core_services as usize
}

/// Capital and yearly subsidy.
pub fn money(programme: &Programme, fitouts: &[Fitout], changes: &[Change]) -> (f64, f64) {
    let (mut capital, mut yearly) = (0.0, 0.0);
    for (j, space) in (0_u32..).zip(&programme.spaces) {
        if fitouts.iter().any(|own| own.space == j) {
            capital += space.conversion_cost;
            yearly += space.rent;
        }
    }
    for fitout in fitouts {
        let stand = stand(programme, fitout);
        capital += stand.capital;
        yearly += stand.added;
    }
    for (facility, change) in programme.facilities.iter().zip(changes) {
        match change {
            Change::Enlarged => {
                let more = facility.enlargement.as_ref().unwrap();
                capital += more.capital_cost;
                yearly += more.running_cost - more.income;
            }
            Change::Closed => {
                capital += facility.closing_cost.unwrap();
                yearly -= facility.running_cost - facility.income;
            }
            Change::Kept | Change::Moved { .. } => {}
        }
    }
    (capital, yearly)
}

/// What the pairs that belong together are worth.
pub fn rewards(programme: &Programme, fitouts: &[Fitout]) -> f64 {
    let mut sum = 0.0;
    for pair in &programme.pairs {
        let PairRule::Together { reward, .. } = pair.rule else { continue };
        for j in 0..u32::try_from(programme.spaces.len()).unwrap() {
            let has = |service: &String| {
                fitouts.iter().any(|own| own.space == j && programme.services[own.service as usize].name == *service)
            };
            if pair.services.iter().all(has) {
                sum += reward;
            }
        }
    }
    sum
}

/// Whether the rules on all spaces and facilities together hold; those on each space are not looked at.
pub fn all_allowed(programme: &Programme, rules: &PlanRules, fitouts: &[Fitout], changes: &[Change]) -> bool {
    let here = |j: usize| -> Vec<Fitout> { fitouts.iter().filter(|own| own.space as usize == j).cloned().collect() };
    let spaces = 0..programme.spaces.len();
    let used = spaces.clone().filter(|&j| !here(j).is_empty()).count();
    let complexes = spaces.filter(|&j| is_complex(programme, rules, j, &here(j))).count();
    let may = |(f, change): (usize, &Change)| {
        let facility = &programme.facilities[f];
        match change {
            Change::Kept => true,
            Change::Enlarged => facility.enlargement.is_some(),
            Change::Moved { .. } => facility.moving_cost.is_some(),
            Change::Closed => facility.closing_cost.is_some(),
        }
    };
    if !changes.iter().enumerate().all(may) {
        return false;
    }
    let (capital, yearly) = money(programme, fitouts, changes);
    rules.most_spaces.is_none_or(|most| used <= most)
        && rules.complexes.as_ref().is_none_or(|rule| complexes >= rule.least as usize)
        && rules.budget.is_none_or(|budget| capital <= budget)
        && rules.subsidy.is_none_or(|subsidy| yearly <= subsidy)
        && quotas_hold(programme, rules, fitouts, changes)
}

fn quotas_hold(programme: &Programme, rules: &PlanRules, fitouts: &[Fitout], changes: &[Change]) -> bool {
    let names = &programme.demand.districts.names;
    let districts: Vec<Option<&String>> = if names.is_empty() { vec![None] } else { names.iter().map(Some).collect() };
    rules.quotas.iter().all(|quota| {
        let asked =
            districts.iter().filter(|district| quota.district.is_none() || quota.district.as_ref() == **district);
        asked.into_iter().all(|district| {
            // Service, district, places and area of all that stands.
            let mut stands = Vec::new();
            for own in fitouts {
                let Stand { area, places, .. } = stand(programme, own);
                let service = &programme.services[own.service as usize].name;
                stands.push((service, &programme.spaces[own.space as usize].district, places, area));
            }
            for (own, change) in programme.facilities.iter().zip(changes) {
                let more = own.enlargement.as_ref().map_or((0.0, 0.0), |more| (more.places, more.area));
                let (places, area) = (own.places.unwrap_or(0.0), own.area.unwrap_or(0.0));
                match change {
                    Change::Kept => stands.push((&own.service, &own.district, places, area)),
                    Change::Enlarged => stands.push((&own.service, &own.district, places + more.0, area + more.1)),
                    Change::Moved { .. } | Change::Closed => {}
                }
            }
            stands.retain(|(service, own, ..)| **service == quota.service && own.as_ref() == *district);
            let demand = &programme.demand;
            let sum = |values: &[f64]| -> f64 {
                let lives = |i: &usize| district.is_none_or(|name| names[demand.districts.of[*i] as usize] == *name);
                (0..demand.len()).filter(lives).map(|i| values[i]).sum()
            };
            let (there, least) = match quota.least {
                Least::PlacesPer1000People(rate) => {
                    (stands.iter().map(|own| own.2).sum(), rate * sum(&demand.people) / 1_000.0)
                }
                Least::AreaPer100Households(rate) => {
                    (stands.iter().map(|own| own.3).sum(), rate * sum(demand.households.as_ref().unwrap()) / 100.0)
                }
                Least::Facilities(count) => (stands.len() as f64, f64::from(count)),
            };
            there >= least - 1e-9
        })
    })
}
