//! Prices of cells and rows.

use rayon::prelude::*;

use super::instance::Instance;

/// Cells that are priced on one core.
const FEW_CELLS: usize = 4_096;

/// A price λ for each cell being met, and a price π ≥ 0 for each row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Prices {
    pub cells: Vec<f64>,
    pub rows: Vec<f64>,
}

/// Prices, with what the rows make of them for each cell.
#[derive(Debug, Clone)]
pub(crate) struct Tariff {
    pub rows: Vec<f64>,
    /// For each cell its price, and what meeting its whole need takes of the rows of shares.
    cells: Vec<(f64, f64)>,
    walking: f64,
    envy: f64,
}

impl Tariff {
    /// The prices.
    pub fn new(instance: &Instance, prices: &Prices) -> Self {
        let n = instance.cells.cells.len();
        let mut tariff = Self { cells: vec![(0.0, 0.0); n], walking: 0.0, envy: 0.0, rows: Vec::new() };
        tariff.set_rows(instance, prices.rows.iter().copied());
        tariff.set_cells(instance, |cell| prices.cells[cell]);
        tariff
    }

    /// Puts other prices on the rows; those of cells are to be set after that.
    pub fn set_rows(&mut self, instance: &Instance, rows: impl Iterator<Item = f64>) {
        self.rows.clear();
        self.rows.extend(rows);
        let of = |row: Option<u32>| row.map_or(0.0, |row| self.rows[row as usize]);
        (self.walking, self.envy) = (of(instance.cells.walking_row), of(instance.cells.envy_row));
    }

    /// Puts another price on a cell.
    pub fn set_cell(&mut self, instance: &Instance, cell: usize, price: f64) {
        self.cells[cell] = (price, taken(instance, &self.rows, cell));
    }

    /// Puts other prices on all cells.
    pub fn set_cells(&mut self, instance: &Instance, price: impl Fn(usize) -> f64 + Sync) {
        let Self { rows, cells, .. } = self;
        let cells = cells.par_iter_mut().with_min_len(FEW_CELLS).enumerate();
        cells.for_each(|(cell, entry)| *entry = (price(cell), taken(instance, rows, cell)));
    }

    /// What serving the whole need of a cell is worth there when the rows and a share of its price are paid.
    pub fn worth(&self, instance: &Instance, arc: u32, cell: u32, share: f64) -> f64 {
        let (arc, (price, taken)) = (&instance.cells.arcs[arc as usize], self.cells[cell as usize]);
        arc.gain - taken - share * price - self.walking * arc.walking - self.envy * arc.envy
    }
}

/// What meeting the whole need of a cell takes of the rows of shares, at their prices.
fn taken(instance: &Instance, rows: &[f64], cell: usize) -> f64 {
    instance.cells.cells[cell].rows.iter().map(|&(row, amount)| rows[row as usize] * amount).sum()
}
