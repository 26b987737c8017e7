//! Prices of cells and rows.

use super::instance::Instance;

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
        (0..n).zip(&prices.cells).for_each(|(cell, price)| tariff.set_cell(instance, cell, *price));
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
        let rows = &instance.cells.cells[cell].rows;
        let taken = rows.iter().map(|&(row, amount)| self.rows[row as usize] * amount).sum::<f64>();
        self.cells[cell] = (price, taken);
    }

    /// What serving the whole need of a cell is worth there when the rows and a share of its price are paid.
    pub fn worth(&self, instance: &Instance, arc: u32, cell: u32, share: f64) -> f64 {
        let (arc, (price, taken)) = (&instance.cells.arcs[arc as usize], self.cells[cell as usize]);
        arc.gain - taken - share * price - self.walking * arc.walking - self.envy * arc.envy
    }
}
