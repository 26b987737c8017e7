//! Relaxation and branch and bound for one set cover on a live linear programme, which starts with few rows and takes in
//! those that a relaxation breaks.

use super::cover::Cover;
use super::instance::Instance;
use crate::engine::mip::{Formulation, LpEnd};
use crate::engine::tree::{Row, Task, branch_with_rows};
use crate::engine::{Ended, mip};
use crate::error::Error;
use crate::model::Sense;
use crate::solve::{Control, Limit};

/// Rows taken in at once.
const AT_ONCE: usize = 40;

/// How much of a row a relaxation may leave uncovered.
const BROKEN: f64 = 1e-6;

/// What the search found out.
#[derive(Debug, Clone)]
pub(crate) enum Decided {
    /// These columns cover every row within the limits.
    Covered(Vec<u32>),
    /// No columns cover these demand points within the limits.
    Impossible(Vec<u32>),
    /// The relaxation alone did not tell; it asked for these demand points.
    Open(Vec<u32>),
    /// A limit came first.
    Stopped(Limit),
}

/// Decides whether a cover within the limits exists, by the relaxation alone or by the `whole` tree. `starts` says of each
/// demand point whether its row is in from the start.
pub(crate) fn decide(
    cover: &Cover,
    instance: &Instance,
    starts: &[bool],
    whole: bool,
    control: &Control,
) -> Result<(Decided, u64), Error> {
    if cover.site.is_empty() {
        let nothing = round(cover, instance, &[]);
        return Ok((nothing.map_or_else(|| Decided::Impossible(cover.demand.clone()), Decided::Covered), 0));
    }
    let in_money = cover.budget.is_some();
    let price = |site: u32| match in_money {
        true => instance.cost[site as usize],
        false => 1.0,
    };
    // Anything that keeps the limits is below `known`; rounding is left room.
    let limit = cover.budget.unwrap_or_else(|| cover.p.unwrap_or_default() as f64);
    let (known, step) = if in_money { (limit + 1e-6 * limit.abs().max(1.0), 0.0) } else { (limit + 1.0, 1.0) };

    let mut rows = Rows { cover, is_in: cover.demand.iter().map(|&i| starts[i as usize]).collect() };
    let first: Vec<usize> = (0..cover.rows.len()).filter(|&row| rows.is_in[row]).collect();
    let first = first.iter().map(|&row| &cover.rows[row]);
    let exactly = if cover.has_two_limits() { cover.p } else { None };
    let formulation = mip::center::cheapest_cover(cover, first, instance, price, exactly);
    if !whole {
        let beyond = known - 0.999 * step;
        return Ok((relax(formulation, rows, instance, beyond, control)?, 0));
    }

    let task = Task { binaries: cover.site.len(), sense: Sense::Minimize, step, known, nodes: u64::MAX };
    let mut covered = None;
    let offer = |values: &[f64]| {
        covered = round(cover, instance, values);
        // The first answer ends the search: nothing is better than this.
        covered.is_some().then_some(f64::NEG_INFINITY)
    };
    let proven = branch_with_rows(formulation, task, control, offer, |values| rows.missing(values))?;
    let decided = match (covered, proven.ended) {
        (Some(columns), _) => Decided::Covered(columns),
        (None, Ended::Limit(limit)) => Decided::Stopped(limit),
        (None, Ended::Complete) => rows.impossible(),
    };
    Ok((decided, proven.nodes))
}

/// Decides by the linear relaxation and its rounding, as far as these tell.
fn relax(
    formulation: Formulation<'_>,
    mut rows: Rows<'_>,
    instance: &Instance,
    beyond: f64,
    control: &Control,
) -> Result<Decided, Error> {
    let Some(mut lp) = mip::live_lp(formulation, control)? else { return Ok(Decided::Open(Vec::new())) };
    loop {
        match lp.solve(None, control)? {
            LpEnd::Optimal(value) if value < beyond => {}
            LpEnd::Optimal(_) | LpEnd::Infeasible => return Ok(rows.impossible()),
            LpEnd::Unfinished(_) | LpEnd::Stopped => {
                return Ok(Decided::Stopped(control.stop().unwrap_or(Limit::Time)));
            }
        }
        if let Some(columns) = round(rows.cover, instance, lp.values()) {
            return Ok(Decided::Covered(columns));
        }
        let missing = rows.missing(lp.values());
        if missing.is_empty() {
            return Ok(Decided::Open(rows.demand()));
        }
        for row in missing {
            lp.add_weighted_row(&row.entries, row.least)?;
        }
    }
}

/// The rows that a programme has so far.
struct Rows<'a> {
    cover: &'a Cover,
    is_in: Vec<bool>,
}

impl Rows<'_> {
    /// Takes in the rows that the values of a relaxation break most, and gives them.
    fn missing(&mut self, values: &[f64]) -> Vec<Row> {
        let mut broken: Vec<(f64, usize)> = Vec::new();
        for (row, columns) in self.cover.rows.iter().enumerate().filter(|(row, _)| !self.is_in[*row]) {
            let taken: f64 = columns.iter().map(|&column| values[column as usize]).sum();
            if taken < 1.0 - BROKEN {
                broken.push((taken, row));
            }
        }
        broken.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        broken.truncate(AT_ONCE);
        broken.iter().for_each(|&(_, row)| self.is_in[row] = true);
        broken.iter().map(|&(_, row)| Row::one_of(&self.cover.rows[row])).collect()
    }

    /// The demand points whose rows are in.
    fn demand(&self) -> Vec<u32> {
        self.cover.demand.iter().zip(&self.is_in).filter(|(_, is_in)| **is_in).map(|(demand, _)| *demand).collect()
    }

    /// What the programme without a solution says.
    fn impossible(&self) -> Decided {
        let mut demand = self.demand();
        demand.extend(&self.cover.fixed_for);
        Decided::Impossible(demand)
    }
}

/// A cover made of the values of a relaxation, when it keeps the limits.
fn round(cover: &Cover, instance: &Instance, values: &[f64]) -> Option<Vec<u32>> {
    let mut order: Vec<u32> = (0_u32..).zip(&cover.site).map(|(column, _)| column).collect();
    order.sort_by(|&a, &b| values[b as usize].total_cmp(&values[a as usize]).then(a.cmp(&b)));
    let mut times = vec![0_usize; cover.rows.len()];
    let mut taken = vec![false; cover.site.len()];
    let take = |column: u32, times: &mut Vec<usize>, taken: &mut Vec<bool>| {
        taken[column as usize] = true;
        cover.columns[column as usize].iter().for_each(|&row| times[row as usize] += 1);
    };
    // What the relaxation takes wholly, then for each row left out the column it takes most of.
    for &column in order.iter().take_while(|&&column| values[column as usize] > 1.0 - 1e-6) {
        take(column, &mut times, &mut taken);
    }
    if !cover.has_two_limits() {
        for row in 0..cover.rows.len() {
            if times[row] == 0 {
                let most = |a: &u32, b: &u32| values[*a as usize].total_cmp(&values[*b as usize]).then(b.cmp(a));
                let column = *cover.rows[row].iter().max_by(|a, b| most(a, b))?;
                take(column, &mut times, &mut taken);
            }
        }
        for &column in order.iter().rev().filter(|&&column| values[column as usize] < 1.0 - 1e-6) {
            let rows = &cover.columns[column as usize];
            if taken[column as usize] && rows.iter().all(|&row| times[row as usize] > 1) {
                taken[column as usize] = false;
                rows.iter().for_each(|&row| times[row as usize] -= 1);
            }
        }
    }
    if times.contains(&0) {
        return None;
    }
    let chosen: Vec<u32> = (0_u32..).zip(&taken).filter(|(_, taken)| **taken).map(|(column, _)| column).collect();
    let mut sites: Vec<u32> = chosen.iter().map(|&column| cover.site[column as usize]).collect();
    sites.extend(&cover.fixed);
    let (count, money) = (instance.count(&sites), instance.money(&sites));
    let complete = !cover.has_two_limits() || instance.p == Some(count);
    (complete && instance.allows(count, money)).then_some(chosen)
}
