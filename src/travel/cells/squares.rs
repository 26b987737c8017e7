//! The grid of squares over the discs around the sites.

use crate::error::Error;

/// Most squares, and about so many crossings of squares and discs: both fit caches and take milliseconds to set up.
const SQUARES: usize = 1 << 19;
const CROSSINGS: f64 = 4e6;
/// Of a square that so many discs cross at most, every combination has a place of its own.
pub(super) const FEW: usize = 5;
/// Positions are trusted to this part of the whole grid or of the radius, some million times the rounding of `f64`.
const SLACK: f64 = 1e-9;

/// Where the crossing discs and the places of a square begin; they end where those of the next begin.
#[derive(Debug, Clone, Copy, Default)]
struct Square {
    crossing: u32,
    place: u32,
}

/// What happens at the left side of a square, seen from left to right: a disc begins or ceases to hold squares wholly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Change {
    pub row: u32,
    pub column: u32,
    pub site: u32,
    pub begins: bool,
}

/// A square with the discs that cross it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    /// Sites whose discs cross the square, ascending.
    pub crossing: &'a [u32],
    /// The first of its places: one for each combination of crossing discs, where they are few.
    pub place: usize,
}

/// Squares that cover the discs of one radius around some sites.
#[derive(Debug, Clone)]
pub(super) struct Squares {
    sites: Vec<[f64; 2]>,
    /// The largest square of a distance in reach.
    limit: f64,
    axes: [Axis; 2],
    squares: Vec<Square>,
    crossing: Vec<u32>,
    /// By row and column.
    changes: Vec<Change>,
}

impl Squares {
    pub fn new(sites: &[[f64; 2]], within: f64) -> Result<Self, Error> {
        // Squares of shorter distances vanish, those of longer ones overflow; no two points are that far apart.
        let radius = within.clamp(1e-150, 1e152);
        let spans = [0, 1].map(|axis| {
            let along = sites.iter().map(|site| site[axis]);
            let (least, most) = along.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
            (least - radius * (1.0 + SLACK), most + radius * (1.0 + SLACK))
        });
        let [width, height] = spans.map(|(from, to)| to - from);
        // A disc crosses some 8 r/h squares of side h.
        let even = (width * height / SQUARES as f64).sqrt();
        let side = even.max(8.0 * radius * sites.len() as f64 / CROSSINGS);
        let columns = index_below((width / side).ceil(), SQUARES).max(1);
        let rows = index_below((height / side).ceil(), SQUARES / columns).max(1);
        let axes = [Axis::new(spans[0], columns), Axis::new(spans[1], rows)];
        let mut squares = Self {
            sites: sites.to_vec(),
            limit: largest_square(within),
            axes,
            squares: Vec::new(),
            crossing: Vec::new(),
            changes: Vec::new(),
        };
        squares.classify(within)?;
        Ok(squares)
    }

    pub fn n_sites(&self) -> usize {
        self.sites.len()
    }

    /// Number of places of all squares.
    pub fn n_places(&self) -> usize {
        self.squares.last().map_or(0, |end| end.place as usize)
    }

    pub fn shape(&self) -> [usize; 2] {
        [self.axes[1].steps, self.axes[0].steps]
    }

    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The number of the square that holds a point; `None` outside the grid, where no disc is.
    #[inline]
    pub fn number(&self, point: &[f64; 2]) -> Option<usize> {
        let [x, y] = &self.axes;
        let inside = (point[0] >= x.from) & (point[0] <= x.to) & (point[1] >= y.from) & (point[1] <= y.to);
        inside.then(|| y.step_of(point[1]) * x.steps + x.step_of(point[0]))
    }

    #[inline]
    pub fn get(&self, number: usize) -> Found<'_> {
        let (this, next) = (self.squares[number], self.squares[number + 1]);
        Found { crossing: &self.crossing[this.crossing as usize..next.crossing as usize], place: this.place as usize }
    }

    /// Whether a site is in reach of a point: as [`Metric::distance`](crate::Metric::distance) would say, without a root.
    #[inline]
    pub fn reaches(&self, site: u32, point: &[f64; 2]) -> bool {
        let site = &self.sites[site as usize];
        let (dx, dy) = (point[0] - site[0], point[1] - site[1]);
        dx * dx + dy * dy <= self.limit
    }

    /// Finds for every square the discs that cross it and those that hold it wholly.
    fn classify(&mut self, within: f64) -> Result<(), Error> {
        let discs = Discs::new(&self.axes, within);
        let columns = self.axes[0].steps;
        let mut count = vec![0_u32; columns * self.axes[1].steps + 1];
        for site in &self.sites {
            discs.rows(site, |row, span| span.crossing().for_each(|column| count[row * columns + column] += 1));
        }
        let total: u64 = count.iter().map(|&n| u64::from(n)).sum();
        if total > u64::from(u32::MAX) {
            let reason = "so many discs overlap so much that their squares outgrow memory; use fewer sites".into();
            return Err(Error::InvalidValue { argument: "sites", value: self.sites.len().to_string(), reason });
        }
        let mut next = Square::default();
        self.squares = count
            .iter()
            .map(|&n| {
                let here = next;
                next.crossing += n;
                next.place += if n as usize <= FEW { 1 << n } else { 0 };
                here
            })
            .collect();
        self.crossing = vec![0; next.crossing as usize];
        let mut filled: Vec<u32> = self.squares.iter().map(|square| square.crossing).collect();
        for (number, site) in (0_u32..).zip(&self.sites) {
            discs.rows(site, |row, span| {
                for column in span.crossing() {
                    let at = &mut filled[row * columns + column];
                    self.crossing[*at as usize] = number;
                    *at += 1;
                }
                // Rows and columns are below 2^20.
                if let (false, Ok(row), Ok(from), Ok(to)) =
                    (span.whole.0 == span.whole.1, row.try_into(), span.whole.0.try_into(), span.whole.1.try_into())
                {
                    self.changes.push(Change { row, column: from, site: number, begins: true });
                    self.changes.push(Change { row, column: to, site: number, begins: false });
                }
            });
        }
        self.changes.sort_unstable();
        Ok(())
    }
}

/// One axis of the grid.
#[derive(Debug, Clone, Copy)]
struct Axis {
    from: f64,
    to: f64,
    steps: usize,
    per_unit: f64,
}

impl Axis {
    fn new((from, to): (f64, f64), steps: usize) -> Self {
        // What is too short to divide is one step.
        let per_unit = if to - from > 1e-140 { steps as f64 / (to - from) } else { 0.0 };
        if per_unit > 0.0 { Self { from, to, steps, per_unit } } else { Self { from, to, steps: 1, per_unit: 0.0 } }
    }

    #[inline]
    fn step_of(&self, at: f64) -> usize {
        index_below((at - self.from) * self.per_unit, self.steps - 1)
    }

    /// From and to of a step, with some slack, seen from `at`.
    fn sides(&self, step: usize, at: f64, slack: f64) -> (f64, f64) {
        let length = (self.to - self.from) / self.steps as f64;
        let before = at - self.from;
        (step as f64 * length - before - slack, (step + 1) as f64 * length - before + slack)
    }

    /// The steps that a span from `at - half` to `at + half` may touch: the first, and the one after the last.
    fn touched(&self, at: f64, half: f64) -> (usize, usize) {
        let middle = at - self.from;
        let first = (middle - half) * self.per_unit - 1e-6;
        let last = (middle + half) * self.per_unit + 1e-6;
        (index_below(first, self.steps - 1), index_below(last, self.steps - 1) + 1)
    }

    /// The steps that lie wholly in such a span.
    fn held(&self, at: f64, half: f64) -> (usize, usize) {
        let middle = at - self.from;
        let first = ((middle - half) * self.per_unit + 1e-6).ceil();
        let end = ((middle + half) * self.per_unit - 1e-6).floor();
        if end <= first || end <= 0.0 {
            return (0, 0);
        }
        (index_below(first, self.steps), index_below(end, self.steps))
    }
}

/// The part of a row of squares that a disc touches, and within it the part that it holds wholly.
struct Span {
    touched: (usize, usize),
    whole: (usize, usize),
}

impl Span {
    fn crossing(&self) -> impl Iterator<Item = usize> + use<> {
        let (from, to) = if self.whole.0 == self.whole.1 { (self.touched.1, self.touched.1) } else { self.whole };
        (self.touched.0..from).chain(to..self.touched.1)
    }
}

/// The discs, a little larger and a little smaller than they are: what lies between is left to measuring.
struct Discs<'a> {
    axes: &'a [Axis; 2],
    outer: f64,
    inner: f64,
    slack: f64,
}

impl<'a> Discs<'a> {
    fn new(axes: &'a [Axis; 2], within: f64) -> Self {
        let slack = SLACK * (axes[0].to - axes[0].from).max(axes[1].to - axes[1].from);
        let outer = within.clamp(1e-150, 1e152) * (1.0 + SLACK) + slack;
        let inner = within.min(1e152) * (1.0 - SLACK) - slack;
        // Squares of distances this short vanish, and nothing is known without measuring.
        Self { axes, outer, inner: if inner > 1e-140 { inner } else { 0.0 }, slack }
    }

    /// Calls a function with every row of squares that the disc around a site touches.
    fn rows(&self, site: &[f64; 2], mut each: impl FnMut(usize, Span)) {
        let [x, y] = self.axes;
        let (first, end) = y.touched(site[1], self.outer);
        for row in first..end {
            let (low, high) = y.sides(row, site[1], self.slack);
            let (near, far) = (low.max(-high).max(0.0), low.abs().max(high.abs()));
            if near > self.outer {
                continue;
            }
            let touched = x.touched(site[0], half_chord(self.outer, near) + self.slack);
            let half = if far < self.inner { half_chord(self.inner, far) - self.slack } else { 0.0 };
            let whole = if half > 0.0 { x.held(site[0], half) } else { (0, 0) };
            each(row, Span { touched, whole });
        }
    }
}

/// Half the length of a chord at a distance from the centre; neither overflows nor vanishes.
fn half_chord(radius: f64, distance: f64) -> f64 {
    (radius - distance).max(0.0).sqrt() * (radius + distance).sqrt()
}

/// The largest number whose square root, as computed, is at most the radius.
fn largest_square(within: f64) -> f64 {
    let mut square = (within * within).min(f64::MAX);
    while square.sqrt() > within {
        square = square.next_down();
    }
    while square < f64::MAX && square.next_up().sqrt() <= within {
        square = square.next_up();
    }
    square
}

/// The whole part of a number as an index, at most `most`.
#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates")]
fn index_below(value: f64, most: usize) -> usize {
    // u32 converts faster than usize, and grids are smaller.
    (value as u32 as usize).min(most)
}
