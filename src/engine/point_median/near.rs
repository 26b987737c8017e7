//! What a search asks of the costs between rows and sites, wherever they come from.

/// A site with its cost for a row.
pub(super) type Entry = (f64, u32);

/// Rows, the points that count, and the sites around them. Costs are weighted.
pub(super) trait Near: Sync {
    fn n_rows(&self) -> usize;

    fn n_sites(&self) -> usize;

    /// Whether sums of whole costs are exact: the dearest plan there can be is a number of few enough digits.
    fn is_exact(&self) -> bool;

    /// What it costs to serve a row from a site.
    fn cost(&self, row: usize, site: u32) -> f64;

    /// The radius that a cost of a row stands for.
    fn radius(&self, row: usize, cost: f64) -> f64;

    /// The sites within a radius of a row, by ascending cost, and a cost that no other site falls short of. Where there are
    /// more than `most`, those nearest.
    fn within(&self, row: usize, radius: f64, most: usize) -> (Vec<Entry>, f64);

    /// The sites in an order in which neighbours stand together, as far as that is known.
    fn order(&self) -> Vec<u32>;

    /// The two nearest of some sites for each row: sites and costs; infinite where there is no second.
    fn nearest_two(&self, open: &[u32]) -> Vec<[Entry; 2]>;

    /// The two nearest sites of a row among those that count: quick where many do.
    fn nearest_two_of(&self, row: usize, counts: &dyn Fn(u32) -> bool) -> [Entry; 2];
}
