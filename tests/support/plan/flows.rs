//! Who is served where, for given fit-outs: one linear programme as in a textbook, on demand as it is given.

use good_lp::{
    Constraint, Expression, ProblemVariables, ResolutionError, Solution, SolverModel, Variable, constraint, microlp,
    variable,
};
use siting::service::{Change, Fitout, Host, PlanObjective, PlanRules, Programme, Served};

use super::rules::stand;

/// Who may serve, how many, and how many at least.
struct Server {
    host: Host,
    service: u32,
    most: Option<f64>,
    least: f64,
}

fn servers(programme: &Programme, fitouts: &[Fitout], changes: &[Change]) -> Vec<Server> {
    let mut servers = Vec::new();
    for own in fitouts {
        let least = programme.services[own.service as usize].minimum_use;
        let most = Some(stand(programme, own).places);
        servers.push(Server { host: Host::Space(own.space), service: own.service, most, least });
    }
    for ((f, own), change) in (0_u32..).zip(&programme.facilities).zip(changes) {
        let more = match change {
            Change::Kept => 0.0,
            Change::Enlarged => own.enlargement.as_ref().unwrap().places,
            Change::Moved { .. } | Change::Closed => continue,
        };
        let service = programme.services.iter().position(|service| service.name == own.service).unwrap();
        let most = own.places.map(|places| places + more);
        servers.push(Server { host: Host::Facility(f), service: u32::try_from(service).unwrap(), most, least: 0.0 });
    }
    servers
}

/// One u_ihs with what it is worth.
struct Flow {
    at: Variable,
    server: usize,
    demand: u32,
    service: u32,
    /// d_is, and how ω_is weighs it by the survey, and with the weight of the service.
    need: f64,
    surveyed: f64,
    weighted: f64,
    walk: f64,
    limit: f64,
}

/// The need of one demand point for one service, whoever meets it.
struct Need {
    demand: u32,
    service: u32,
    surveyed: f64,
    weighted: f64,
    limit: f64,
}

/// Linear rules; one without a variable holds or not at once.
struct Rows {
    rows: Vec<Constraint>,
    broken: bool,
}

impl Rows {
    fn at_least(&mut self, terms: &[(Variable, f64)], least: f64) {
        if terms.is_empty() {
            self.broken |= least > 1e-9;
        } else {
            self.rows.push(constraint!(sum(terms) >= least));
        }
    }
}

fn sum(terms: &[(Variable, f64)]) -> Expression {
    terms.iter().map(|&(at, factor)| factor * at).sum()
}

fn envy(walk: f64, threshold: f64) -> f64 {
    (walk - threshold).max(0.0).powi(2)
}

/// The best objective, money and rewards left out, and who is served where; `None` when shares, means or minimum use cannot be had.
pub fn serve(
    programme: &Programme,
    rules: &PlanRules,
    fitouts: &[Fitout],
    changes: &[Change],
) -> Option<(f64, Vec<Served>)> {
    let demand = &programme.demand;
    let servers = servers(programme, fitouts, changes);
    let mut variables = ProblemVariables::new();
    let worst = variables.add(variable().min(0.0).max(1.0));
    let mut flows = Vec::new();
    let mut all = Vec::new();
    for (s, service) in (0_u32..).zip(&programme.services) {
        let needs = service.needs_of(demand).unwrap();
        for i in 0..u32::try_from(demand.len()).unwrap() {
            let need = needs[i as usize];
            let surveyed = need * demand.surveyed(&service.name, i as usize);
            let weighted = surveyed * rules.weight_of(&service.name);
            let limit = service.limit.of(demand.setting(i as usize));
            all.push(Need { demand: i, service: s, surveyed, weighted, limit });
            for (server, own) in servers.iter().enumerate().filter(|(_, own)| own.service == s && need > 0.0) {
                let walk = match own.host {
                    Host::Space(j) => programme.travel_to_spaces.as_ref().and_then(|travel| travel.cost(i, j)),
                    Host::Facility(f) => programme.travel.as_ref().and_then(|travel| travel.cost(i, f)),
                };
                let Some(walk) = walk.filter(|&walk| walk <= limit) else { continue };
                let at = variables.add(variable().min(0.0));
                flows.push(Flow { at, server, demand: i, service: s, need, surveyed, weighted, walk, limit });
            }
        }
    }

    let mut rows = Rows { rows: Vec::new(), broken: false };
    for need in &all {
        let (i, s) = (need.demand, need.service);
        let here: Vec<_> =
            flows.iter().filter(|flow| (flow.demand, flow.service) == (i, s)).map(|flow| (flow.at, -1.0)).collect();
        rows.at_least(&here, -1.0);
    }
    for (index, own) in servers.iter().enumerate() {
        let here = |sign: f64| -> Vec<_> {
            flows.iter().filter(|flow| flow.server == index).map(|flow| (flow.at, sign * flow.need)).collect()
        };
        if let Some(most) = own.most {
            rows.at_least(&here(-1.0), -most);
        }
        rows.at_least(&here(1.0), own.least);
    }
    let total = |of: &dyn Fn(&Need) -> f64| -> f64 { all.iter().map(of).sum() };
    let terms = |of: &dyn Fn(&Flow) -> f64| -> Vec<(Variable, f64)> {
        flows.iter().map(|flow| (flow.at, of(flow))).filter(|term| term.1 != 0.0).collect()
    };
    let (met, weight) = (terms(&|flow| flow.weighted), total(&|need| need.weighted));
    if let Some(share) = rules.least_met {
        rows.at_least(&met, share * weight);
    }
    for (name, share) in &rules.least_met_by_service {
        let s = u32::try_from(programme.services.iter().position(|service| service.name == *name).unwrap()).unwrap();
        let own = terms(&|flow| if flow.service == s { flow.surveyed } else { 0.0 });
        rows.at_least(&own, share * total(&|need| if need.service == s { need.surveyed } else { 0.0 }));
    }
    for d in 0..u32::try_from(demand.districts.names.len()).unwrap() {
        let lives = |i: u32| demand.districts.of[i as usize] == d;
        let mut own = terms(&|flow| if lives(flow.demand) { flow.weighted } else { 0.0 });
        let weight = total(&|need| if lives(need.demand) { need.weighted } else { 0.0 });
        if let Some(share) = rules.least_met_by_district {
            rows.at_least(&own, share * weight);
        }
        if weight > 0.0 {
            own.push((worst, -weight));
            rows.at_least(&own, 0.0);
        }
    }
    // Walking and envy: what they are when nobody is served, less what serving saves.
    let toll = |cost: &dyn Fn(f64) -> f64| -> (f64, Vec<(Variable, f64)>) {
        (
            total(&|need| need.weighted * cost(need.limit)),
            terms(&|flow| flow.weighted * (cost(flow.limit) - cost(flow.walk))),
        )
    };
    if let Some(most) = rules.most_walking {
        let (unserved, saved) = toll(&|walk| walk);
        rows.at_least(&saved, unserved - most * weight);
    }
    if let Some(limit) = rules.most_envy {
        let (unserved, saved) = toll(&|walk| envy(walk, limit.threshold));
        rows.at_least(&saved, unserved - limit.most * weight);
    }
    if rows.broken {
        return None;
    }

    let (constant, saved) = match rules.objective {
        PlanObjective::Cover => (0.0, met),
        PlanObjective::Walking => toll(&|walk| walk),
        PlanObjective::Envy { threshold } => toll(&|walk| envy(walk, threshold)),
        PlanObjective::Cost { .. } => (0.0, Vec::new()),
        PlanObjective::WorstDistrict => (0.0, vec![(worst, 1.0)]),
    };
    let mut model = variables.maximise(sum(&saved)).using(microlp);
    for row in rows.rows {
        model.add_constraint(row);
    }
    let solution = match model.solve() {
        Ok(solution) => solution,
        Err(ResolutionError::Infeasible) => return None,
        Err(other) => panic!("{other}"),
    };
    let gained: f64 = saved.iter().map(|&(at, factor)| factor * solution.value(at)).sum();
    let grows = matches!(rules.objective, PlanObjective::Cover | PlanObjective::WorstDistrict);
    let mut served: Vec<Served> = flows
        .iter()
        .map(|flow| Served {
            service: flow.service,
            demand: flow.demand,
            host: servers[flow.server].host,
            share: solution.value(flow.at).min(1.0),
        })
        .filter(|row| row.share > 1e-12)
        .collect();
    served.sort_by_key(|row| (row.service, row.demand, row.host));
    Some((if grows { gained } else { constant - gained }, served))
}
