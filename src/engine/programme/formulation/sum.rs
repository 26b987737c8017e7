//! A row under construction.

use good_lp::{Constraint, Expression, Variable, constraint};

use crate::model::{power_of_row, times_power};

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

    /// Σ ≤ limit, in a unit in which the solver's tolerance is far below the figures; `None` where nothing is left.
    pub fn at_most(self, limit: f64) -> Option<Constraint> {
        let largest = self.0.iter().fold(0.0_f64, |most, entry| most.max(entry.1.abs()));
        if self.0.is_empty() && limit >= 0.0 {
            return None;
        }
        let power = power_of_row(largest);
        let mut row = Expression::with_capacity(self.0.len());
        for (column, factor) in self.0 {
            row.add_mul(times_power(factor, power), column);
        }
        Some(constraint!(row <= times_power(limit, power)))
    }
}
