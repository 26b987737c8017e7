//! Elements with tags of interest and their geometry: nodes, closed ways, multipolygons.

use rustc_hash::FxHashMap;

use super::nodes::{Inside, NodePlaces};
use super::pbf::{Block, Broken, Budget, MemberKind, NODES, Pbf, RELATIONS, Tags, WAYS, Way};
use super::region::Region;
use super::rings::{self, Polygon};
use super::town::{Classes, TownReport};
use crate::error::Error;

/// What an element is, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ElementId {
    Node(i64),
    Way(i64),
    Relation(i64),
}

impl std::fmt::Display for ElementId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Node(id) => write!(f, "node/{id}"),
            Self::Way(id) => write!(f, "way/{id}"),
            Self::Relation(id) => write!(f, "relation/{id}"),
        }
    }
}

/// An element of interest.
#[derive(Debug)]
pub(super) struct Place {
    pub id: ElementId,
    /// The node, or a point inside the area.
    pub at: [f64; 2],
    /// Whether that is in the region; other places are land only.
    pub inside: bool,
    /// Empty for nodes.
    pub polygons: Vec<Polygon>,
    /// In m², 0 for nodes.
    pub area: f64,
    pub what: Classes,
}

/// What one block has, or all of them.
#[derive(Default)]
struct Part {
    nodes: Vec<(i64, [f64; 2], Classes)>,
    ways: Vec<(i64, Vec<i64>, Classes)>,
    relations: Vec<Multipolygon>,
    lines: usize,
    groups: usize,
    outside: usize,
}

/// A relation with its ways: (id, whether it is a part of an outer ring).
struct Multipolygon {
    id: i64,
    members: Vec<(i64, bool)>,
    what: Classes,
}

/// Reads the elements that `classify` finds of interest, in the order of their ids: nodes, ways, relations.
pub(super) fn read(
    pbf: &mut Pbf,
    region: Option<&Region>,
    classify: impl Fn(Tags<'_>) -> Option<Classes> + Sync,
    report: &mut TownReport,
) -> Result<Vec<Place>, Error> {
    let mut all = Part::default();
    let inside = Inside::read(pbf, region)?;
    pbf.each(
        NODES | WAYS | RELATIONS,
        |block, budget| part(block, budget, &classify, &inside),
        |mut part| {
            all.nodes.append(&mut part.nodes);
            all.ways.append(&mut part.ways);
            all.relations.append(&mut part.relations);
            all.lines += part.lines;
            all.groups += part.groups;
            all.outside += part.outside;
        },
    )?;
    report.lines += all.lines;
    report.groups += all.groups;
    report.outside += all.outside;
    // A file that has an element twice is read as if it had it once.
    all.nodes.sort_by_key(|&(id, ..)| id);
    all.nodes.dedup_by_key(|&mut (id, ..)| id);
    all.ways.sort_by_key(|&(id, ..)| id);
    all.ways.dedup_by_key(|&mut (id, ..)| id);
    all.relations.sort_by_key(|relation| relation.id);
    all.relations.dedup_by_key(|relation| relation.id);

    let members = members(pbf, &all.relations)?;
    let refs = all.ways.iter().map(|(_, refs, _)| refs).chain(members.iter().map(|(_, refs)| refs));
    let nodes = NodePlaces::read(pbf, refs.flatten().copied().collect())?;
    report.nodes_missing += nodes.missing();

    let mut relations = Vec::new();
    // Outer ways with the class of their relation, which stands for them.
    let mut stood_for: FxHashMap<i64, Vec<Classes>> = FxHashMap::default();
    for relation in all.relations {
        let area = assemble(&relation.members, &members, &nodes, pbf.budget());
        let area = area.map_err(|Broken(reason)| pbf.error(reason))?;
        match area.and_then(|area| Some((rings::point_inside(&area)?, area))) {
            Some((at, polygons)) => {
                for &(id, _) in relation.members.iter().filter(|(_, outer)| *outer) {
                    stood_for.entry(id).or_default().push(relation.what.bare());
                }
                relations.push((ElementId::Relation(relation.id), at, polygons, relation.what));
            }
            None => report.broken_areas += 1,
        }
    }
    let mut places = Vec::new();
    let mut add = |id, at, polygons: Vec<Polygon>, what: Classes, report: &mut TownReport| {
        let inside = inside.contains(at);
        report.outside += usize::from(!inside && !what.is_bare_land());
        if inside || what.is_land() {
            let area = rings::area(&polygons);
            places.push(Place { id, at, inside, polygons, area, what });
        }
    };
    for (id, at, what) in all.nodes {
        add(ElementId::Node(id), at, Vec::new(), what, report);
    }
    for (id, refs, what) in all.ways {
        if stood_for.get(&id).is_some_and(|classes| classes.contains(&what.bare())) {
            report.tagged_twice += 1;
            continue;
        }
        let polygons = places_of(&refs, &nodes).map(|ring| vec![vec![ring]]);
        match polygons.and_then(|polygons| Some((rings::point_inside(&polygons)?, polygons))) {
            Some((at, polygons)) => add(ElementId::Way(id), at, polygons, what, report),
            None => report.broken_areas += 1,
        }
    }
    for (id, at, polygons, what) in relations {
        add(id, at, polygons, what, report);
    }
    Ok(places)
}

fn part(
    block: &Block<'_>,
    budget: &Budget,
    classify: &impl Fn(Tags<'_>) -> Option<Classes>,
    inside: &Inside<'_>,
) -> Result<Part, Broken> {
    let mut part = Part::default();
    let classify = |tags: Tags<'_>| match classify(tags) {
        None => Ok(None),
        Some(what) => {
            // Room for the element, and for the row with texts of its own that it becomes.
            budget.charge::<u8>(2 * (size_of::<Place>() + what.texts()))?;
            Ok(Some(what))
        }
    };
    block.each_node(|id, at, tags| {
        if !tags.0.is_empty()
            && let Some(what) = classify(tags)?
        {
            if inside.contains(at) {
                part.nodes.push((id, at, what));
            } else {
                part.outside += usize::from(!what.is_bare_land());
            }
        }
        Ok(())
    })?;
    block.each_way(|way, tags| {
        if let Some(what) = classify(tags)? {
            // Land matters to what stands on it, wherever its own nodes are.
            if !what.is_land() && !inside.touches(way)? {
                part.outside += 1;
                return Ok(());
            }
            let refs = refs(way, budget)?;
            if refs.first() == refs.last() && refs.len() >= 4 {
                part.ways.push((way.id, refs, what));
            } else {
                part.lines += 1;
            }
        }
        Ok(())
    })?;
    block.each_relation(|relation, tags| {
        let Some(what) = classify(tags)? else { return Ok(()) };
        if !tags.is("type", &["multipolygon"]) {
            part.groups += 1;
            return Ok(());
        }
        let mut members = Vec::new();
        for member in relation.members() {
            let (id, kind, role) = member?;
            if kind == MemberKind::Way {
                // The member, and the class that its way is compared with.
                budget.charge::<([(i64, bool); 2], Classes)>(1)?;
                members.push((id, role != "inner"));
            }
        }
        part.relations.push(Multipolygon { id: relation.id, members, what });
        Ok(())
    })?;
    Ok(part)
}

fn refs(way: Way<'_>, budget: &Budget) -> Result<Vec<i64>, Broken> {
    let mut refs = Vec::new();
    for id in way.refs() {
        // The id, its position, its place, and the place again in each row that the element becomes.
        budget.charge::<[i64; 12]>(1)?;
        refs.push(id?);
    }
    Ok(refs)
}

/// The ways that relations name, in the order of their ids.
fn members(pbf: &mut Pbf, relations: &[Multipolygon]) -> Result<Vec<(i64, Vec<i64>)>, Error> {
    let mut wanted: Vec<i64> = relations.iter().flat_map(|of| of.members.iter().map(|&(id, _)| id)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut ways = Vec::new();
    if !wanted.is_empty() {
        pbf.each(
            WAYS,
            |block, budget| {
                let mut found = Vec::new();
                block.each_way(|way, _| {
                    if wanted.binary_search(&way.id).is_ok() {
                        found.push((way.id, refs(way, budget)?));
                    }
                    Ok(())
                })?;
                Ok(found)
            },
            |mut found| ways.append(&mut found),
        )?;
    }
    ways.sort_by_key(|&(id, _)| id);
    ways.dedup_by_key(|&mut (id, _)| id);
    Ok(ways)
}

fn places_of(refs: &[i64], nodes: &NodePlaces) -> Option<Vec<[f64; 2]>> {
    refs.iter().map(|&id| nodes.place(id)).collect()
}

/// The polygons of a relation; none where a way or node is missing or rings do not close.
fn assemble(
    of: &[(i64, bool)],
    members: &[(i64, Vec<i64>)],
    nodes: &NodePlaces,
    budget: &Budget,
) -> Result<Option<Vec<Polygon>>, Broken> {
    let (mut outer, mut inner) = (Vec::new(), Vec::new());
    let mut sorted: Vec<i64> = of.iter().map(|&(id, _)| id).collect();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() < of.len() {
        return Ok(None);
    }
    for &(id, is_outer) in of {
        let at = members.binary_search_by_key(&id, |&(id, _)| id);
        let Some((_, refs)) = at.ok().and_then(|at| members.get(at)) else { return Ok(None) };
        // Many relations may share one way, and each takes a copy.
        budget.charge::<[i64; 12]>(refs.len())?;
        if is_outer { &mut outer } else { &mut inner }.push(refs.clone());
    }
    let rings = |ways| {
        let rings = rings::join(ways)?;
        rings.iter().map(|ring| places_of(ring, nodes)).collect::<Option<Vec<_>>>()
    };
    Ok(rings(outer).zip(rings(inner)).and_then(|(outer, inner)| rings::polygons(outer, inner)))
}
