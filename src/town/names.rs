//! Invented names.

const FIRST: [&str; 32] = [
    "Willow",
    "Camphor",
    "Plum",
    "Bamboo",
    "Lotus",
    "Maple",
    "Cedar",
    "Osmanthus",
    "Heron",
    "Swallow",
    "Magpie",
    "Crane",
    "Carp",
    "Lantern",
    "Bell",
    "Drum",
    "Salt",
    "Rice",
    "Tea",
    "Silk",
    "Boat",
    "Brick",
    "Stone",
    "Sand",
    "Upper",
    "Lower",
    "East",
    "West",
    "Long",
    "Clear",
    "Quiet",
    "Bright",
];
const SECOND: [&str; 31] = [
    "Bridge", "Lane", "Garden", "Pond", "Quay", "Gate", "Mill", "Bank", "Bay", "Ferry", "Field", "Grove", "Harbour",
    "Hill", "Island", "Landing", "Market", "Meadow", "Orchard", "Pavilion", "Terrace", "Spring", "Square", "Temple",
    "Tower", "Village", "Wall", "Well", "Wharf", "Yard", "Creek",
];

/// The name of a community: every two words once, then with a number.
pub(super) fn community(index: u32) -> String {
    // 32 and 31 have no common divisor, so running through both lists meets all 992 pairs.
    let (i, round) = (index as usize, index as usize / (FIRST.len() * SECOND.len()) + 1);
    let (first, second) = (FIRST[i % FIRST.len()], SECOND[i % SECOND.len()]);
    if round == 1 { format!("{first} {second}") } else { format!("{first} {second} {round}") }
}
