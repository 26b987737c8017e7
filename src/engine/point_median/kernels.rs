//! The inner loops one by one, set up as a solve sets them up, for `benches/kernels.rs`.

use super::ascent::Ascent;
use super::course::{AGAIN, Best, Course, EVALUATIONS, PATIENCE, cuts};
use super::lists::{Columns, Lists};
use super::master::Master;
use super::plans::Plans;
use super::reduced::Reduced;
use super::shake::Search;
use super::state::{Ground, Role, State};
use crate::engine::mip::LpEnd;
use crate::engine::random::Random;
use crate::error::Error;
use crate::model::{PointMedian, Sense};
use crate::solve::{Control, SolveOptions};

/// Climbs from the first multipliers, so that steps are measured where most of them are taken.
const CLIMBS: usize = 4;

/// A p-median over points in the midst of its solve: lists, a plan that no exchange improves, multipliers near the best.
pub struct Kernels<'a> {
    course: &'a Course<'a>,
    ground: Ground<'a>,
    seconds: &'a [f64],
    state: State<'a>,
    ascent: Ascent,
    target: f64,
}

impl Kernels<'_> {
    /// Brings a model into the midst of its solve and hands its loops over.
    ///
    /// # Errors
    ///
    /// [`Error::is_input`] for wrong data.
    pub fn of<R>(model: &PointMedian, measure: impl FnOnce(&mut Kernels) -> R) -> Result<R, Error> {
        model.validate()?;
        let options = SolveOptions::default();
        let control = Control::new(&options, Sense::Minimize);
        let course = Course::new(model, &control)?;
        let first = course.first_sites(&[]);
        let seconds = course.seconds(&first);
        let lists = Lists::new(course.near.as_ref(), &course.radii(&seconds), course.most, &control);
        let mut cut = cuts(&lists, &seconds);
        let columns = Columns::of(&lists, course.near.n_sites(), &mut cut, &control);
        let ground =
            Ground { near: course.near.as_ref(), lists: &lists, columns: &columns, role: &course.role, cut: &cut };
        let mut best = Best { sites: first.clone(), value: f64::INFINITY, step: course.step };
        let (mut search, mut random) = (Search::new(course.near.n_sites()), Random::of_seed(0));
        let mut plans = Plans::new(ground, course.free, &mut best, &mut search, &mut random);
        plans.improve(&first, &control);
        let mut ascent = Ascent::new(plans.multipliers(), &course.role, course.free);
        let (state, target) = (State::of(ground, &best.sites), best.target());
        ascent.climb(&lists, target, CLIMBS * EVALUATIONS, PATIENCE, &control);
        ascent.restart(AGAIN);
        Ok(measure(&mut Kernels { course: &course, ground, seconds: &seconds, state, ascent, target }))
    }

    /// Entries of the lists.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.ground.lists.len()
    }

    /// Finds the sites near each row anew; gives how many.
    #[must_use]
    pub fn nearest_lists(&self) -> usize {
        let course = self.course;
        Lists::new(course.near.as_ref(), &course.radii(self.seconds), course.most, course.control).len()
    }

    /// Turns the lists around, to the rows near each site; gives how many the last site has.
    #[must_use]
    pub fn columns(&self) -> usize {
        let n = self.course.near.n_sites();
        let columns = Columns::of(self.ground.lists, n, &mut self.ground.cut.to_vec(), self.course.control);
        (0_u32..).zip(0..n).last().map_or(0, |(j, _)| columns.of_site(j).len())
    }

    /// One evaluation of the Lagrangian bound and one step along its subgradient; gives the best bound.
    pub fn lagrangian_step(&mut self) -> f64 {
        self.ascent.climb(self.ground.lists, self.target, 1, usize::MAX, self.course.control);
        self.ascent.bound
    }

    /// For every site that might open the best one to close for it; gives the most that any exchange saves.
    pub fn evaluate_swaps(&mut self) -> f64 {
        let mut best = f64::NEG_INFINITY;
        for j in self.closed() {
            best = best.max(self.state.best_for(j, false).map_or(f64::NEG_INFINITY, |found| found.1));
        }
        best
    }

    /// Exchanges so many sites one after another, and takes all of it back; gives the plan's value.
    pub fn swap_and_undo(&mut self, swaps: usize) -> f64 {
        let closed = self.closed();
        for &j in closed.iter().step_by((closed.len() / swaps.max(1)).max(1)).take(swaps) {
            if let Some((to_close, _)) = self.state.best_for(j, true) {
                self.state.swap(j, to_close);
            }
        }
        self.state.undo();
        self.state.value
    }

    /// Hands over the search for cuts that the first linear programme's optimum breaks, which gives how many there are.
    /// `None` where the backend keeps no linear programme alive.
    ///
    /// # Errors
    ///
    /// [`Error::Solver`] where the programme fails.
    pub fn separation<R>(&self, measure: impl FnOnce(&dyn Fn() -> usize) -> R) -> Result<Option<R>, Error> {
        let Course { role, free, control, .. } = self.course;
        let slack = self.target - self.ascent.bound;
        let Some(problem) = Reduced::of(self.ground.lists, role, *free, &self.ascent.best, slack) else {
            return Ok(None);
        };
        let Some(mut master) = Master::new(&problem, Master::first_cuts(&problem), control)? else { return Ok(None) };
        let solved = matches!(master.solve(control)?, LpEnd::Optimal(_));
        Ok(solved.then(|| measure(&|| master.broken().len())))
    }

    fn closed(&self) -> Vec<u32> {
        let closed = |j: &u32| self.course.role[*j as usize] == Role::Free && !self.state.is_open(*j);
        (0_u32..).zip(&self.course.role).map(|(j, _)| j).filter(closed).collect()
    }
}
