//! A row under construction, and in the unit of the solver.

use good_lp::{Constraint, Expression, Variable, constraint};

use crate::engine::programme::rows::RowKind;
use crate::model::{power_of_row, times_power};

/// Rows of shares and means are multiplied by two to this power: a millionth of them is too much.
const FINE: i32 = 12;

/// Columns with their factors.
#[derive(Debug, Default)]
pub(crate) struct Sum(pub(super) Vec<(Variable, f64)>);

impl Sum {
    /// Adds a column.
    pub fn add(&mut self, column: Variable, factor: f64) {
        if factor != 0.0 {
            self.0.push((column, factor));
        }
    }

    /// Σ ≤ limit; `None` where nothing is left.
    pub fn at_most(self, limit: f64) -> Option<Row> {
        (!self.0.is_empty() || limit < 0.0).then_some(Row { sum: self.0, limit, shared: None })
    }
}

/// Σ ≤ limit, in natural units.
#[derive(Debug)]
pub(crate) struct Row {
    sum: Vec<(Variable, f64)>,
    limit: f64,
    /// What it limits, when all share it.
    pub(super) shared: Option<RowKind>,
}

impl Row {
    /// The same row as one that all share.
    pub fn of(self, kind: RowKind) -> Self {
        Self { shared: Some(kind), ..self }
    }

    /// Entries.
    pub fn len(&self) -> usize {
        self.sum.len()
    }

    /// In a unit in which the solver's tolerance is far below the figures.
    pub fn scaled(self) -> Constraint {
        let fine = if self.shared.is_some_and(RowKind::is_fine) { FINE } else { 0 };
        let largest = self.sum.iter().fold(0.0_f64, |most, entry| most.max(entry.1.abs()));
        let power = fine + power_of_row(times_power(largest, fine));
        self.times_power(power)
    }

    /// As it is.
    pub fn plain(self) -> Constraint {
        self.times_power(0)
    }

    fn times_power(self, power: i32) -> Constraint {
        let mut row = Expression::with_capacity(self.sum.len());
        for (column, factor) in self.sum {
            row.add_mul(times_power(factor, power), column);
        }
        constraint!(row <= times_power(self.limit, power))
    }
}
