//! Streets, homes, spaces and facilities from OSM extracts, and files that are damaged or hostile.
#![cfg(feature = "osm")]

#[path = "support/pbf.rs"]
mod pbf;

use std::path::Path;

use approx::assert_relative_eq;
use pbf::{Extract, Style, Tags};
use siting::network::osm::{
    HomesOptions, OsmService, OsmSpaceKind, OsmStreets, OsmTown, Region, StreetsOptions, TownOptions, UntypedBuildings,
    read_streets,
};
use siting::network::{Direction, JoinOptions, Streets, TravelOptions, Unit};
use siting::{Error, Id, Network};

const FOOTWAY: Tags = &[("highway", "footway")];

/// Nodes on a grid of 0.001 degrees: number 10 y + x stands at (x, y).
fn grid() -> Vec<(i64, [f64; 2], Tags)> {
    let node = |id: i64| (id, [25.0 + (id % 10) as f64 / 1e3, 60.0 + (id / 10) as f64 / 1e3], &[][..]);
    (0..100).map(node).collect()
}

fn with_ways(ways: &[(i64, &[i64], Tags)]) -> Extract {
    let ways = ways.iter().map(|&(id, refs, tags)| (id, refs.to_vec(), tags)).collect();
    Extract { nodes: grid(), ways, relations: Vec::new() }
}

fn streets(name: &str, extract: &Extract) -> OsmStreets {
    let osm = read_streets(extract.write(name, Style::Dense), &StreetsOptions::default()).unwrap();
    if osm.streets.n_edges() > 0 {
        osm.streets.validate().unwrap();
    }
    osm
}

fn within(name: &str, extract: &Extract, region: Region) -> OsmStreets {
    let options = StreetsOptions { region: Some(region), ..StreetsOptions::default() };
    read_streets(extract.write(name, Style::Dense), &options).unwrap()
}

/// The edges as pairs of OSM ids, in order.
fn edges(streets: &Streets) -> Vec<(i64, i64)> {
    let id = |node: &u32| match streets.node_ids.as_ref().unwrap().get(*node as usize) {
        Some(Id::Int(id)) => id,
        other => panic!("{other:?} is no OSM id"),
    };
    streets.from.iter().zip(&streets.to).map(|(from, to)| (id(from), id(to))).collect()
}

fn kind(streets: &Streets, edge: usize) -> &str {
    &streets.kind_names[usize::from(streets.kinds.as_ref().unwrap()[edge])]
}

#[test]
fn ways_are_split_where_they_share_nodes_and_keep_their_shape() {
    let osm = streets("split", &with_ways(&[(1, &[0, 1, 2, 3, 4], FOOTWAY), (2, &[2, 12, 22], FOOTWAY)]));
    assert_eq!(edges(&osm.streets), [(0, 2), (2, 4), (2, 22)]);
    assert_eq!(osm.ways, [1, 1, 2]);
    assert_eq!(osm.streets.shape_starts, [0, 1, 2, 3]);
    assert_eq!(osm.streets.shape_points[0], [25.001, 60.0]);
    // Geod(ellps="WGS84").inv of pyproj 3.7.2: 0.004 degrees east and 0.002 north.
    assert_relative_eq!(osm.report.kilometres, (223.200_006_3 + 222.824_608_9) / 1e3, max_relative = 1e-6);
    assert_eq!((osm.report.ways_read, osm.report.ways_kept, osm.report.nodes_in_use), (2, 2, 7));
}

#[test]
fn a_bridge_is_not_joined_to_the_street_below() {
    let bridge: Tags = &[("highway", "footway"), ("bridge", "yes"), ("layer", "1")];
    // Both pass the same place, but share no node.
    let mut extract = with_ways(&[(1, &[10, 11, 12], FOOTWAY), (2, &[1, 200, 21], bridge)]);
    extract.nodes.push((200, [25.001, 60.001], &[]));
    assert_eq!(edges(&streets("bridge", &extract).streets), [(10, 12), (1, 21)]);
}

#[test]
fn loops_and_ways_that_cross_themselves_are_split_at_the_crossing() {
    let osm =
        streets("loops", &with_ways(&[(1, &[0, 1, 11, 10, 0], FOOTWAY), (2, &[40, 41, 51, 50, 40, 30], FOOTWAY)]));
    assert_eq!(edges(&osm.streets), [(0, 0), (40, 40), (40, 30)]);
}

#[test]
fn nodes_that_the_file_lacks_cut_the_way_and_are_counted() {
    let osm = streets("missing", &with_ways(&[(1, &[0, 1, 999, 2, 3], FOOTWAY), (2, &[998, 5], FOOTWAY)]));
    assert_eq!(edges(&osm.streets), [(0, 1), (2, 3)]);
    let report = osm.report;
    assert_eq!((report.nodes_missing, report.ways_with_missing_nodes, report.ways_without_edges), (2, 2, 1));
}

#[test]
fn a_rectangle_cuts_ways_at_their_last_node_inside() {
    let extract = with_ways(&[(1, &[0, 1, 2, 3, 4], FOOTWAY), (2, &[80, 81], FOOTWAY)]);
    let osm = within("bbox", &extract, Region::bbox([25.0005, 59.0, 25.0035, 60.0005]).unwrap());
    assert_eq!(edges(&osm.streets), [(1, 3)]);
    assert_eq!((osm.report.ways_clipped, osm.report.ways_outside), (1, 1));
}

#[test]
fn a_polygon_with_a_hole_keeps_what_is_between_its_rings() {
    let square = |west: f64, east: f64| vec![[west, 59.0], [east, 59.0], [east, 61.0], [west, 61.0]];
    let region = Region::polygon(vec![square(24.9995, 25.0055), square(25.0015, 25.0025)]).unwrap();
    let osm = within("polygon", &with_ways(&[(1, &[0, 1, 2, 3, 4, 5, 6], FOOTWAY)]), region);
    assert_eq!(edges(&osm.streets), [(0, 1), (3, 5)]);
}

#[test]
fn regions_that_are_none_are_refused() {
    assert!(Region::bbox([25.0, 60.0, 24.0, 61.0]).is_err());
    assert!(Region::bbox([25.0, f64::NAN, 26.0, 61.0]).is_err());
    assert!(Region::polygon(vec![]).is_err());
    assert!(Region::polygon(vec![vec![[0.0, 0.0], [1.0, 1.0]]]).is_err());
    assert!(Region::polygon(vec![vec![[0.0, 0.0], [1.0, 95.0], [1.0, 0.0]]]).is_err());
}

#[test]
fn a_way_that_the_file_has_twice_is_walked_once() {
    let osm =
        streets("repeated", &with_ways(&[(1, &[0, 1, 2], FOOTWAY), (2, &[2, 3], FOOTWAY), (1, &[0, 1, 2], FOOTWAY)]));
    assert_eq!(edges(&osm.streets), [(0, 2), (2, 3)]);
    assert_eq!(osm.report.ways_repeated, 1);
}

#[test]
fn steps_one_way_and_waits_are_told_edge_by_edge() {
    let steps: Tags = &[("highway", "steps")];
    let one_way: Tags = &[("highway", "footway"), ("oneway:foot", "yes")];
    let crossing: Tags = &[("highway", "footway"), ("footway", "crossing"), ("crossing", "traffic_signals")];
    let ways: &[(i64, &[i64], Tags)] =
        &[(1, &[0, 1], steps), (2, &[1, 2], one_way), (3, &[2, 3, 4], crossing), (4, &[3, 13], FOOTWAY)];
    let streets = streets("profile", &with_ways(ways)).streets;
    assert_eq!(edges(&streets), [(0, 1), (1, 2), (2, 3), (3, 4), (3, 13)]);
    assert_eq!(streets.factors.unwrap(), [2.0, 1.0, 1.0, 1.0, 1.0]);
    assert_eq!(streets.directions.unwrap()[..2], [Direction::Both, Direction::Forward]);
    let penalties = streets.penalties.unwrap();
    assert_eq!((&penalties[..2], penalties[4]), (&[0.0, 0.0][..], 0.0));
    // Half the crossing, half the wait.
    assert_relative_eq!(penalties[2], 5.0, max_relative = 1e-6);
    assert_relative_eq!(penalties[2] + penalties[3], 10.0);
}

#[test]
fn the_wait_at_a_crossing_in_pieces_is_shared_by_their_length() {
    let crossing: Tags = &[("highway", "footway"), ("footway", "crossing"), ("crossing", "traffic_signals")];
    let ways: &[(i64, &[i64], Tags)] = &[(1, &[0, 1, 2, 4], crossing), (2, &[1, 11], FOOTWAY), (3, &[2, 12], FOOTWAY)];
    let streets = streets("waits", &with_ways(ways)).streets;
    assert_eq!(edges(&streets)[..3], [(0, 1), (1, 2), (2, 4)]);
    for (found, expected) in streets.penalties.unwrap().into_iter().zip([2.5, 2.5, 5.0, 0.0, 0.0]) {
        assert_relative_eq!(found, expected, max_relative = 1e-6);
    }
}

#[test]
fn outlines_of_pedestrian_areas_are_walked_whether_ways_or_multipolygons() {
    let area: Tags = &[("highway", "pedestrian"), ("area", "yes")];
    let mut extract = with_ways(&[(1, &[0, 1, 11, 10, 0], area), (2, &[5, 6, 16], &[]), (3, &[16, 15, 5], &[])]);
    let members = vec![(2, 1, "outer"), (3, 1, "outer"), (77, 1, "inner")];
    extract.relations.push((9, members, &[("type", "multipolygon"), ("highway", "pedestrian")]));
    let osm = streets("areas", &extract);
    assert_eq!(edges(&osm.streets), [(0, 0), (5, 16), (16, 5)]);
    assert_eq!(kind(&osm.streets, 0), "pedestrian area");
    assert_eq!((osm.report.outlines, osm.report.outlines_missing), (2, 1));
}

#[test]
fn closed_and_unknown_streets_are_counted_and_named() {
    let unknown: Tags = &[("highway", "teleporter")];
    let private: Tags = &[("highway", "service"), ("access", "private")];
    let report = streets("closed", &with_ways(&[(1, &[0, 1], unknown), (2, &[1, 2], private)])).report;
    assert_eq!((report.ways_closed, report.unknown_highways["teleporter"], report.edges), (1, 1, 0));
}

#[test]
fn options_out_of_range_are_named() {
    let path = with_ways(&[]).write("options", Style::Dense);
    let mut options = StreetsOptions::default();
    options.profile.steps_factor = f64::NAN;
    assert!(matches!(read_streets(&path, &options), Err(Error::InvalidValue { argument: "steps_factor", .. })));
    let mut options = TownOptions::default();
    options.homes.floor_area_per_household = 0.0;
    let error = OsmTown::read(&path, &options).unwrap_err();
    assert!(matches!(error, Error::InvalidValue { argument: "floor_area_per_household", .. }));
}

/// A square of the grid, as a ring of nodes.
fn square(x: i64, y: i64) -> [i64; 5] {
    let at = 10 * y + x;
    [at, at + 1, at + 11, at + 10, at]
}

/// About 111.4 m × 55.9 m.
const SQUARE_M2: f64 = 6_221.0;

fn a_town() -> Extract {
    let ways: &[(i64, [i64; 5], Tags)] = &[
        (1, square(0, 0), &[("building", "apartments"), ("building:levels", "5")]),
        (2, square(2, 0), &[("building", "house")]),
        (3, square(4, 0), &[("building", "yes")]),
        (4, square(6, 0), &[("building", "yes"), ("amenity", "library"), ("name", "Books")]),
        (5, square(0, 2), &[("building", "yes"), ("building:flats", "12"), ("height", "9.5 m")]),
        (6, square(4, 0), &[("landuse", "industrial")]),
        (7, square(2, 2), &[("building", "industrial"), ("disused", "yes"), ("building:levels", "2")]),
        (8, square(4, 2), &[("landuse", "brownfield")]),
        (9, square(6, 2), &[("amenity", "community_centre")]),
        (10, square(0, 4), &[("building", "office"), ("disused:shop", "books"), ("amenity", "bank")]),
        (11, square(2, 4), &[("building", "apartments"), ("disused", "yes")]),
        (12, square(0, 7), &[("building", "garage")]),
    ];
    let nodes: &[(i64, [f64; 2], Tags)] = &[
        (201, [25.0, 60.01], &[("amenity", "kindergarten"), ("capacity", "60"), ("name", "Sun")]),
        (202, [25.0, 60.02], &[("shop", "vacant")]),
        (203, [25.0, 60.03], &[("amenity", "bench")]),
        (204, [25.0, 60.04], &[("amenity", "social_facility"), ("social_facility:for", "senior")]),
        (205, [25.0, 60.05], &[("shop", "bakery"), ("disused:shop", "kiosk")]),
    ];
    let mut extract = with_ways(&[]);
    extract.nodes.extend_from_slice(nodes);
    extract.ways = ways.iter().map(|&(id, refs, tags)| (id, refs.to_vec(), tags)).collect();
    // A block around a court, its outer ring in two ways.
    extract.ways.push((20, vec![55, 56, 57, 58, 68, 78, 88], &[]));
    extract.ways.push((21, vec![55, 65, 75, 85, 86, 87, 88], &[]));
    extract.ways.push((22, square(6, 6).to_vec(), &[]));
    let members = vec![(20, 1, "outer"), (21, 1, "outer"), (22, 1, "inner")];
    extract.relations.push((30, members, &[("type", "multipolygon"), ("building", "apartments")]));
    extract
}

fn town(name: &str, homes: HomesOptions) -> OsmTown {
    OsmTown::read(a_town().write(name, Style::Dense), &TownOptions { region: None, homes }).unwrap()
}

#[test]
fn homes_have_floor_area_and_households_by_the_stated_rule() {
    let town = town("homes", HomesOptions::default());
    let rows: Vec<_> =
        town.homes.iter().map(|home| (home.place.id.as_str(), home.levels, home.levels_assumed)).collect();
    assert_eq!(
        rows,
        [
            ("way/1", 5.0, false),
            ("way/2", 2.0, true),
            ("way/5", 3.0, false), // 9.5 m high
            ("relation/30", 4.0, true)
        ]
    );
    assert_relative_eq!(town.homes[0].floor_area, 5.0 * SQUARE_M2, max_relative = 2e-3);
    assert_eq!(town.homes[0].households, (town.homes[0].floor_area / 100.0).round());
    assert_eq!((town.homes[1].households, town.homes[2].households), (1.0, 12.0));
    // Nine squares less the one of the court.
    assert_relative_eq!(town.homes[3].floor_area, 4.0 * 8.0 * SQUARE_M2, max_relative = 2e-3);
    assert_eq!(town.homes[3].place.polygons[0].len(), 2);
    let report = &town.report;
    assert_eq!((report.untyped_homes, report.untyped_left_out, report.levels_assumed), (1, 1, 2));
}

#[test]
fn which_buildings_of_no_stated_use_count_is_an_option() {
    let count = |name, untyped| town(name, HomesOptions { untyped, ..HomesOptions::default() }).report.untyped_homes;
    assert_eq!(count("outside", UntypedBuildings::OutsideWorkAreas), 1);
    assert_eq!(count("inside", UntypedBuildings::InResidentialAreas), 0);
    assert_eq!(count("none", UntypedBuildings::None), 0);
}

#[test]
fn spaces_have_kind_and_area_and_what_is_in_use_is_none() {
    let town = town("spaces", HomesOptions::default());
    let rows: Vec<_> = town.spaces.iter().map(|space| (space.place.id.as_str(), space.kind)).collect();
    assert_eq!(
        rows,
        [
            ("node/202", OsmSpaceKind::VacantShop),
            ("way/7", OsmSpaceKind::IdleFactory),
            ("way/8", OsmSpaceKind::Brownfield),
            ("way/9", OsmSpaceKind::CommunityRoom),
            ("way/11", OsmSpaceKind::VacantBuilding),
        ]
    );
    assert_eq!((town.spaces[0].area, town.report.spaces_without_area), (None, 1));
    assert_relative_eq!(town.spaces[1].area.unwrap(), 2.0 * SQUARE_M2, max_relative = 2e-3);
    assert_relative_eq!(town.spaces[2].area.unwrap(), SQUARE_M2, max_relative = 2e-3);
}

#[test]
fn facilities_are_mapped_to_services() {
    let town = town("facilities", HomesOptions::default());
    let rows: Vec<_> =
        town.facilities.iter().map(|row| (row.place.id.as_str(), row.service, row.tag.as_str())).collect();
    assert_eq!(
        rows,
        [
            ("node/201", OsmService::Childcare, "amenity=kindergarten"),
            ("node/204", OsmService::ElderlyCare, "amenity=social_facility"),
            ("way/4", OsmService::Culture, "amenity=library"),
            ("way/9", OsmService::CommunityCentre, "amenity=community_centre"),
        ]
    );
    assert_eq!((town.facilities[0].capacity, town.facilities[0].place.name.as_deref()), (Some(60.0), Some("Sun")));
    // The point of an area lies inside it.
    let at = town.facilities[2].place.at;
    assert!((25.006..25.007).contains(&at[0]) && (60.0..60.001).contains(&at[1]), "{at:?}");
}

#[test]
fn areas_with_missing_parts_are_counted() {
    let mut extract = a_town();
    extract.ways.retain(|way| way.0 != 21);
    extract.nodes.retain(|node| node.0 != 0);
    let town = OsmTown::read(extract.write("broken", Style::Dense), &TownOptions::default()).unwrap();
    assert_eq!((town.report.broken_areas, town.report.nodes_missing), (2, 1));
}

#[test]
fn an_outer_way_with_the_tags_of_its_multipolygon_counts_once() {
    let mut extract = with_ways(&[(1, &square(0, 0), &[("building", "apartments")])]);
    extract.relations.push((2, vec![(1, 1, "outer")], &[("type", "multipolygon"), ("building", "apartments")]));
    let town = OsmTown::read(extract.write("twice", Style::Dense), &TownOptions::default()).unwrap();
    assert_eq!((town.homes.len(), town.report.tagged_twice), (1, 1));
}

#[test]
fn a_region_keeps_places_with_their_point_inside() {
    let options =
        TownOptions { region: Some(Region::bbox([24.9, 59.9, 25.1, 60.0015]).unwrap()), ..TownOptions::default() };
    let town = OsmTown::read(a_town().write("town-region", Style::Dense), &options).unwrap();
    assert_eq!((town.homes.len(), town.facilities.len()), (2, 1));
    assert!(town.report.outside > 5);
}

#[test]
fn land_for_work_counts_though_its_own_nodes_are_outside_the_region() {
    let outline: &[i64] = &[3, 9, 99, 93, 3];
    let tags: Tags = &[("landuse", "industrial")];
    let extract = with_ways(&[(1, &square(5, 5), &[("building", "yes")]), (2, outline, tags)]);
    let region = Some(Region::bbox([25.0049, 60.0049, 25.0061, 60.0061]).unwrap());
    let options = TownOptions { region, ..TownOptions::default() };
    let town = OsmTown::read(extract.write("land", Style::Dense), &options).unwrap();
    assert_eq!((town.homes.len(), town.report.untyped_left_out, town.report.outside), (0, 1, 0));
}

/// Everything read from a file.
fn read(path: &Path) -> Result<(OsmStreets, OsmTown), Error> {
    let streets = read_streets(path, &StreetsOptions::default())?;
    Ok((streets, OsmTown::read(path, &TownOptions::default())?))
}

fn everything() -> Extract {
    let mut extract = a_town();
    let area: Tags = &[("type", "multipolygon"), ("highway", "pedestrian")];
    extract.relations.push((31, vec![(1, 1, "outer"), (201, 0, ""), (30, 2, "")], area));
    extract.ways.push((40, vec![0, 11, 22, 33, 44], FOOTWAY));
    extract.ways.push((41, vec![2, 12, 22, 32], FOOTWAY));
    extract
}

#[test]
fn compressed_and_plain_files_read_the_same() {
    let dense = read(&everything().write("dense", Style::Dense)).unwrap();
    assert_eq!(dense, read(&everything().write("plain", Style::Plain)).unwrap());
    assert_eq!(dense.0.streets.from.len(), 7);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    // Many small blocks, so that there is something to share out.
    let blocks: Vec<Vec<u8>> = (0..50).flat_map(|_| everything().blocks(Style::Dense)).collect();
    let path = pbf::write("threads", &pbf::encode_blocks(&blocks, Style::Dense));
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| read(&path)).unwrap()
    };
    assert_eq!(with(1), with(7));
}

#[test]
fn what_is_no_extract_says_so() {
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", Vec::new(), "is empty"),
        ("text", b"<osm version=\"0.6\"></osm>".to_vec(), "larger than 64 KiB"),
        ("headless", pbf::raw_blob("OSMData", &[]), "does not begin with OSMHeader"),
        ("history", pbf::header(&["OsmSchema-V0.6", "HistoricalInformation"]), "history file"),
        ("feature", pbf::header(&["Holograms"]), "requires a feature"),
        ("lzma", [pbf::header(&[]), pbf::blob("OSMData", &pbf::bytes(4, b"xz"))].concat(), "lzma"),
        ("cut", everything().encode(Style::Dense)[..200].to_vec(), "not copied to its end"),
    ];
    for (name, bytes, expected) in cases {
        let error = read(&pbf::write(name, &bytes)).unwrap_err();
        assert!(matches!(error, Error::File { .. }) && error.is_input(), "{name}: {error}");
        assert!(error.to_string().contains(expected), "{name}: {error}");
    }
    let missing = read(Path::new("no/such/town.osm.pbf")).unwrap_err();
    assert!(missing.to_string().contains("cannot be opened"), "{missing}");
    assert!(read(Path::new(env!("CARGO_TARGET_TMPDIR"))).unwrap_err().to_string().contains("is not a file"));
}

#[test]
fn blobs_of_unknown_kinds_are_passed_over_as_the_format_asks() {
    let mut file = everything().encode(Style::Dense);
    file.extend(pbf::raw_blob("Weather", b"sunny"));
    assert_eq!(read(&pbf::write("unknown", &file)), read(&everything().write("known", Style::Dense)));
}

#[test]
fn an_extract_becomes_a_network_to_walk_on() {
    // A detour: 0-1-2 along the bottom, and a bridge without a node where it crosses.
    let extract = with_ways(&[(1, &[0, 1, 2], FOOTWAY), (2, &[2, 12, 22], FOOTWAY), (3, &[50, 51], FOOTWAY)]);
    let file = extract.write("network", Style::Dense);
    let net = Network::from_pbf(&file, None).unwrap();
    assert_eq!((net.summary().nodes, net.summary().edges, net.summary().components), (5, 3, 2));
    let at = |id: i64| [[25.0 + (id % 10) as f64 / 1e3, 60.0 + (id / 10) as f64 / 1e3]];
    let join = |id: i64| net.join(&at(id), &JoinOptions::default()).unwrap();
    let options = TravelOptions::default().unit(Unit::Metres).cutoff(10_000.0);
    let walk = |from: i64, to: i64| net.travel(&join(from), &join(to), &options).unwrap().cost(0, 0);
    let metres = |a: i64, b: i64| net.streets().distance(at(a)[0], at(b)[0]);
    assert_relative_eq!(walk(0, 22).unwrap(), metres(0, 2) + metres(2, 22), max_relative = 1e-6);
    assert_eq!(walk(0, 50), None);
    let region = Region::bbox([24.9, 59.9, 25.0005, 60.0005]).unwrap();
    assert!(matches!(Network::from_pbf(&file, Some(region)), Err(Error::File { .. })));
}

#[test]
fn the_extract_of_the_documentations_examples_is_this_corner() {
    // Four nodes of streets, four corners of a block of flats, a vacant shop and a library.
    let places: [(i64, [f64; 2], Tags); 10] = [
        (1, [25.0, 60.0], &[]),
        (2, [25.001, 60.0], &[]),
        (3, [25.002, 60.0], &[]),
        (4, [25.001, 60.001], &[]),
        (5, [25.0002, 60.0002], &[]),
        (6, [25.0006, 60.0002], &[]),
        (7, [25.0006, 60.0004], &[]),
        (8, [25.0002, 60.0004], &[]),
        (9, [25.0012, 60.0002], &[("shop", "vacant")]),
        (10, [25.0018, 60.0002], &[("amenity", "library"), ("name", "Corner library")]),
    ];
    let flats: Tags = &[("building", "apartments"), ("building:levels", "5")];
    let ways = vec![
        (11, vec![1, 2, 3], &[("highway", "residential")][..]),
        (12, vec![2, 4], &[("highway", "steps")][..]),
        (13, vec![5, 6, 7, 8, 5], flats),
    ];
    let corner = Extract { nodes: places.to_vec(), ways, relations: Vec::new() };
    assert_eq!(corner.encode(Style::Plain), include_bytes!("support/corner.osm.pbf"));
}
