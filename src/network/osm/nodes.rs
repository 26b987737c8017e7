//! The places of the nodes in use: one pass over the nodes of a file, keeping those that ways name.

use super::pbf::{Broken, NODES, Pbf, Way};
use super::region::Region;
use crate::error::Error;

/// The nodes inside a region, so that of a large file only what is there is kept.
#[derive(Debug)]
pub(super) struct Inside<'r> {
    region: Option<&'r Region>,
    /// Ascending; None: everywhere.
    ids: Option<Vec<i64>>,
}

impl<'r> Inside<'r> {
    /// Looks for the nodes inside a region; None is everywhere, and takes no look.
    pub fn read(pbf: &mut Pbf, region: Option<&'r Region>) -> Result<Self, Error> {
        let Some(region) = region else { return Ok(Self { region: None, ids: None }) };
        let mut ids = Vec::new();
        pbf.each(
            NODES,
            |block, budget| {
                let mut found = Vec::new();
                block.each_node(|id, place, _| {
                    if region.contains(place) {
                        budget.charge::<i64>(1)?;
                        found.push(id);
                    }
                    Ok(())
                })?;
                Ok(found)
            },
            |mut found| ids.append(&mut found),
        )?;
        ids.sort_unstable();
        Ok(Self { region: Some(region), ids: Some(ids) })
    }

    /// Whether a place is inside.
    pub fn contains(&self, place: [f64; 2]) -> bool {
        self.region.is_none_or(|region| region.contains(place))
    }

    /// Whether a way has a node inside.
    pub fn touches(&self, way: Way<'_>) -> Result<bool, Broken> {
        let Some(ids) = &self.ids else { return Ok(true) };
        for id in way.refs() {
            if ids.binary_search(&id?).is_ok() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The places of some nodes, by id.
#[derive(Debug)]
pub(super) struct NodePlaces {
    /// Ascending, each once.
    ids: Vec<i64>,
    /// Longitude and latitude; NaN where the file does not have the node.
    places: Vec<[f64; 2]>,
}

impl NodePlaces {
    /// Reads the places of the nodes with these ids.
    pub fn read(pbf: &mut Pbf, mut ids: Vec<i64>) -> Result<Self, Error> {
        ids.sort_unstable();
        ids.dedup();
        ids.shrink_to_fit();
        if u32::try_from(ids.len()).is_err() {
            return Err(pbf.error("more than 4,294,967,295 nodes are in use; read a part of it (bbox)"));
        }
        let mut places = vec![[f64::NAN; 2]; ids.len()];
        if !ids.is_empty() {
            pbf.each(
                NODES,
                |block, budget| {
                    let mut found = Vec::new();
                    block.each_node(|id, place, _| {
                        if let Ok(index) = ids.binary_search(&id) {
                            budget.charge::<(usize, [f64; 2])>(1)?;
                            found.push((index, place));
                        }
                        Ok(())
                    })?;
                    Ok(found)
                },
                |found| {
                    for (index, place) in found {
                        if let Some(slot) = places.get_mut(index) {
                            *slot = place;
                        }
                    }
                },
            )?;
        }
        Ok(Self { ids, places })
    }

    /// How many nodes are named.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// How many of them the file does not have.
    pub fn missing(&self) -> usize {
        self.places.iter().filter(|place| place[0].is_nan()).count()
    }

    /// The position of a node that the file has.
    pub fn position(&self, id: i64) -> Option<u32> {
        let index = self.ids.binary_search(&id).ok()?;
        self.places.get(index).filter(|place| !place[0].is_nan())?;
        u32::try_from(index).ok()
    }

    /// The id at a position.
    pub fn id(&self, position: u32) -> Option<i64> {
        self.ids.get(position as usize).copied()
    }

    /// The place at a position.
    pub fn at(&self, position: u32) -> Option<[f64; 2]> {
        self.places.get(position as usize).copied()
    }

    /// The place of a node that the file has.
    pub fn place(&self, id: i64) -> Option<[f64; 2]> {
        self.at(self.position(id)?)
    }
}
