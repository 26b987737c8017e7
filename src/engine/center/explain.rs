//! Why no p sites, or no sites within the budget, reach everyone, and how many or how much would do.

use super::cover::{Cover, Settled};
use super::instance::Instance;
use crate::engine::{Ended, mip};
use crate::error::Error;
use crate::model::{Model, PCenter, Rules, Sense};
use crate::solve::{Control, Reason};

/// Covers larger than this (rows times columns) go to the solver as they are.
const REDUCED_UP_TO: usize = 2_000_000_000;

/// The reasons why a p-center that nothing simpler rules out has no plan.
pub(crate) fn reasons(model: &PCenter, control: &Control) -> Vec<Reason> {
    let rules = model.rules();
    let unknown = || vec![Reason::Rules { rules: "p, budget, and that everyone is in reach".into() }];
    if let Some(p) = rules.p {
        match fewest(model, control) {
            Ok(Some(smallest)) if smallest > p => return vec![Reason::SitesTooFew { p, smallest: Some(smallest) }],
            Ok(Some(_)) => {}
            _ if rules.budget.is_none() => return vec![Reason::SitesTooFew { p, smallest: None }],
            _ => return unknown(),
        }
    }
    match rules.budget {
        Some(budget) => vec![Reason::BudgetTooSmall { budget, smallest: least_money(model, control).ok().flatten() }],
        None => unknown(),
    }
}

/// The smallest p that reaches everyone, whatever it costs; `None` when a limit came first.
fn fewest(model: &PCenter, control: &Control) -> Result<Option<usize>, Error> {
    let instance = Instance::under(model, &Rules { budget: None, ..model.rules().clone() })?;
    let mut cover = everyone(&instance);
    cover.p = Some(usize::MAX);
    let chosen = cheapest(cover, &instance, |_| 1.0, None, control)?;
    Ok(chosen.map(|chosen| model.rules().required.len() + chosen.len()))
}

/// The smallest budget that reaches everyone with exactly p sites, if p is set; `None` when a limit came first.
fn least_money(model: &PCenter, control: &Control) -> Result<Option<f64>, Error> {
    let instance = Instance::of(model)?;
    let mut cover = everyone(&instance);
    cover.budget = Some(f64::MAX);
    let price = |site: u32| instance.cost[site as usize];
    let chosen = cheapest(cover, &instance, price, instance.p, control)?;
    let by_site = model.rules().by_site(model.travel().n_sites())?;
    Ok(chosen.map(|chosen| by_site.money(&instance.sites(&chosen))))
}

/// The cover of everyone by all sites that reach them at all.
fn everyone(instance: &Instance) -> Cover {
    Cover::plain(instance, &instance.demand().collect::<Vec<_>>(), instance.greatest_radius())
}

/// The local sites of the cheapest cover.
fn cheapest(
    mut cover: Cover,
    instance: &Instance,
    price: impl Fn(u32) -> f64,
    p: Option<usize>,
    control: &Control,
) -> Result<Option<Vec<u32>>, Error> {
    if cover.rows.len().saturating_mul(cover.columns.len()) <= REDUCED_UP_TO {
        cover.reduce(instance, &Settled::default());
    }
    let left = p.map(|p| p.saturating_sub(instance.count(&cover.fixed)));
    let options = control.options.on_the_way();
    let inner = control.on_the_way(&options, Sense::Minimize);
    let found = mip::solve(mip::center::cheapest_cover(&cover, cover.rows.iter(), instance, price, left), &inner)?;
    if found.ended != Ended::Complete {
        return Ok(None);
    }
    Ok(found.values.map(|values| {
        let taken = cover.site.iter().zip(&values).filter(|(_, y)| **y > 0.5).map(|(site, _)| *site);
        taken.chain(cover.fixed.iter().copied()).collect()
    }))
}
