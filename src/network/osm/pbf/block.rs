//! A block of elements: nodes, ways and relations with their tags, read in place.

use super::wire::{Broken, Deltas, Fields, Packed, Value, signed};

/// Bit of blocks with nodes.
pub const NODES: u8 = 1;
/// Bit of blocks with ways.
pub const WAYS: u8 = 2;
/// Bit of blocks with relations.
pub const RELATIONS: u8 = 4;

/// A block usually has some thousand texts; this bounds what its table takes in memory.
const MOST_TEXTS: usize = 1 << 20;
/// OSM elements have some dozen tags at most.
const MOST_TAGS: usize = 10_000;

/// A decompressed block.
#[derive(Debug)]
pub struct Block<'a> {
    bytes: &'a [u8],
    texts: Vec<&'a str>,
    granularity: i64,
    /// Longitude and latitude to add, in 1e-9 degrees.
    offset: [i64; 2],
}

/// A way: its nodes are read when asked for.
#[derive(Debug, Clone, Copy)]
pub struct Way<'a> {
    /// Its id.
    pub id: i64,
    refs: &'a [u8],
}

impl<'a> Way<'a> {
    /// The ids of its nodes in order.
    pub fn refs(&self) -> Deltas<'a> {
        Deltas::new(self.refs)
    }
}

/// What a member of a relation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberKind {
    /// A node.
    Node,
    /// A way.
    Way,
    /// Another relation.
    Relation,
}

/// A relation: its members are read when asked for.
#[derive(Debug, Clone, Copy)]
pub struct Relation<'b, 'a> {
    /// Its id.
    pub id: i64,
    block: &'b Block<'a>,
    roles: &'a [u8],
    members: &'a [u8],
    kinds: &'a [u8],
}

impl<'a> Relation<'_, 'a> {
    /// The members in order: (id, what it is, role).
    pub fn members(&self) -> impl Iterator<Item = Result<(i64, MemberKind, &'a str), Broken>> {
        let (mut roles, mut kinds) = (Packed(self.roles), Packed(self.kinds));
        Deltas::new(self.members).map(move |id| {
            let uneven = Broken("a relation whose members, roles and types differ in number");
            let role = self.block.text(roles.next().ok_or(uneven)??)?;
            let kind = match kinds.next().ok_or(uneven)?? {
                0 => MemberKind::Node,
                1 => MemberKind::Way,
                2 => MemberKind::Relation,
                _ => return Err(Broken("a member of a relation of an unknown type")),
            };
            Ok((id?, kind, role))
        })
    }
}

/// The tags of an element.
#[derive(Debug, Clone, Copy)]
pub struct Tags<'b>(pub &'b [(&'b str, &'b str)]);

impl<'b> Tags<'b> {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&'b str> {
        self.0.iter().find(|(own, _)| *own == key).map(|&(_, value)| value)
    }

    /// Whether a key has one of some values.
    pub fn is(&self, key: &str, values: &[&str]) -> bool {
        self.get(key).is_some_and(|value| values.contains(&value))
    }
}

impl<'a> Block<'a> {
    /// Reads the table of texts and the scale of a block.
    pub fn new(bytes: &'a [u8]) -> Result<Self, Broken> {
        let mut block = Self { bytes, texts: Vec::new(), granularity: 100, offset: [0, 0] };
        for field in Fields(bytes) {
            match field? {
                (1, value) => {
                    for text in Fields(value.bytes()?) {
                        if let (1, text) = text? {
                            if block.texts.len() >= MOST_TEXTS {
                                return Err(Broken("a table of more than 1,048,576 texts"));
                            }
                            let text = std::str::from_utf8(text.bytes()?);
                            block.texts.push(text.map_err(|_| Broken("a text that is not UTF-8"))?);
                        }
                    }
                }
                (17, value) => block.granularity = value.number()?.cast_signed(),
                (19, value) => block.offset[1] = value.number()?.cast_signed(),
                (20, value) => block.offset[0] = value.number()?.cast_signed(),
                _ => {}
            }
        }
        if block.granularity <= 0 {
            return Err(Broken("a granularity that is not positive"));
        }
        Ok(block)
    }

    /// Bits of the kinds of elements it holds.
    pub fn kinds(&self) -> Result<u8, Broken> {
        let mut kinds = 0;
        self.each_of(|kind, _| {
            kinds |= match kind {
                1 | 2 => NODES,
                3 => WAYS,
                4 => RELATIONS,
                _ => 0,
            };
            Ok(())
        })?;
        Ok(kinds)
    }

    /// Runs over the fields of all groups.
    fn each_of(&self, mut f: impl FnMut(u64, Value<'a>) -> Result<(), Broken>) -> Result<(), Broken> {
        for field in Fields(self.bytes) {
            if let (2, group) = field? {
                for element in Fields(group.bytes()?) {
                    let (kind, element) = element?;
                    f(kind, element)?;
                }
            }
        }
        Ok(())
    }

    fn text(&self, index: u64) -> Result<&'a str, Broken> {
        let text = usize::try_from(index).ok().and_then(|index| self.texts.get(index));
        text.copied().ok_or(Broken("a text that the table does not have"))
    }

    fn tags<'t>(
        &self,
        keys: &'a [u8],
        values: &'a [u8],
        tags: &'t mut Vec<(&'a str, &'a str)>,
    ) -> Result<Tags<'t>, Broken> {
        tags.clear();
        let mut values = Packed(values);
        let uneven = Broken("an element with more keys than values, or the other way round");
        for key in Packed(keys) {
            let value = values.next().ok_or(uneven)?;
            self.tag(key?, value?, tags)?;
        }
        if values.next().is_some() { Err(uneven) } else { Ok(Tags(tags)) }
    }

    fn tag(&self, key: u64, value: u64, tags: &mut Vec<(&'a str, &'a str)>) -> Result<(), Broken> {
        if tags.len() >= MOST_TAGS {
            return Err(Broken("an element of more than 10,000 tags"));
        }
        tags.push((self.text(key)?, self.text(value)?));
        Ok(())
    }

    /// Longitude and latitude in degrees.
    fn place(&self, lon: i64, lat: i64) -> Result<[f64; 2], Broken> {
        let nano = |value: i64, offset: i64, most: i64| {
            let scaled = value.checked_mul(self.granularity).and_then(|scaled| scaled.checked_add(offset));
            let inside = scaled.filter(|nano| (-most..=most).contains(nano));
            inside.ok_or(Broken("a node beyond 180 degrees of longitude or 90 of latitude"))
        };
        let lon = nano(lon, self.offset[0], 180_000_000_000)?;
        let lat = nano(lat, self.offset[1], 90_000_000_000)?;
        Ok([lon as f64 / 1e9, lat as f64 / 1e9])
    }

    /// Runs over the nodes: id, place and tags.
    pub fn each_node(&self, mut f: impl FnMut(i64, [f64; 2], Tags<'_>) -> Result<(), Broken>) -> Result<(), Broken> {
        let mut tags = Vec::new();
        self.each_of(|kind, element| match kind {
            1 => self.node(element.bytes()?, &mut tags, &mut f),
            2 => self.dense(element.bytes()?, &mut tags, &mut f),
            _ => Ok(()),
        })
    }

    fn node(
        &self,
        bytes: &'a [u8],
        tags: &mut Vec<(&'a str, &'a str)>,
        f: &mut impl FnMut(i64, [f64; 2], Tags<'_>) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        let (mut id, mut lat, mut lon) = (None, None, None);
        let (mut keys, mut values): (&[u8], &[u8]) = (&[], &[]);
        for field in Fields(bytes) {
            match field? {
                (1, value) => id = Some(signed(value.number()?)),
                (2, value) => once(&mut keys, value)?,
                (3, value) => once(&mut values, value)?,
                (8, value) => lat = Some(signed(value.number()?)),
                (9, value) => lon = Some(signed(value.number()?)),
                _ => {}
            }
        }
        let (Some(id), Some(lat), Some(lon)) = (id, lat, lon) else {
            return Err(Broken("a node without id or coordinates"));
        };
        f(id, self.place(lon, lat)?, self.tags(keys, values, tags)?)
    }

    fn dense(
        &self,
        bytes: &'a [u8],
        tags: &mut Vec<(&'a str, &'a str)>,
        f: &mut impl FnMut(i64, [f64; 2], Tags<'_>) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        let [mut ids, mut lats, mut lons, mut pairs]: [&[u8]; 4] = [&[]; 4];
        for field in Fields(bytes) {
            match field? {
                (1, value) => once(&mut ids, value)?,
                (8, value) => once(&mut lats, value)?,
                (9, value) => once(&mut lons, value)?,
                (10, value) => once(&mut pairs, value)?,
                _ => {}
            }
        }
        let (mut lats, mut lons, mut pairs) = (Deltas::new(lats), Deltas::new(lons), Packed(pairs));
        let tagged = !pairs.0.is_empty();
        let uneven = Broken("nodes whose ids, coordinates and tags differ in number");
        for id in Deltas::new(ids) {
            let lat = lats.next().ok_or(uneven)?;
            let lon = lons.next().ok_or(uneven)?;
            tags.clear();
            // Without any tags the zeros that end them are left out, too.
            if tagged {
                loop {
                    let key = pairs.next().ok_or(uneven)??;
                    if key == 0 {
                        break;
                    }
                    let value = pairs.next().ok_or(uneven)??;
                    self.tag(key, value, tags)?;
                }
            }
            f(id?, self.place(lon?, lat?)?, Tags(tags))?;
        }
        if lats.next().is_some() || lons.next().is_some() || pairs.next().is_some() { Err(uneven) } else { Ok(()) }
    }

    /// Runs over the ways and their tags.
    pub fn each_way(&self, mut f: impl FnMut(Way<'a>, Tags<'_>) -> Result<(), Broken>) -> Result<(), Broken> {
        let mut tags = Vec::new();
        self.each_of(|kind, element| {
            if kind != 3 {
                return Ok(());
            }
            let [mut keys, mut values, mut refs]: [&[u8]; 3] = [&[]; 3];
            let mut id = None;
            for field in Fields(element.bytes()?) {
                match field? {
                    (1, value) => id = Some(value.number()?.cast_signed()),
                    (2, value) => once(&mut keys, value)?,
                    (3, value) => once(&mut values, value)?,
                    (8, value) => once(&mut refs, value)?,
                    _ => {}
                }
            }
            let id = id.ok_or(Broken("a way without id"))?;
            f(Way { id, refs }, self.tags(keys, values, &mut tags)?)
        })
    }

    /// Runs over the relations and their tags.
    pub fn each_relation(
        &self,
        mut f: impl FnMut(Relation<'_, 'a>, Tags<'_>) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        let mut tags = Vec::new();
        self.each_of(|kind, element| {
            if kind != 4 {
                return Ok(());
            }
            let [mut keys, mut values, mut roles, mut members, mut kinds]: [&[u8]; 5] = [&[]; 5];
            let mut id = None;
            for field in Fields(element.bytes()?) {
                match field? {
                    (1, value) => id = Some(value.number()?.cast_signed()),
                    (2, value) => once(&mut keys, value)?,
                    (3, value) => once(&mut values, value)?,
                    (8, value) => once(&mut roles, value)?,
                    (9, value) => once(&mut members, value)?,
                    (10, value) => once(&mut kinds, value)?,
                    _ => {}
                }
            }
            let id = id.ok_or(Broken("a relation without id"))?;
            let relation = Relation { id, block: self, roles, members, kinds };
            f(relation, self.tags(keys, values, &mut tags)?)
        })
    }
}

/// Takes packed numbers that must stand in one piece.
fn once<'a>(slot: &mut &'a [u8], value: Value<'a>) -> Result<(), Broken> {
    let bytes = value.bytes()?;
    if slot.is_empty() {
        *slot = bytes;
        Ok(())
    } else {
        Err(Broken("packed numbers in several pieces"))
    }
}
