//! Prices of cells and rows.

use super::cells::Cell;
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
    /// The prices, those of the rows times a factor.
    pub fn new(instance: &Instance, prices: &Prices, factor: f64) -> Self {
        let rows: Vec<f64> = prices.rows.iter().map(|price| factor * price).collect();
        let taken = |cell: &Cell| cell.rows.iter().map(|&(row, amount)| rows[row as usize] * amount).sum::<f64>();
        let of = |row: Option<u32>| row.map_or(0.0, |row| rows[row as usize]);
        let cells = instance.cells.cells.iter().zip(&prices.cells).map(|(cell, price)| (*price, taken(cell))).collect();
        Self { cells, walking: of(instance.cells.walking_row), envy: of(instance.cells.envy_row), rows }
    }

    /// What serving the whole need of a cell is worth there when the rows and a share of its price are paid.
    pub fn worth(&self, instance: &Instance, arc: u32, cell: u32, share: f64) -> f64 {
        let (arc, (price, taken)) = (&instance.cells.arcs[arc as usize], self.cells[cell as usize]);
        arc.gain - taken - share * price - self.walking * arc.walking - self.envy * arc.envy
    }
}
