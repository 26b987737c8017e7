//! A linear programme that stays alive between runs: bounds change and rows come.

use highs_sys::HighsInt;

use super::report::End;
use super::run::{Rows, Settings, Task};
use super::worker::Worker;
use super::{build, failed, options};
use crate::engine::mip::{Formulation, LiveLp, LpEnd};
use crate::error::Error;
use crate::solve::Control;

/// Keeps the linear relaxation of a formulation alive. `None` when a limit came first.
pub(in crate::engine::mip) fn live_lp(
    formulation: Formulation<'_>,
    control: &Control,
) -> Result<Option<Box<dyn LiveLp>>, Error> {
    let constant = formulation.constant;
    let Some(model) = build(formulation, control)? else { return Ok(None) };
    let settings = Settings { threads: 1, ..options(control) };
    let worker = Worker::spawn(model, settings)?;
    Ok(Some(Box::new(Live {
        worker: Some(worker),
        constant,
        changes: Vec::new(),
        rows: Rows::default(),
        values: Vec::new(),
        reduced: Vec::new(),
        duals: Vec::new(),
    })))
}

/// A linear programme that HiGHS keeps in memory.
struct Live {
    worker: Option<Worker>,
    constant: f64,
    changes: Vec<(HighsInt, f64, f64)>,
    rows: Rows,
    values: Vec<f64>,
    reduced: Vec<f64>,
    duals: Vec<f64>,
}

impl LiveLp for Live {
    fn values(&self) -> &[f64] {
        &self.values
    }

    fn reduced_costs(&self) -> &[f64] {
        &self.reduced
    }

    fn set_bounds(&mut self, column: usize, lower: f64, upper: f64) -> Result<(), Error> {
        let column = HighsInt::try_from(column).map_err(|_| failed("a column index overflows"))?;
        self.changes.push((column, lower, upper));
        Ok(())
    }

    fn add_weighted_row(&mut self, entries: &[(u32, f64)], least: f64) -> Result<(), Error> {
        self.rows.push(entries.iter().copied(), least)
    }

    fn row_duals(&self) -> &[f64] {
        &self.duals
    }

    fn solve(&mut self, iterations: Option<i32>, control: &Control) -> Result<LpEnd, Error> {
        let Some(worker) = self.worker.as_ref().filter(|_| control.stop().is_none()) else { return Ok(LpEnd::Stopped) };
        let (bounds, rows) = (std::mem::take(&mut self.changes), std::mem::take(&mut self.rows));
        let task = Task { bounds, rows, iterations, time_limit: control.remaining(), ..Task::default() };
        let Some(report) = worker.run(task, control, |_| ())? else {
            self.worker = None;
            return Ok(LpEnd::Stopped);
        };
        let objective = report.objective + self.constant;
        Ok(match report.end {
            End::Optimal => {
                self.values = report.values.ok_or_else(|| failed("an optimal linear programme has no values"))?;
                self.reduced = report.reduced;
                self.duals = report.duals;
                LpEnd::Optimal(objective)
            }
            End::Infeasible => LpEnd::Infeasible,
            End::Iterations => LpEnd::Unfinished(objective),
            End::Limit(_) => LpEnd::Stopped,
        })
    }
}
