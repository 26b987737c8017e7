//! Where districts, rivers and communities lie.

use super::dice::{Dice, Stream, apportion, whole};
use super::figures::{CENTRAL_MESH, COMMUNITIES_PER_DISTRICT, HOUSEHOLDS, WIDENING};

/// A district with its own axes: u along its river, v across.
pub(super) struct District {
    centre: [f64; 2],
    axis: [f64; 2],
    river: River,
    radius: f64,
}

/// The river of a district: the band around the parabola v = offset + bend u².
struct River {
    offset: f64,
    bend: f64,
    half_width: f64,
}

impl River {
    /// How far a point lies from the bank; negative in the water. Across the axis, which is near enough for gentle bends.
    fn bank(&self, [u, v]: [f64; 2]) -> f64 {
        (v - self.offset - self.bend * u * u).abs() - self.half_width
    }
}

/// The square that a community fills.
pub(super) struct Block {
    pub district: u32,
    /// Centre, in the axes of the district.
    centre: [f64; 2],
    pub side: f64,
    /// 0 in the centre of the district, 1 at its edge.
    pub outward: f64,
    pub households: u32,
}

pub(super) struct Layout {
    pub districts: Vec<District>,
    pub blocks: Vec<Block>,
}

impl Layout {
    pub(super) fn draw(communities: u32, seed: u64) -> Self {
        let mut dice = Dice::new(seed, Stream::Layout);
        let count = whole(f64::from(communities) / COMMUNITIES_PER_DISTRICT).max(3).min(communities);
        let mut districts: Vec<District> = Vec::new();
        let mut blocks = Vec::new();
        for (d, size) in (0_u32..).zip(sizes(communities, count, &mut dice)) {
            let river = River {
                offset: dice.between(0.1, 0.9) * CENTRAL_MESH,
                bend: dice.between(-1.0, 1.0) / (12.0 * CENTRAL_MESH),
                half_width: dice.between(40.0, 90.0),
            };
            let (squares, radius) = squares(d, size, &river, &mut dice);
            blocks.extend(squares);
            let centre = free_place(&districts, radius, &mut dice);
            districts.push(District { centre, axis: dice.direction(), river, radius });
        }
        Self { districts, blocks }
    }

    /// The town coordinates of a point in a block, given in sides from its centre; metres, to the decimetre.
    pub(super) fn place(&self, block: &Block, from_centre: [f64; 2]) -> [f64; 2] {
        let local = block.local(from_centre);
        let Some(district) = self.districts.get(block.district as usize) else {
            return local;
        };
        let ([u, v], [ax, ay]) = (local, district.axis);
        [district.centre[0] + u * ax - v * ay, district.centre[1] + u * ay + v * ax].map(decimetre)
    }

    /// Whether a point in a block is in the river.
    pub(super) fn is_wet(&self, block: &Block, from_centre: [f64; 2]) -> bool {
        let district = self.districts.get(block.district as usize);
        district.is_some_and(|district| district.river.bank(block.local(from_centre)) < 0.0)
    }

    /// A dry point in a block: `draw` is asked until it gives one, and after many failures the centre serves.
    pub(super) fn dry_place(&self, block: &Block, mut draw: impl FnMut() -> [f64; 2]) -> [f64; 2] {
        for _ in 0..40 {
            let point = draw();
            if !self.is_wet(block, point) {
                return self.place(block, point);
            }
        }
        self.place(block, [0.0, 0.0])
    }
}

impl Block {
    fn local(&self, from_centre: [f64; 2]) -> [f64; 2] {
        [self.centre[0] + from_centre[0] * self.side, self.centre[1] + from_centre[1] * self.side]
    }
}

pub(super) fn decimetre(metres: f64) -> f64 {
    (metres * 10.0).round() / 10.0
}

/// How many communities each district has; the first has the most.
fn sizes(communities: u32, districts: u32, dice: &mut Dice) -> Vec<u32> {
    let weights: Vec<f64> = (0..districts).map(|d| if d == 0 { 2.0 } else { dice.between(0.5, 1.5) }).collect();
    let mut sizes = apportion(communities - districts, &weights);
    sizes.iter_mut().for_each(|size| *size += 1);
    sizes
}

/// The blocks of a district, from its centre outward, and the radius they fill.
fn squares(district: u32, size: u32, river: &River, dice: &mut Dice) -> (Vec<Block>, f64) {
    // The radius of as many meshes and some spare for river and gaps.
    let radius = 1.15 * (f64::from(size) / std::f64::consts::PI).sqrt().max(1.0);
    let mut meshes = Vec::new();
    let reach = i32::try_from(whole(radius.ceil())).unwrap_or(i32::MAX / 2) + 4;
    for i in -reach..=reach {
        for j in -reach..=reach {
            meshes.push((i * i + j * j, i, j));
        }
    }
    meshes.sort_unstable();
    let (mut blocks, mut spare) = (Vec::new(), Vec::new());
    for (squared, i, j) in meshes {
        if blocks.len() == size as usize {
            break;
        }
        let outward = f64::from(squared).sqrt() / radius;
        let mesh = CENTRAL_MESH * (1.0 + WIDENING * outward);
        let jitter = [dice.between(-0.04, 0.04), dice.between(-0.04, 0.04)];
        let centre = [(f64::from(i) + jitter[0]) * mesh, (f64::from(j) + jitter[1]) * mesh];
        let outward = outward.min(1.0);
        let mode = 2_600.0 - 1_300.0 * outward;
        let households = whole(dice.triangular(HOUSEHOLDS.0, mode, HOUSEHOLDS.1));
        let block = Block { district, centre, side: 0.86 * mesh, outward, households };
        // Parks, fields and works leave gaps.
        let gap = squared > 0 && dice.chance(0.08);
        if river.bank(centre) < 0.12 * mesh {
            continue;
        }
        if gap { spare.push(block) } else { blocks.push(block) }
    }
    // The grid has far more meshes than the river takes; should it fall short, the gaps are built over.
    blocks.extend(spare.into_iter().take((size as usize).saturating_sub(blocks.len())));
    let far = blocks
        .iter()
        .map(|block| {
            let [u, v] = block.centre;
            (u * u + v * v).sqrt() + block.side
        })
        .fold(0.0, f64::max);
    (blocks, far)
}

/// A place for a new district: of some directions, the one in which it comes closest to the first.
fn free_place(districts: &[District], radius: f64, dice: &mut Dice) -> [f64; 2] {
    let Some(first) = districts.first() else {
        return [0.0, 0.0];
    };
    let mut best = (f64::INFINITY, [0.0, 0.0]);
    for _ in 0..12 {
        let direction = dice.direction();
        let mut distance = first.radius + radius;
        let place = loop {
            let place = direction.map(|share| (share * distance).round());
            let free = districts.iter().all(|other| {
                let (dx, dy) = (place[0] - other.centre[0], place[1] - other.centre[1]);
                (dx * dx + dy * dy).sqrt() >= radius + other.radius + 300.0
            });
            if free {
                break place;
            }
            distance += 250.0;
        };
        if distance < best.0 {
            best = (distance, place);
        }
    }
    best.1
}
