//! Random draws that are the same on every machine.

use rand_core::Rng;
use rand_pcg::Pcg64;

/// What a stream of random numbers is for. Each purpose has its own, so that a change in one leaves the others as they are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stream {
    Layout = 1,
    Homes = 2,
    Spaces = 3,
    Facilities = 4,
}

/// A source of random draws.
pub(super) struct Dice(Pcg64);

impl Dice {
    pub(super) fn new(seed: u64, stream: Stream) -> Self {
        let mut rng = Pcg64::new(u128::from(seed), stream as u128);
        // Neighbouring seeds start alike; a few steps drive them apart.
        for _ in 0..8 {
            rng.next_u64();
        }
        Self(rng)
    }

    /// Uniform in [0, 1).
    pub(super) fn unit(&mut self) -> f64 {
        // The upper 53 bits are what an f64 holds exactly.
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in [low, high).
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with a probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Mean 0, variance 1, never beyond ±3.5: the sum of four uniform draws.
    pub(super) fn bell(&mut self) -> f64 {
        let sum = self.unit() + self.unit() + self.unit() + self.unit();
        (sum - 2.0) * 3.0_f64.sqrt()
    }

    /// Triangular between `low` and `high` with its peak at `mode`.
    pub(super) fn triangular(&mut self, low: f64, mode: f64, high: f64) -> f64 {
        let (u, rise) = (self.unit(), (mode - low) / (high - low));
        if u < rise {
            low + (u * (high - low) * (mode - low)).sqrt()
        } else {
            high - ((1.0 - u) * (high - low) * (high - mode)).sqrt()
        }
    }

    /// A vector of length 1.
    pub(super) fn direction(&mut self) -> [f64; 2] {
        loop {
            let (x, y) = (self.between(-1.0, 1.0), self.between(-1.0, 1.0));
            let squared = x * x + y * y;
            if (0.01..=1.0).contains(&squared) {
                let length = squared.sqrt();
                return [x / length, y / length];
            }
        }
    }

    /// Uniform among 0 to `count` - 1; 0 when there is none.
    pub(super) fn below(&mut self, count: usize) -> usize {
        let drawn = whole((self.unit() * count as f64).floor()) as usize;
        drawn.min(count.saturating_sub(1))
    }

    /// Index into `weights`, with probabilities in their proportion.
    pub(super) fn pick(&mut self, weights: &[f64]) -> usize {
        let mut rest = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            rest -= weight;
            if rest < 0.0 {
                return index;
            }
        }
        weights.len().saturating_sub(1)
    }

    /// Moves a random choice of `count` entries to the front.
    pub(super) fn choose<T>(&mut self, items: &mut [T], count: usize) {
        let n = items.len();
        for i in 0..count.min(n) {
            items.swap(i, i + self.below(n - i));
        }
    }
}

/// A non-negative number rounded to the nearest whole one.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn whole(value: f64) -> u32 {
    // `as` saturates, and the range is that of u32.
    value.round().clamp(0.0, f64::from(u32::MAX)) as u32
}

/// Splits a total in proportion to weights, in whole numbers whose sum is the total.
pub(super) fn apportion(total: u32, weights: &[f64]) -> Vec<u32> {
    let sum: f64 = weights.iter().sum();
    let (mut so_far, mut given) = (0.0, 0);
    let mut parts: Vec<u32> = weights
        .iter()
        .map(|weight| {
            so_far += weight;
            let upto = whole(f64::from(total) * (so_far / sum)).clamp(given, total);
            let part = upto - given;
            given = upto;
            part
        })
        .collect();
    // Rounding in the sum of the weights may leave the last one short.
    if let Some(last) = parts.last_mut() {
        *last += total - given;
    }
    parts
}
