//! Writes small OSM extracts in PBF, sound or not.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::ZlibEncoder;

pub type Tags = &'static [(&'static str, &'static str)];

/// A member of a relation: (id, type: 0 node, 1 way, 2 relation, role).
pub type Member = (i64, u64, &'static str);

/// An extract to be written.
#[derive(Debug, Clone, Default)]
pub struct Extract {
    pub nodes: Vec<(i64, [f64; 2], Tags)>,
    pub ways: Vec<(i64, Vec<i64>, Tags)>,
    pub relations: Vec<(i64, Vec<Member>, Tags)>,
}

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Compressed, dense nodes: as nearly all extracts are.
    Dense,
    /// Not compressed, nodes one by one.
    Plain,
}

pub fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

pub fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

pub fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

pub fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(value.len() as u64), value.to_vec()].concat()
}

pub fn packed(field: u64, values: impl IntoIterator<Item = u64>) -> Vec<u8> {
    bytes(field, &values.into_iter().flat_map(varint).collect::<Vec<_>>())
}

fn deltas(values: impl IntoIterator<Item = i64>) -> Vec<u64> {
    let mut last = 0;
    values.into_iter().map(|value| zigzag(value - std::mem::replace(&mut last, value))).collect()
}

fn zlib(raw: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(raw).unwrap();
    encoder.finish().unwrap()
}

/// A blob of the file: its header with size, and the blob.
pub fn blob(kind: &str, blob: &[u8]) -> Vec<u8> {
    let header = [bytes(1, kind.as_bytes()), number(3, blob.len() as u64)].concat();
    [&(header.len() as u32).to_be_bytes()[..], &header, blob].concat()
}

/// A compressed blob that claims this size.
pub fn zlib_blob(kind: &str, raw: &[u8], claimed: u64) -> Vec<u8> {
    blob(kind, &[number(2, claimed), bytes(3, &zlib(raw))].concat())
}

pub fn raw_blob(kind: &str, raw: &[u8]) -> Vec<u8> {
    blob(kind, &bytes(1, raw))
}

/// The first blob of a file.
pub fn header(features: &[&str]) -> Vec<u8> {
    let features: Vec<u8> = features.iter().flat_map(|feature| bytes(4, feature.as_bytes())).collect();
    raw_blob("OSMHeader", &features)
}

pub const FEATURES: [&str; 2] = ["OsmSchema-V0.6", "DenseNodes"];

#[derive(Default)]
struct Texts(Vec<String>);

impl Texts {
    fn index(&mut self, text: &str) -> u64 {
        let at = self.0.iter().position(|known| known == text).unwrap_or_else(|| {
            self.0.push(text.to_owned());
            self.0.len() - 1
        });
        at as u64
    }

    fn tags(&mut self, tags: Tags) -> Vec<u8> {
        let keys: Vec<u64> = tags.iter().map(|(key, _)| self.index(key)).collect();
        let values: Vec<u64> = tags.iter().map(|(_, value)| self.index(value)).collect();
        if tags.is_empty() { Vec::new() } else { [packed(2, keys), packed(3, values)].concat() }
    }
}

fn nano(degrees: f64) -> i64 {
    (degrees * 1e7).round() as i64
}

impl Extract {
    /// The blocks of the file, not yet compressed: nodes, ways, relations.
    pub fn blocks(&self, style: Style) -> Vec<Vec<u8>> {
        let mut blocks = Vec::new();
        for kind in 0..3 {
            // The first text is empty, since 0 ends the tags of a dense node.
            let mut texts = Texts(vec![String::new()]);
            let group = match kind {
                0 => self.node_group(&mut texts, style),
                1 => self.way_group(&mut texts),
                _ => self.relation_group(&mut texts),
            };
            let table: Vec<u8> = texts.0.iter().flat_map(|text| bytes(1, text.as_bytes())).collect();
            if !group.is_empty() {
                blocks.push([bytes(1, &table), bytes(2, &group)].concat());
            }
        }
        blocks
    }

    fn node_group(&self, texts: &mut Texts, style: Style) -> Vec<u8> {
        if self.nodes.is_empty() {
            return Vec::new();
        }
        if style == Style::Plain {
            let node = |&(id, [lon, lat], tags): &(i64, [f64; 2], Tags)| {
                let place = [number(8, zigzag(nano(lat))), number(9, zigzag(nano(lon)))].concat();
                bytes(1, &[number(1, zigzag(id)), texts.tags(tags), place].concat())
            };
            return self.nodes.iter().flat_map(node).collect();
        }
        let mut pairs = Vec::new();
        for (_, _, tags) in &self.nodes {
            for (key, value) in *tags {
                pairs.extend([texts.index(key), texts.index(value)]);
            }
            pairs.push(0);
        }
        let dense = [
            packed(1, deltas(self.nodes.iter().map(|node| node.0))),
            packed(8, deltas(self.nodes.iter().map(|node| nano(node.1[1])))),
            packed(9, deltas(self.nodes.iter().map(|node| nano(node.1[0])))),
            packed(10, pairs),
        ];
        bytes(2, &dense.concat())
    }

    fn way_group(&self, texts: &mut Texts) -> Vec<u8> {
        let way = |(id, refs, tags): &(i64, Vec<i64>, Tags)| {
            let refs = packed(8, deltas(refs.iter().copied()));
            bytes(3, &[number(1, *id as u64), texts.tags(tags), refs].concat())
        };
        self.ways.iter().flat_map(way).collect()
    }

    fn relation_group(&self, texts: &mut Texts) -> Vec<u8> {
        let mut group = Vec::new();
        for (id, members, tags) in &self.relations {
            let parts = [
                number(1, *id as u64),
                texts.tags(tags),
                packed(8, members.iter().map(|member| texts.index(member.2)).collect::<Vec<_>>()),
                packed(9, deltas(members.iter().map(|member| member.0))),
                packed(10, members.iter().map(|member| member.1)),
            ];
            group.extend(bytes(4, &parts.concat()));
        }
        group
    }

    /// The file.
    pub fn encode(&self, style: Style) -> Vec<u8> {
        encode_blocks(&self.blocks(style), style)
    }

    /// Writes the file and gives its path.
    pub fn write(&self, name: &str, style: Style) -> PathBuf {
        write(name, &self.encode(style))
    }
}

/// A file of these blocks.
pub fn encode_blocks(blocks: &[Vec<u8>], style: Style) -> Vec<u8> {
    let mut file = header(&FEATURES);
    for raw in blocks {
        file.extend(match style {
            Style::Dense => zlib_blob("OSMData", raw, raw.len() as u64),
            Style::Plain => raw_blob("OSMData", raw),
        });
    }
    file
}

/// Writes bytes to a file of the test's own.
pub fn write(name: &str, bytes: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.osm.pbf"));
    std::fs::write(&path, bytes).unwrap();
    path
}
