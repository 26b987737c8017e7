//! Damaged and hostile extracts end in an error or are read rightly: no panic, no hang, no memory beyond measure.
#![cfg(feature = "osm")]

#[path = "support/pbf.rs"]
mod pbf;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pbf::{Extract, Style, Tags, bytes, number, packed, varint, zigzag, zlib_blob};
use siting::Error;
use siting::network::osm::{OsmTown, StreetsOptions, TownOptions, read_streets};

const MIB: u64 = 1 << 20;

/// A small town with everything that is read: streets, buildings, a multipolygon, tagged nodes.
fn town() -> Extract {
    let node = |id: i64| {
        let tags: Tags = if id % 7 == 0 { &[("amenity", "library"), ("name", "Books")] } else { &[] };
        (id, [25.0 + (id % 10) as f64 / 1e3, 60.0 + (id / 10) as f64 / 1e3], tags)
    };
    let way = |k: i64| {
        let corner = 11 * (k % 8);
        match k % 3 {
            0 => (k, vec![corner, corner + 1, corner + 2, corner + 12], &[("highway", "footway")][..]),
            1 => (k, vec![corner, corner + 1, corner + 11, corner + 10, corner], &[("building", "yes")][..]),
            _ => (k, vec![corner, corner + 5, corner + 7, corner], &[("landuse", "brownfield"), ("name", "Yard")][..]),
        }
    };
    let members = vec![(1, 1, "outer"), (4, 1, "inner"), (3, 0, "")];
    let relation = |id, tags: Tags| (id, members.clone(), tags);
    Extract {
        nodes: (0..100).map(node).collect(),
        ways: (0..40).map(way).collect(),
        relations: vec![
            relation(1, &[("type", "multipolygon"), ("building", "apartments")]),
            relation(2, &[("type", "multipolygon"), ("highway", "pedestrian")]),
        ],
    }
}

/// Reads all there is; the error must be one of the file.
fn read(path: &Path) -> Result<usize, String> {
    let as_file = |error| match error {
        Error::File { reason, .. } => reason,
        other => panic!("{other:?} does not name the file"),
    };
    let osm = read_streets(path, &StreetsOptions::default()).map_err(as_file)?;
    // No street is an answer too; only a network needs one.
    if osm.streets.n_edges() > 0 {
        osm.streets.validate().unwrap();
    }
    assert_eq!(osm.ways.len(), osm.report.edges);
    let town = OsmTown::read(path, &TownOptions::default()).map_err(as_file)?;
    assert!(town.homes.iter().all(|home| home.floor_area.is_finite() && home.households >= 1.0));
    Ok(osm.report.edges)
}

/// Numbers that look random and are the same everywhere (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        (self.roll() % most.max(1) as u64) as usize
    }

    fn flip_bits(&mut self, bytes: &mut [u8]) {
        for _ in 0..=self.below(6) {
            let at = self.below(bytes.len());
            bytes[at] ^= 1 << self.below(8);
        }
    }
}

/// One of six kinds of damage, to the file or to the blocks in it before they are packed.
fn damaged(seed: u64) -> Vec<u8> {
    let mut dice = Dice(seed);
    let style = if dice.below(2) == 0 { Style::Dense } else { Style::Plain };
    let mut blocks = town().blocks(style);
    let at = dice.below(blocks.len());
    let block = &mut blocks[at];
    match seed % 6 {
        0 => {
            let mut file = town().encode(style);
            file.truncate(dice.below(file.len()));
            return file;
        }
        1 => {
            let mut file = town().encode(style);
            dice.flip_bits(&mut file);
            return file;
        }
        2 => dice.flip_bits(block),
        3 => {
            // A number or length made huge.
            let at = dice.below(block.len());
            let huge = varint(dice.roll() >> dice.below(64));
            block.splice(at..=at, huge);
        }
        4 => {
            // A piece left out, or repeated elsewhere.
            let (from, length) = (dice.below(block.len()), dice.below(40));
            let piece: Vec<u8> = block.iter().skip(from).take(length).copied().collect();
            if dice.below(2) == 0 {
                block.drain(from..from + piece.len());
            } else {
                let to = dice.below(block.len());
                block.splice(to..to, piece);
            }
        }
        _ => {
            // The sizes that blobs claim of themselves.
            let mut file = pbf::header(&pbf::FEATURES);
            for raw in &blocks {
                let claimed = if dice.below(3) == 0 { dice.roll() >> dice.below(64) } else { raw.len() as u64 };
                let mut blob = zlib_blob("OSMData", raw, claimed);
                if dice.below(3) == 0 {
                    let field = dice.below(4);
                    blob[field] = dice.roll() as u8;
                }
                file.extend(blob);
            }
            return file;
        }
    }
    pbf::encode_blocks(&blocks, style)
}

/// Tests that measure memory take turns.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The most memory that `f` had at once, beyond what was in use before; None where the system does not tell.
fn most_memory(f: impl FnOnce()) -> Option<u64> {
    let status = |key: &str| {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
    };
    // Linux forgets the peak so far.
    let reset = std::fs::write("/proc/self/clear_refs", "5").is_ok();
    let before = status("VmRSS:");
    f();
    let after = status("VmHWM:");
    Some(after?.saturating_sub(before?)).filter(|_| reset)
}

#[test]
fn three_thousand_damaged_files_end_in_an_error_or_are_read() {
    let _turn = turn();
    let mut outcomes: BTreeMap<(u64, bool), u32> = BTreeMap::new();
    let memory = most_memory(|| {
        for seed in 0..3_000 {
            let path = pbf::write("damaged", &damaged(seed));
            *outcomes.entry((seed % 6, read(&path).is_ok())).or_default() += 1;
        }
    });
    // Files of a few kilobytes need next to nothing.
    assert!(memory.is_none_or(|bytes| bytes < 32 * MIB), "{memory:?}");
    // Damage is mostly found, and what it does not touch is read.
    let count = |ok: bool| outcomes.iter().filter(|((_, read), _)| *read == ok).map(|(_, n)| n).sum::<u32>();
    assert!(count(false) > 1_500 && count(true) > 150, "{outcomes:?}");
}

/// Reads a file of these blobs and gives its outcome and memory.
fn bomb(name: &str, blobs: &[Vec<u8>]) -> (Result<usize, String>, Option<u64>) {
    let file: Vec<u8> = pbf::header(&pbf::FEATURES).into_iter().chain(blobs.concat()).collect();
    let path = pbf::write(name, &file);
    drop(file);
    let mut outcome = Ok(0);
    let memory = most_memory(|| outcome = read(&path));
    (outcome, memory)
}

fn refused(name: &str, blob: Vec<u8>, reason: &str, limit: u64) {
    let (outcome, memory) = bomb(name, &[blob]);
    let told = outcome.expect_err(name);
    assert!(told.contains(reason), "{name}: {told}");
    assert!(memory.is_none_or(|bytes| bytes < limit * MIB), "{name}: {memory:?}");
}

fn data(raw: &[u8]) -> Vec<u8> {
    zlib_blob("OSMData", raw, raw.len() as u64)
}

/// A block with texts and one group.
fn block(texts: &[&str], group: &[u8]) -> Vec<u8> {
    let table: Vec<u8> = texts.iter().flat_map(|text| bytes(1, text.as_bytes())).collect();
    [bytes(1, &table), bytes(2, group)].concat()
}

#[test]
fn zlib_bombs_are_refused_before_they_are_decompressed() {
    let _turn = turn();
    let zeros = vec![0; 30 << 20];
    refused("claims-much", zlib_blob("OSMData", &[1, 2, 3], 1 << 40), "larger than 32 MiB", 4);
    refused("claims-32-mib", zlib_blob("OSMData", &[1, 2, 3], 32 << 20), "larger than its bytes can hold", 4);
    refused("claims-little", zlib_blob("OSMData", &zeros, 100), "does not have the size", 4);
    refused("claims-nothing", pbf::blob("OSMData", &bytes(3, &[1, 2, 3])), "does not say how large", 4);
    // The claim is true: the block is what the format allows, and is held once.
    refused("zeros", data(&zeros), "a field of number 0", 2 * 30);
}

#[test]
fn blocks_that_swell_when_kept_are_refused() {
    let _turn = turn();
    let footway = ["", "highway", "footway"];
    let tags = [packed(2, [1]), packed(3, [2])].concat();
    let refs = packed(8, std::iter::repeat_n(zigzag(1), 16 << 20));
    let way = bytes(3, &[number(1, 1), tags.clone(), refs].concat());
    refused("long-way", data(&block(&footway, &way)), "100 times the memory", 2 * 48);

    let small_way = bytes(3, &[number(1, 1), tags, packed(8, [2, 2])].concat());
    refused("many-ways", data(&block(&footway, &small_way.repeat(1 << 20))), "100 times the memory", 2 * 48);

    let library = ["", "amenity", "library"];
    let tags = [packed(2, [1]), packed(3, [2])].concat();
    let node = bytes(1, &[number(1, 2), tags, number(8, 2), number(9, 2)].concat());
    refused("many-nodes", data(&block(&library, &node.repeat(1 << 20))), "100 times the memory", 2 * 48);

    let texts = bytes(1, &bytes(1, b"").repeat(8 << 20));
    refused("many-texts", data(&texts), "1,048,576 texts", 2 * 48);

    let many = || vec![0; 1 << 20];
    let node = [number(1, 2), packed(2, many()), packed(3, many()), number(8, 2), number(9, 2)].concat();
    refused("many-tags", data(&block(&[""], &bytes(1, &node))), "10,000 tags", 2 * 8);

    let names = "n".repeat(1_000);
    let named = ["", "amenity", "library", "name", &names];
    let node = [number(1, 2), packed(2, [1, 3]), packed(3, [2, 4]), number(8, 2), number(9, 2)].concat();
    refused("long-names", data(&block(&named, &bytes(1, &node).repeat(1 << 18))), "100 times the memory", 2 * 32);
}

#[test]
fn relations_that_share_a_long_way_are_refused() {
    let _turn = turn();
    let tags = [packed(2, [1, 3]), packed(3, [2, 4])].concat();
    let texts = ["", "type", "multipolygon", "building", "apartments", "outer"];
    let mut group = Vec::new();
    let refs = packed(8, std::iter::repeat_n(zigzag(1), 1 << 17));
    group.extend(bytes(3, &[number(1, 1), refs].concat()));
    for id in 0..10_000 {
        let member = [packed(8, [5]), packed(9, [zigzag(1)]), packed(10, [1])].concat();
        group.extend(bytes(4, &[number(1, id), tags.clone(), member].concat()));
    }
    refused("shared-way", data(&block(&texts, &group)), "100 times the memory", 2 * 48);
}

#[test]
fn large_blocks_of_nothing_are_read_a_few_at_a_time() {
    let _turn = turn();
    // A field that readers pass over.
    let blob = data(&bytes(99, &vec![0; 30 << 20]));
    let (outcome, memory) = bomb("nothing", &vec![blob; 8]);
    assert_eq!(outcome, Ok(0));
    // Two blocks of 30 MiB at once, where there are two threads, and the seams between.
    assert!(memory.is_none_or(|bytes| bytes < 2 * 64 * MIB), "{memory:?}");
}

#[test]
fn sums_and_coordinates_that_overflow_are_errors() {
    let _turn = turn();
    let texts = ["", "highway", "footway"];
    let largest = u64::MAX - 1; // i64::MAX, in zigzag
    let way = |refs: [u64; 2]| bytes(3, &[number(1, 1), packed(2, [1]), packed(3, [2]), packed(8, refs)].concat());
    refused("overflow-refs", data(&block(&texts, &way([largest, largest]))), "more than 64 bits", 8);
    for (name, lat) in [("overflow-product", largest), ("overflow-place", largest >> 8)] {
        let node = [packed(1, [2, 2]), packed(8, [0, lat]), packed(9, [2, 2])].concat();
        let group = [bytes(2, &node), way([2, 2])].concat();
        refused(name, data(&block(&texts, &group)), "180 degrees", 8);
    }
}

#[test]
fn plots_on_top_of_each_other_are_not_searched_for_ever() {
    // Thousands of equal plots in the shape of an L, and as many buildings in the notch: none of the plots is around any.
    let corners = [(0, 0), (100, 0), (100, 10), (10, 10), (10, 100), (0, 100), (90, 90), (91, 90), (91, 91), (90, 91)];
    let place = |(x, y): (i64, i64)| [10.0 + x as f64 / 1e4, 45.0 + y as f64 / 1e4];
    let read = |name: &str, n: i64| {
        let way = |id: i64| {
            let land: Tags = &[("landuse", "industrial")];
            [(id, vec![1, 2, 3, 4, 5, 6, 1], land), (n + id, vec![7, 8, 9, 10, 7], &[("building", "yes")])]
        };
        let extract = Extract {
            nodes: (1..).zip(corners).map(|(id, at)| (id, place(at), &[][..])).collect(),
            ways: (1..=n).flat_map(way).collect(),
            relations: Vec::new(),
        };
        OsmTown::read(extract.write(name, Style::Dense), &TownOptions::default())
    };
    assert_eq!(read("few-plots", 100).unwrap().homes.len(), 100);
    let error = read("many-plots", 10_000).unwrap_err();
    assert!(matches!(&error, Error::File { reason, .. } if reason.contains("too intricate")), "{error}");
}
