//! The knapsack that a site fills from the demand points that would pay for it, each wholly or not at all.
//!
//! Depth-first branch and bound on items by ascending weight per profit, bounded by the knapsack with shares (Horowitz and
//! Sahni 1974; Martello and Toth 1990, "Knapsack problems", section 2.5). Weights and capacity may be any real numbers.

/// Something that may be packed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub profit: f64,
    pub weight: f64,
    /// Profit per weight.
    rate: f64,
    /// Index of the pair behind it.
    pub pair: u32,
}

impl Item {
    pub fn new(profit: f64, weight: f64, pair: u32) -> Self {
        Self { profit, weight, rate: if weight > 0.0 { profit / weight } else { f64::INFINITY }, pair }
    }
}

/// Steps after which a search gives up: its bound is that with shares then.
const STEPS: usize = 20_000;

/// Scratch of one search after another.
#[derive(Debug, Default)]
pub(super) struct Knapsack {
    taken: Vec<usize>,
    best: Vec<usize>,
}

impl Knapsack {
    /// Packs items of positive profit. Leaves them with the best profit per weight first, the packed ones of them in
    /// [`Self::packed`], and gives a bound on what any packing is worth: its own worth, unless the search gave up.
    pub fn solve(&mut self, items: &mut [Item], capacity: f64) -> f64 {
        self.best.clear();
        items.sort_unstable_by(|a, b| b.rate.total_cmp(&a.rate).then(a.pair.cmp(&b.pair)));
        let (weight, profit) = items.iter().fold((0.0, 0.0), |(w, p), item| (w + item.weight, p + item.profit));
        if weight <= capacity {
            self.best.extend(0..items.len());
            return profit;
        }
        self.search(items, capacity)
    }

    /// Positions of the packed items.
    pub fn packed(&self) -> &[usize] {
        &self.best
    }

    fn search(&mut self, items: &[Item], capacity: f64) -> f64 {
        let most = with_shares(items, capacity);
        let tiny = 1e-12 * most;
        let (mut value, mut room, mut best) = (0.0, capacity, 0.0);
        let mut at = 0;
        self.taken.clear();
        for _ in 0..STEPS {
            let mut promising = value + with_shares(&items[at..], room) > best + tiny;
            while promising && at < items.len() {
                if items[at].weight <= room {
                    value += items[at].profit;
                    room -= items[at].weight;
                    self.taken.push(at);
                    at += 1;
                } else {
                    at += 1;
                    promising = value + with_shares(&items[at..], room) > best + tiny;
                }
            }
            if promising && value > best {
                best = value;
                self.best.clone_from(&self.taken);
            }
            let Some(last) = self.taken.pop() else { return best + tiny };
            value -= items[last].profit;
            room += items[last].weight;
            at = last + 1;
        }
        most
    }
}

/// The worth of a knapsack when the first item that does not fit gives a share of itself; items by profit per weight.
pub(super) fn with_shares<'a>(items: impl IntoIterator<Item = &'a Item>, capacity: f64) -> f64 {
    let (mut left, mut value) = (capacity, 0.0);
    for item in items {
        if item.weight > left {
            return value + item.profit * (left / item.weight).max(0.0);
        }
        left -= item.weight;
        value += item.profit;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::Random;

    #[test]
    fn no_packing_is_worth_more() {
        let mut random = Random::of_seed(5);
        let mut knapsack = Knapsack::default();
        for case in 0..400 {
            let count = random.below(11);
            let whole = case % 2 == 0;
            let mut number = || if whole { random.below(9) as f64 } else { 9.0 * random.unit() };
            let mut items: Vec<Item> =
                (0..).take(count).map(|pair| Item::new(number() + 0.25, number(), pair)).collect();
            let capacity = 2.0 * number();
            let worth = |chosen: usize, items: &[Item]| {
                let picked = || items.iter().enumerate().filter(|(at, _)| chosen >> at & 1 == 1).map(|(_, item)| item);
                let fits = picked().map(|item| item.weight).sum::<f64>() <= capacity;
                fits.then(|| picked().map(|item| item.profit).sum::<f64>())
            };
            let best = (0..1 << count).filter_map(|chosen| worth(chosen, &items)).fold(0.0, f64::max);
            let bound = knapsack.solve(&mut items, capacity);
            assert!((bound - best).abs() < 1e-9, "case {case}: {bound} where {best} is best");
            let packed = worth(knapsack.packed().iter().map(|at| 1 << at).sum(), &items);
            assert!(packed.is_some_and(|packed| (packed - best).abs() < 1e-9), "case {case}: {packed:?}");
            assert!(with_shares(&items, capacity) >= best - 1e-9);
        }
    }
}
