//! Weights added up by square and by the crossing discs in reach.

use rustc_hash::FxHashMap;

use super::squares::{FEW, Squares};

/// A sum to which nothing was added: −0, which added to itself stays −0, and becomes +0 with the first point of weight 0.
pub(super) const NOTHING: f64 = -0.0;

/// Whether anything was added to a sum, be it of weight 0.
pub(super) fn is_something(sum: f64) -> bool {
    sum.is_sign_positive()
}

/// The weight found in each place of the squares; [`NOTHING`] where no point was.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    /// Weight outside all squares.
    pub outside: f64,
    /// Weight by place: of a square, by the combination of its few crossing discs that are in reach.
    pub places: Vec<f64>,
    /// Weight in squares that many discs cross: by the number of the square and a bit for each disc in reach.
    pub many: FxHashMap<Box<[u64]>, f64>,
}

impl Default for Tally {
    fn default() -> Self {
        Self { outside: NOTHING, places: Vec::new(), many: FxHashMap::default() }
    }
}

impl Tally {
    pub fn add(&mut self, squares: &Squares, points: &[[f64; 2]], weights: Option<&[f64]>) {
        if self.places.is_empty() {
            self.places = vec![NOTHING; squares.n_places()];
        }
        match weights {
            Some(weights) => self.add_each(squares, points.iter().zip(weights.iter().copied())),
            None => self.add_each(squares, points.iter().zip(std::iter::repeat(1.0))),
        }
    }

    fn add_each<'a>(&mut self, squares: &Squares, points: impl Iterator<Item = (&'a [f64; 2], f64)>) {
        let mut key = Vec::new();
        for (point, weight) in points {
            // A weight of −0 is one of 0.
            let weight = weight + 0.0;
            let Some(number) = squares.number(point) else {
                self.outside += weight;
                continue;
            };
            let square = squares.get(number);
            if square.crossing.len() <= FEW {
                let mut place = square.place;
                for (bit, &site) in square.crossing.iter().enumerate() {
                    place += usize::from(squares.reaches(site, point)) << bit;
                }
                self.places[place] += weight;
                continue;
            }
            key.clear();
            key.push(number as u64);
            for sites in square.crossing.chunks(64) {
                let bits = sites.iter().enumerate();
                key.push(bits.fold(0, |word, (bit, &site)| word | u64::from(squares.reaches(site, point)) << bit));
            }
            match self.many.get_mut(key.as_slice()) {
                Some(sum) => *sum += weight,
                None => drop(self.many.insert(key.as_slice().into(), weight)),
            }
        }
    }
}
