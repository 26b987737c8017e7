//! Joining points and outlines to street networks, in the plane and in degrees.

#[path = "support/walks.rs"]
mod walks;

use approx::assert_relative_eq;
use proptest::prelude::*;
use siting::network::{Direction, JoinOptions, Network, Streets, TravelOptions, Unit};
use siting::{Error, Metric};
use walks::{INF, open, places, streets};

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn points_join_at_the_nearest_place_of_all_edges(streets in streets(), points in places(12)) {
        let net = Network::new(Streets { lengths: None, ..streets }).unwrap();
        let joined = net.join(&points, &open(INF)).unwrap();
        for (at, &point) in points.iter().enumerate() {
            let entry = joined.entries(at)[0];
            prop_assert!((Metric::Euclidean.distance(point, entry.at) - entry.access).abs() < 1e-9);
            let mut nearest = INF;
            for edge in 0..net.streets().n_edges() {
                let shape: Vec<_> = net.streets().shape(edge).collect();
                let mut walked = 0.0;
                for pair in shape.windows(2) {
                    // Golden rule of the test: many points along the piece instead of a formula.
                    for step in 0..=200 {
                        let share = f64::from(step) / 200.0;
                        let on = [0, 1].map(|axis: usize| pair[0][axis] + share * (pair[1][axis] - pair[0][axis]));
                        nearest = nearest.min(Metric::Euclidean.distance(point, on));
                    }
                    let length = Metric::Euclidean.distance(pair[0], pair[1]);
                    let to_entry = Metric::Euclidean.distance(pair[0], entry.at);
                    let on_piece = to_entry + Metric::Euclidean.distance(entry.at, pair[1]) - length < 1e-9;
                    let expected = entry.fraction * net.lengths()[edge];
                    if edge as u32 == entry.edge && on_piece && (walked + to_entry - expected).abs() < 1e-3 + 1e-6 {
                        walked = f64::NEG_INFINITY; // the fraction fits the place
                    }
                    walked += length;
                }
                prop_assert!(edge as u32 != entry.edge || walked == f64::NEG_INFINITY || net.lengths()[edge] == 0.0);
            }
            prop_assert!(entry.access <= nearest + 1e-9, "{} but {nearest}", entry.access);
            prop_assert!(entry.access >= nearest - 2.0, "{} but {nearest}", entry.access);
        }
    }

    #[test]
    fn outlines_join_at_their_nearest_boundary_point_near_or_far(
        streets in streets(), ring in places(6), (far, turn) in (0.0_f64..5000.0, 0.0_f64..std::f64::consts::TAU),
    ) {
        let net = Network::new(streets).unwrap();
        let outline: Vec<[f64; 2]> = ring.iter().map(|[x, y]| [x + far * turn.cos(), y + far * turn.sin()]).collect();
        let joined = net.join_outlines(&[vec![outline.clone()]], &open(20.0)).unwrap();
        let mut boundary = outline.clone();
        for side in outline.windows(2) {
            boundary.extend((0..=100).map(|step| f64::from(step) / 100.0).map(|share| {
                [0, 1].map(|axis: usize| side[0][axis] + share * (side[1][axis] - side[0][axis]))
            }));
        }
        let points = net.join(&boundary, &open(INF)).unwrap();
        let nearest = points.report().distances.iter().copied().fold(INF, f64::min);
        let found = joined.report().distances[0];
        // Sides have at most 510 m, so that no point of one is 2.6 m from the samples.
        prop_assert!(found <= nearest + 1e-9 && found >= nearest - 2.6, "{found} but {nearest}");
    }

    #[test]
    fn points_in_degrees_join_at_the_nearest_place_on_the_ground(
        longitude in -170.0_f64..170.0, latitude in -80.0_f64..80.0,
        nodes in prop::collection::vec((0.0_f64..1000.0, 0.0_f64..1000.0).prop_map(|(x, y)| [x, y]), 2..30),
        points in prop::collection::vec((-500.0_f64..1500.0, -500.0_f64..1500.0).prop_map(|(x, y)| [x, y]), 1..20),
    ) {
        // The same streets in a plane, and around a place on the earth.
        let degrees = Streets { geographic: true, ..Streets::default() };
        let at = [longitude, latitude];
        let (east, north) = (
            1e3 * degrees.distance(at, [longitude + 1e-3, latitude]),
            1e3 * degrees.distance(at, [longitude, latitude + 1e-3]),
        );
        let to_degrees = |points: &[[f64; 2]]| -> Vec<[f64; 2]> {
            points.iter().map(|[x, y]| [longitude + x / east, latitude + y / north]).collect()
        };
        let n = nodes.len() as u32;
        let streets = Streets { from: (0..n - 1).collect(), to: (1..n).collect(), ..Streets::default() };
        let on_earth = Streets { nodes: to_degrees(&nodes), geographic: true, ..streets.clone() };
        let plane = Network::new(Streets { nodes, ..streets }).unwrap().join(&points, &open(INF)).unwrap();
        let earth = Network::new(on_earth).unwrap().join(&to_degrees(&points), &open(INF)).unwrap();
        for at in 0..points.len() {
            let (flat, round) = (plane.entries(at)[0], earth.entries(at)[0]);
            // Over 2 km the meridians draw together by this much.
            let slack = 0.01 + flat.access * 2.5e-4 * (1.0 + latitude.to_radians().tan().abs()) + 1.0;
            prop_assert!((flat.access - round.access).abs() <= slack, "{} and {}", flat.access, round.access);
        }
    }
}

fn metres(net: &Network, from: [f64; 2], to: [f64; 2]) -> Option<f64> {
    let options = TravelOptions::default().cutoff(None).unit(Unit::Metres);
    let join = |point| net.join(&[point], &JoinOptions::default()).unwrap();
    net.travel(&join(from), &join(to), &options).unwrap().cost(0, 0)
}

#[test]
fn degrees_are_measured_on_the_ground() {
    // A kilometre of street along a parallel in Helsinki, and a point 30 m north of its middle. Lengths are those of
    // Geod(ellps="WGS84").inv of pyproj 3.7.2.
    let (latitude, east) = (60.17, 0.018);
    let streets = Streets {
        nodes: vec![[24.94, latitude], [24.94 + east, latitude], [24.94, 60.18], [24.9415, 60.1706]],
        geographic: true,
        from: vec![0, 0, 0],
        to: vec![1, 2, 3],
        ..Streets::default()
    };
    let net = Network::new(streets).unwrap();
    for (&length, golden) in net.lengths().iter().zip([999.242_524_134, 1_114.152_564_356, 106.782_978_684]) {
        assert_relative_eq!(length, golden, max_relative = 1e-6);
    }
    let north = 30.0 / 1_114.152_564_356 * 0.01;
    let joined = net.join(&[[24.94 + 0.4 * east, latitude + north]], &JoinOptions::default()).unwrap();
    let entry = joined.entries(0)[0];
    assert_eq!(entry.edge, 0);
    assert_relative_eq!(entry.fraction, 0.4, epsilon = 1e-6);
    assert_relative_eq!(entry.access, 30.0, max_relative = 1e-5);
}

#[test]
fn streets_of_helsinki_have_the_length_of_their_geodesics() {
    // Three streets of OpenStreetMap; the sum of Geod(ellps="WGS84").inv of pyproj 3.7.2 over their pieces.
    let golden = [
        (
            [[24.9384986, 60.1738], [24.9385257, 60.1734587], [24.9385508, 60.1732681], [24.9385895, 60.1730078]],
            88.417_991_074,
        ),
        (
            [[24.93986, 60.1660021], [24.9396084, 60.1659948], [24.9393746, 60.1660074], [24.9390764, 60.1660485]],
            44.226_572_597,
        ),
        (
            [[24.9495466, 60.1737774], [24.9494385, 60.1736704], [24.949028, 60.1733114], [24.9489668, 60.1732528]],
            66.739_202_381,
        ),
    ];
    let lines: Vec<Vec<[f64; 2]>> = golden.iter().map(|(line, _)| line.to_vec()).collect();
    let net = Network::new(Streets::from_lines(&lines, true, false).unwrap().streets).unwrap();
    for (&length, (line, geodesic)) in net.lengths().iter().zip(golden) {
        assert_relative_eq!(length, geodesic, max_relative = 1e-7);
        // Walked from end to end it is as long.
        assert_relative_eq!(metres(&net, line[0], line[3]).unwrap(), geodesic, max_relative = 1e-6);
    }
}

#[test]
fn who_stands_at_a_node_but_for_a_millimetre_may_take_all_its_streets() {
    // One street leads away one way only, the other both ways; the home is a trace along the first.
    let net = Network::new(Streets {
        nodes: vec![[0.0, 0.0], [300.0, 0.0], [0.0, 200.0]],
        from: vec![0, 0],
        to: vec![1, 2],
        directions: Some(vec![Direction::Forward, Direction::Both]),
        ..Streets::default()
    })
    .unwrap();
    assert_relative_eq!(metres(&net, [9e-4, 0.0], [0.0, 200.0]).unwrap(), 200.0, epsilon = 1e-3);
    assert_eq!(metres(&net, [1.1e-3, 0.0], [0.0, 200.0]), None);
    let entry = net.join(&[[300.0 - 9e-4, 0.0]], &JoinOptions::default()).unwrap().entries(0)[0];
    assert_eq!((entry.edge, entry.fraction), (0, 1.0));
    // The same in degrees, where the home comes from another system: 1e-9 degrees are a tenth of a millimetre.
    let net = Network::new(Streets {
        nodes: vec![[25.0, 60.0], [25.01, 60.003], [24.99, 60.01]],
        geographic: true,
        ..net.streets().clone()
    })
    .unwrap();
    let along = [25.0 + 1e-9, 60.0 + 0.3e-9];
    assert!(metres(&net, along, [24.99, 60.01]).is_some());
}

#[test]
fn an_outline_far_from_all_streets_is_told_by_its_nearest_boundary_point() {
    // A street that ends 300 m from the middle of a long wall, whose corners are farther.
    let wall = vec![vec![[-1000.0, 0.0], [1000.0, 0.0], [1000.0, -50.0], [-1000.0, -50.0], [-1000.0, 0.0]]];
    let net = Network::from_edges(vec![[0.0, 300.0], [0.0, 900.0]], vec![0], vec![1]).unwrap();
    let report = net.join_outlines(std::slice::from_ref(&wall), &open(250.0)).unwrap().report().clone();
    assert_eq!((report.distances, report.beyond), (vec![300.0], vec![0]));
    let error = net.join_outlines(&[wall], &JoinOptions::default()).unwrap_err();
    assert!(matches!(error, Error::OffNetwork { distance: 300.0, .. }), "{error}");
    // In degrees: a tenth of a degree wide, the street 0.003 degrees (334.25 m) north of its middle.
    let degrees = Streets { geographic: true, ..Streets::default() };
    let streets = Streets { nodes: vec![[25.0, 60.003], [25.0, 60.01]], from: vec![0], to: vec![1], ..degrees.clone() };
    let wall = vec![vec![[24.95, 60.0], [25.05, 60.0]]];
    let joined = Network::new(streets).unwrap().join_outlines(&[wall], &open(250.0)).unwrap();
    let expected = degrees.distance([25.0, 60.0], [25.0, 60.003]);
    assert_relative_eq!(joined.report().distances[0], expected, max_relative = 1e-5);
}

#[test]
fn outlines_enter_by_their_nearest_boundary_point() {
    let net = Network::from_edges(vec![[0.0, 0.0], [100.0, 40.0]], vec![0], vec![1]).unwrap();
    let ring = |x: f64, y: f64, side: f64| vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]];
    // Above the street with a corner nearest; across it; and one whose long side passes the start of the street.
    let outlines = [vec![ring(50.0, 40.0, 20.0)], vec![ring(40.0, 0.0, 60.0)], vec![ring(-150.0, -310.0, 300.0)]];
    let joined = net.join_outlines(&outlines, &JoinOptions::default()).unwrap();
    let access: Vec<f64> = (0..3).map(|at| joined.entries(at)[0].access).collect();
    assert_eq!(joined.entries(0)[0].point, [70.0, 40.0]);
    assert_relative_eq!(access[0], Metric::Euclidean.distance([70.0, 40.0], joined.entries(0)[0].at));
    assert_relative_eq!(access[1], 0.0, epsilon = 1e-9);
    assert_eq!((joined.entries(2)[0].point, access[2]), ([0.0, -10.0], 10.0));
}

#[test]
fn nothing_far_away_is_joined_in_silence() {
    let net = Network::from_edges(vec![[0.0, 0.0], [900.0, 0.0], [0.0, 500.0], [5.0, 500.0]], vec![0, 2], vec![1, 3])
        .unwrap();
    let points = [[10.0, 20.0], [10.0, -400.0], [3.0, 480.0], [2000.0, 0.0]];
    let error = net.join(&points, &JoinOptions::default().argument("demand")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "demand[1] lies 400.0 m from the nearest street, farther than max_snap = 250 m (2 of 4 do): check \
         coordinates and CRS, raise max_snap, or let them be unreachable (beyond \"unreachable\")"
    );
    assert!(error.is_input());
    let joined = net.join(&points, &open(250.0)).unwrap();
    let report = joined.report();
    assert_eq!((report.beyond.as_slice(), report.small.as_slice(), report.outside_largest), (&[1, 3][..], &[2][..], 1));
    assert_eq!(report.distances, [20.0, 400.0, 20.0, 1100.0]);
    assert_eq!((report.mean_distance(), report.max_distance()), (Some(20.0), Some(20.0)));
    let travel = net.travel(&joined, &joined, &TravelOptions::default().cutoff(None)).unwrap();
    assert_eq!(travel.unreachable(), [1, 3]);
}
