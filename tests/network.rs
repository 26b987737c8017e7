//! Walking on street networks, compared with a plain definition.

#[path = "support/walks.rs"]
mod walks;

use approx::assert_relative_eq;
use proptest::prelude::*;
use siting::network::{Direction, JoinOptions, Joined, Network, ReachOptions, Streets, TravelOptions, Unit};
use siting::{CancelToken, Error, Ids, Metric};
use walks::{INF, agree, open, per_metre, places, plain, streets};

const NAN: f64 = f64::NAN;

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn walks_are_the_shortest_of_all_on_any_network(
        streets in streets(),
        (homes, spaces) in (places(7), places(7)),
        unit in prop::sample::select(vec![Unit::Minutes, Unit::Seconds, Unit::Metres]),
        speed in prop::sample::select(vec![30.0, 75.0, 81.3]),
        reach in prop::option::of(0.0_f64..600.0),
        max_snap in prop::sample::select(vec![20.0, 100.0, INF]),
    ) {
        let net = Network::new(streets).unwrap();
        let homes = net.join(&homes, &open(max_snap)).unwrap();
        let spaces = net.join(&spaces, &open(max_snap)).unwrap();
        let cutoff = reach.map(|metres| metres * per_metre(unit, speed));
        let options = TravelOptions::default().cutoff(cutoff).unit(unit).speed(speed);
        let travel = net.travel(&homes, &spaces, &options).unwrap();
        for (i, home) in (0_u32..).zip(0..homes.len()) {
            agree(&travel, i, &plain(&net, &homes, home, &spaces, unit, speed), cutoff)?;
        }
    }

    #[test]
    fn a_place_of_several_entrances_uses_the_best_of_them(
        streets in streets(), homes in places(5), doors in places(9), cut in any::<prop::sample::Index>(),
        cutoff in prop::option::of(1.0_f64..20.0),
    ) {
        let net = Network::new(streets).unwrap();
        let homes = net.join(&homes, &open(INF)).unwrap();
        let start = vec![0, cut.index(doors.len() + 1) as u32, doors.len() as u32];
        let halls = net.join_entrances(&doors, start, &open(100.0)).unwrap();
        prop_assert_eq!(halls.len(), 2);
        let options = TravelOptions::default().cutoff(cutoff);
        let (there, back) = (net.travel(&homes, &halls, &options).unwrap(), net.travel(&halls, &homes, &options).unwrap());
        for (i, home) in (0_u32..).zip(0..homes.len()) {
            agree(&there, i, &plain(&net, &homes, home, &halls, Unit::Minutes, 75.0), cutoff)?;
        }
        for hall in 0..2 {
            agree(&back, hall, &plain(&net, &halls, hall as usize, &homes, Unit::Minutes, 75.0), cutoff)?;
        }
    }

    #[test]
    fn each_demand_point_walks_at_its_own_speed(
        streets in streets(), homes in places(9), spaces in places(5), slow in prop::collection::vec(any::<bool>(), 9),
    ) {
        let net = Network::new(streets).unwrap();
        let homes = net.join(&homes, &open(INF)).unwrap();
        let spaces = net.join(&spaces, &open(INF)).unwrap();
        let speeds: Vec<f64> = slow.iter().take(homes.len()).map(|&slow| if slow { 45.0 } else { 75.0 }).collect();
        let travel = net.travel(&homes, &spaces, &TravelOptions::default().cutoff(8.0).speeds(speeds.clone())).unwrap();
        for (i, &speed) in (0_u32..).zip(&speeds) {
            agree(&travel, i, &plain(&net, &homes, i as usize, &spaces, Unit::Minutes, speed), Some(8.0))?;
        }
    }

    #[test]
    fn streets_in_reach_are_those_that_walks_reach(
        streets in streets(), start in places(4), cutoff in 0.0_f64..400.0, towards in any::<bool>(),
    ) {
        let net = Network::new(streets).unwrap();
        let start = net.join(&start, &open(INF)).unwrap();
        let options = ReachOptions::new(cutoff).unit(Unit::Metres).towards(towards);
        let reach = net.reach(&start, &options).unwrap();
        for edge in 0..net.streets().n_edges() {
            for share in [0.17, 0.5, 0.83] {
                let Some(probe) = on_edge(&net, edge, share) else { continue };
                let walks = TravelOptions::default().cutoff(None).unit(Unit::Metres);
                let walks = if towards {
                    net.travel(&probe, &start, &walks).unwrap()
                } else {
                    net.travel(&start, &probe, &walks).unwrap()
                };
                let cost = walks.csr().2.iter().copied().fold(INF, f64::min);
                let entry = probe.entries(0)[0];
                if entry.fraction == 0.0 || entry.fraction == 1.0 {
                    continue; // the node is reached on any edge
                }
                let inside = reach.iter().any(|s| s.edge == entry.edge && (s.from..=s.to).contains(&entry.fraction));
                if (cost - cutoff).abs() > 1e-3 {
                    prop_assert_eq!(inside, cost <= cutoff, "edge {} at {}: {}", edge, entry.fraction, cost);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn numbers_at_the_edge_of_what_is_allowed_never_panic(
        nodes in prop::collection::vec((0_usize..8, 0_usize..8), 1..8),
        edges in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_usize..4), 1..10),
        points in prop::collection::vec((0_usize..8, 0_usize..8), 1..6),
        (geographic, given) in any::<(bool, bool)>(),
        cutoff in prop::sample::select(vec![None, Some(0.0), Some(1e-300), Some(15.0), Some(1e3), Some(1e300)]),
        speed in prop::sample::select(vec![1e-3, 75.0, 1e5]),
        unit in prop::sample::select(vec![Unit::Minutes, Unit::Metres]),
    ) {
        let plane = [0.0, -0.0, 1e9, -1e9, 1e-310, 5e-324, 1e-160, 1.0];
        let (wide, high) = ([0.0, 90.0, 180.0, -90.0, 1e-310, 5e-324, 1e-160, 1.0], [0.0, -0.0, 90.0, -90.0, 1e-310, 89.95, 1e-160, 1.0]);
        let at = |&(x, y): &(usize, usize)| if geographic { [wide[x], high[y]] } else { [plane[x], plane[y]] };
        let (nodes, points): (Vec<_>, Vec<_>) = (nodes.iter().map(at).collect(), points.iter().map(at).collect());
        let figure = |values: [f64; 4]| given.then(|| edges.iter().map(|edge| values[edge.2]).collect::<Vec<_>>());
        let streets = Streets {
            from: edges.iter().map(|edge| edge.0.index(nodes.len()) as u32).collect(),
            to: edges.iter().map(|edge| edge.1.index(nodes.len()) as u32).collect(),
            lengths: figure([0.0, 1e9, 1e-300, 7.0]),
            penalties: figure([1e6, 0.0, 1e-300, 7.0]),
            factors: figure([0.0, 1e3, 1.0, 1e-300]),
            nodes,
            geographic,
            ..Streets::default()
        };
        let lines: Vec<Vec<[f64; 2]>> = (0..streets.n_edges()).map(|edge| streets.shape(edge).collect()).collect();
        for crossings in [false, true] {
            prop_assert!(Streets::from_lines(&lines, geographic, crossings).is_ok());
        }
        let Ok(net) = Network::new(streets) else { return Ok(()) }; // across the 180th meridian, or longer than 1e9
        let outline = net.join_outlines(&[vec![points.clone()]], &open(250.0)).unwrap();
        let joined = net.join(&points, &open(INF)).unwrap();
        let options = TravelOptions::default().cutoff(cutoff).speed(speed).unit(unit);
        for places in [&joined, &outline] {
            let travel = net.travel(&joined, places, &options).unwrap();
            prop_assert!(travel.csr().2.iter().all(|cost| *cost >= 0.0 && cost.is_finite()));
        }
        let reach = net.reach(&joined, &ReachOptions::new(cutoff.unwrap_or(5.0)).speed(speed).unit(unit)).unwrap();
        prop_assert!(reach.iter().all(|s| 0.0 <= s.from && s.from < s.to && s.to <= 1.0 && s.cost >= 0.0));
    }
}

/// A place joined on the edge, where none lies on top of it.
fn on_edge(net: &Network, edge: usize, share: f64) -> Option<Joined> {
    let shape: Vec<_> = net.streets().shape(edge).collect();
    let point = [0, 1].map(|axis: usize| shape[0][axis] + share * (shape[1][axis] - shape[0][axis]));
    let joined = net.join(&[point], &open(INF)).unwrap();
    (joined.entries(0)[0].edge as usize == edge && joined.entries(0)[0].access < 1e-9).then_some(joined)
}

/// A square of 100 m with one diagonal; the sides go round one way only.
fn square() -> Network {
    let nodes = vec![[0.0, 0.0], [100.0, 0.0], [100.0, 100.0], [0.0, 100.0]];
    let directions = vec![Direction::Forward, Direction::Forward, Direction::Forward, Direction::Backward];
    Network::new(Streets {
        nodes,
        from: vec![0, 1, 2, 0],
        to: vec![1, 2, 3, 3],
        directions: Some(directions),
        ..Streets::default()
    })
    .unwrap()
}

fn metres(net: &Network, from: [f64; 2], to: [f64; 2]) -> Option<f64> {
    let options = TravelOptions::default().cutoff(None).unit(Unit::Metres);
    let join = |point| net.join(&[point], &JoinOptions::default()).unwrap();
    net.travel(&join(from), &join(to), &options).unwrap().cost(0, 0)
}

#[test]
fn one_way_edges_are_walked_one_way_on_the_edge_too() {
    let net = square();
    assert_eq!(metres(&net, [20.0, 0.0], [60.0, 0.0]), Some(40.0));
    assert_eq!(metres(&net, [60.0, 0.0], [20.0, 0.0]), Some(360.0)); // once round
    assert_eq!(metres(&net, [0.0, 30.0], [0.0, 10.0]), Some(20.0)); // Backward: from 3 to 0
    assert_eq!(metres(&net, [50.0, 0.0], [50.0, 0.0]), Some(0.0));
    assert_eq!(metres(&net, [50.0, 7.0], [50.0, 7.0]), Some(14.0)); // to the street and back
}

#[test]
fn a_loop_is_walked_the_shorter_way_round() {
    let net = Network::new(Streets {
        nodes: vec![[0.0, 0.0]],
        from: vec![0],
        to: vec![0],
        shape_starts: vec![0, 3],
        shape_points: vec![[100.0, 0.0], [100.0, 100.0], [0.0, 100.0]],
        ..Streets::default()
    })
    .unwrap();
    assert_eq!(metres(&net, [10.0, 0.0], [0.0, 10.0]), Some(20.0));
    assert_eq!(metres(&net, [100.0, 10.0], [100.0, 90.0]), Some(80.0));
}

#[test]
fn the_cheapest_of_parallel_edges_counts() {
    let net = Network::new(Streets {
        nodes: vec![[0.0, 0.0], [100.0, 0.0]],
        from: vec![0, 1, 0],
        to: vec![1, 0, 1],
        lengths: Some(vec![300.0, 120.0, 200.0]),
        ..Streets::default()
    })
    .unwrap();
    assert_eq!(metres(&net, [0.0, 0.0], [100.0, 0.0]), Some(120.0));
}

#[test]
fn a_walk_of_just_the_cut_off_is_kept_access_legs_counted() {
    let net = Network::from_edges(vec![[0.0, 0.0], [2000.0, 0.0]], vec![0], vec![1]).unwrap();
    let homes = net.join(&[[0.0, 25.0]], &JoinOptions::default()).unwrap();
    let spaces = net.join(&[[1090.0, 10.0], [1090.1, 10.0]], &JoinOptions::default()).unwrap();
    let travel = net.travel(&homes, &spaces, &TravelOptions::default()).unwrap(); // 15 minutes are 1,125 m
    assert_eq!((travel.cost(0, 0), travel.cost(0, 1)), (Some(15.0), None));
    assert_eq!(travel.cutoff(), Some(15.0));
}

#[test]
fn long_walks_keep_a_centimetre() {
    // 30 km in edges of 1.1 m whose lengths no finite sum of binary fractions holds.
    let n = 27_000_u32;
    let nodes = (0..=n).map(|at| [f64::from(at) * 1.1, 0.0]).collect();
    let net = Network::from_edges(nodes, (0..n).collect(), (1..=n).collect()).unwrap();
    assert!((metres(&net, [0.0, 0.0], [29_700.0, 0.0]).unwrap() - 29_700.0).abs() < 0.01);
    let places = net.join(&[[0.0, 0.0], [19_800.0, 0.0]], &JoinOptions::default()).unwrap();
    let options = TravelOptions::default().cutoff(20_000.0).unit(Unit::Metres);
    let travel = net.travel(&places, &places, &options).unwrap();
    assert!((travel.cost(0, 1).unwrap() - 19_800.0).abs() < 0.01);
}

#[test]
fn a_place_far_along_a_very_long_edge_is_found_there() {
    // The whole edge is far longer than 32 bits count at the scale of the cut-off.
    let net = Network::from_edges(vec![[0.0, 0.0], [1e6, 0.0]], vec![0], vec![1]).unwrap();
    let at = |x: f64| net.join(&[[x, 0.0]], &JoinOptions::default()).unwrap();
    let travel = net.travel(&at(600_000.0), &at(600_750.0), &TravelOptions::default()).unwrap();
    assert_relative_eq!(travel.cost(0, 0).unwrap(), 10.0, epsilon = 1e-6);
    assert_eq!(net.travel(&at(600_000.0), &at(0.0), &TravelOptions::default()).unwrap().n_pairs(), 0);
    let travel = net.travel(&at(999_900.0), &at(1e6), &TravelOptions::default().unit(Unit::Metres).cutoff(100.0));
    assert_relative_eq!(travel.unwrap().cost(0, 0).unwrap(), 100.0, epsilon = 1e-6);
}

#[test]
fn a_summary_counts_what_is_there() {
    let summary = square().summary();
    assert_eq!((summary.nodes, summary.edges, summary.one_way, summary.components), (4, 4, 4, 1));
    assert_relative_eq!(summary.kilometres, 0.4);
    assert_relative_eq!(summary.largest_share, 1.0);
}

#[test]
fn a_network_comes_back_from_its_document_as_it_was() {
    let net = square();
    let text = serde_json::to_string(&net).unwrap();
    assert_eq!(serde_json::from_str::<Network>(&text).unwrap(), net);
    let broken = text.replace("\"from\":[0,1,2,0]", "\"from\":[0,1,2,9]");
    let error = serde_json::from_str::<Network>(&broken).unwrap_err();
    assert!(error.to_string().contains("from[3] is 9"), "{error}");
}

#[test]
fn the_answer_does_not_depend_on_the_number_of_threads() {
    let n = 40_u32;
    let nodes: Vec<[f64; 2]> = (0..n * n).map(|at| [f64::from(at % n) * 30.0, f64::from(at / n) * 31.7]).collect();
    let (mut from, mut to) = (vec![], vec![]);
    for at in 0..n * n {
        for (next, inside) in [(at + 1, at % n + 1 < n), (at + n, at / n + 1 < n)] {
            if inside && (at * 7 + next) % 5 != 0 {
                from.push(at);
                to.push(next);
            }
        }
    }
    let answer = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let net = Network::from_edges(nodes.clone(), from.clone(), to.clone()).unwrap();
            let homes = net.join(&nodes, &JoinOptions::default()).unwrap();
            let spaces = net.join(&nodes[..300], &JoinOptions::default()).unwrap();
            net.travel(&homes, &spaces, &TravelOptions::default().cutoff(6.0)).unwrap()
        })
    };
    assert_eq!(answer(1), answer(4));
}

#[test]
fn a_cancelled_search_says_so() {
    let net = square();
    let places = net.join(&[[0.0, 0.0]], &JoinOptions::default()).unwrap();
    let cancel = CancelToken::new();
    cancel.cancel();
    let error = net.travel(&places, &places, &TravelOptions::default().cancel(cancel)).unwrap_err();
    assert_eq!(error.to_string(), "the search for walking times was interrupted");
    assert!(!error.is_input());
}

#[test]
fn lines_join_where_they_share_a_point_and_cross_only_on_request() {
    let lines = [
        vec![[0.0, 0.0], [50.0, 0.0], [100.0, 0.0]],
        vec![[50.0, 0.0], [50.0, 80.0]],
        vec![[0.0, 40.0], [100.0, 40.0]],
        vec![[100.0, 40.0], [100.0, 0.0004]],
    ];
    let plain = Streets::from_lines(&lines, false, false).unwrap();
    assert_eq!((plain.streets.n_edges(), plain.crossings), (5, 0));
    assert_eq!(plain.line, [0, 0, 1, 2, 3]);
    assert_eq!(Network::new(plain.streets).unwrap().summary().components, 2);
    let noded = Streets::from_lines(&lines, false, true).unwrap();
    // A crossing at (50, 40), and a touch half a millimetre from (100, 0).
    assert_eq!((noded.streets.n_edges(), noded.crossings), (8, 2));
    assert_eq!(Network::new(noded.streets).unwrap().summary().components, 1);
}

#[test]
fn lines_that_meet_in_a_corner_join_and_lines_drawn_twice_are_not_cut_up() {
    let one = vec![[0.0, 0.0], [50.0, 10.0], [100.0, 0.0]];
    let back: Vec<[f64; 2]> = one.iter().rev().copied().collect();
    let across = vec![[50.0, -90.0], [50.0, 10.0], [50.0, 90.0]];
    let twice = Streets::from_lines(&[one.clone(), back], false, false).unwrap();
    assert_eq!((twice.streets.nodes.len(), twice.streets.n_edges()), (2, 2));
    let met = Streets::from_lines(&[one, across], false, false).unwrap();
    assert_eq!((met.streets.nodes.len(), met.streets.n_edges(), met.crossings), (5, 4, 0));
}

proptest! {
    #[test]
    fn noding_keeps_every_line_whole(
        lines in prop::collection::vec(prop::collection::vec((-5_i32..5, -5_i32..5), 2..5), 1..12), crossings in any::<bool>(),
    ) {
        let lines: Vec<Vec<[f64; 2]>> = lines
            .iter()
            .map(|line| line.iter().map(|&(x, y)| [f64::from(x) * 10.0, f64::from(y) * 10.0]).collect())
            .collect();
        let noded = Streets::from_lines(&lines, false, crossings).unwrap();
        let net = Network::new(noded.streets).unwrap();
        for (at, line) in lines.iter().enumerate() {
            let length: f64 = line.windows(2).map(|pair| Metric::Euclidean.distance(pair[0], pair[1])).sum();
            let pieces: f64 =
                noded.line.iter().zip(net.lengths()).filter(|(line, _)| **line as usize == at).map(|(_, l)| l).sum();
            prop_assert!((length - pieces).abs() < 1e-6, "line {at}: {length} became {pieces}");
        }
        if crossings {
            // Nothing is left to node.
            let again: Vec<Vec<[f64; 2]>> =
                (0..net.streets().n_edges()).map(|edge| net.streets().shape(edge).collect()).collect();
            prop_assert_eq!(Streets::from_lines(&again, false, true).unwrap().crossings, 0);
        }
    }
}

fn of(change: impl FnOnce(&mut Streets)) -> Error {
    let mut streets = square().streets().clone();
    change(&mut streets);
    Network::new(streets).unwrap_err()
}

#[test]
fn bad_streets_and_options_are_told_one_by_one() {
    let net = square();
    let join = |points: &[[f64; 2]], options| net.join(points, &options).unwrap_err();
    let here = net.join(&[[0.0, 0.0]], &JoinOptions::default()).unwrap();
    let travel = |options| net.travel(&here, &here, &options).unwrap_err();
    let options = TravelOptions::default;
    let far = (0..7).map(|at| [f64::from(at) * 10.0, 0.0]).collect();
    let other = Network::from_edges(far, (0..6).collect(), (1..7).collect()).unwrap();
    let elsewhere = other.join(&[[60.0, 0.0]], &JoinOptions::default()).unwrap();
    let travel_to = |sites| net.travel(&here, sites, &options()).unwrap_err();
    let line = |lines: &[Vec<[f64; 2]>]| Streets::from_lines(lines, false, false).unwrap_err();
    let cases = vec![
        (Network::new(Streets::default()).unwrap_err(), "edges is empty: a network needs at least one edge"),
        (of(|s| s.nodes[2][1] = NAN), "nodes[2] is NaN"),
        (of(|s| s.nodes[1][0] = INF), "nodes[1] is inf: [x, y] in metres are expected, at most 1e9"),
        (of(|s| s.geographic = true), "nodes[2] is 100: [longitude, latitude] in degrees are expected"),
        (of(|s| s.to[1] = 4), "to[1] is 4, but there are only 4 nodes (0 to 3)"),
        (of(|s| s.to.truncate(3)), "to has 3 entries where 4 are expected (one per edge, as in from)"),
        (of(|s| s.node_ids = Some(Ids::range(3))), "node_ids has 3 entries where 4 are expected"),
        (of(|s| s.lengths = Some(vec![1.0; 5])), "lengths has 5 entries where 4 are expected (one per edge)"),
        (of(|s| s.lengths = Some(vec![1.0, -2.0, 0.0, 0.0])), "lengths[1] is -2: a length of 0 to 1e9 metres"),
        (of(|s| s.penalties = Some(vec![0.0, 0.0, 0.0, INF])), "penalties[3] is inf: 0 to 1e6 seconds"),
        (of(|s| s.factors = Some(vec![1.0, NAN, 1.0, 1.0])), "factors[1] is NaN"),
        (of(|s| s.directions = Some(vec![])), "directions has 0 entries where 4 are expected"),
        (of(|s| s.kinds = Some(vec![0; 4])), "kinds[0] is 0, but there are no kinds"),
        (of(|s| s.shape_points.push([0.0, 0.0])), "shape_starts is an array of 0 starts"),
        (of(|s| s.shape_starts = vec![0, 2, 1, 0, 0]), "shape_starts is an array of 5 starts: starts must begin at 0"),
        (join(&[], JoinOptions::default()), "points is empty: give at least one point"),
        (join(&[[0.0, 0.0], [NAN, 0.0]], JoinOptions::default()), "points[1] is NaN"),
        (join(&[[0.0, 2e9]], JoinOptions::default().argument("sites")), "sites[0] is 2000000000: [x, y] in metres"),
        (join(&[[0.0, 0.0]], JoinOptions::default().max_snap(-1.0)), "max_snap is -1: a distance of 0 metres or more"),
        (join(&[[0.0, 0.0]], JoinOptions::default().small_share(NAN)), "small_share is NaN: a share from 0 to 1"),
        (net.join_entrances(&[[0.0, 0.0]], vec![0, 2], &open(1.0)).unwrap_err(), "start is an array of 2 starts"),
        (net.join_outlines(&[vec![vec![]]], &open(1.0)).unwrap_err(), "points is an outline without points at 0"),
        (travel(options().cutoff(NAN)), "cutoff is NaN: give a finite number of 0 or more, or none at all"),
        (travel(options().cutoff(-1.0)), "cutoff is -1"),
        (travel(options().speed(0.0)), "speed[0] is 0: a walking speed in metres per minute"),
        (travel(options().speed(NAN)), "speed[0] is NaN"),
        (travel(options().speeds(vec![])), "speed has 0 entries where 1 are expected"),
        (travel(options().speeds(vec![75.0, 75.0])), "speed has 2 entries where 1 are expected"),
        (travel_to(&elsewhere), "sites[0] is 5, but there are only 4 edges here: it was joined to another network"),
        (net.reach(&here, &ReachOptions::new(INF)).unwrap_err(), "cutoff is inf"),
        (net.reach(&here, &ReachOptions::new(1.0).speed(-1.0)).unwrap_err(), "speed[0] is -1"),
        (line(&[]), "lines is empty"),
        (line(&[vec![[0.0, 0.0], [1.0, 1.0]], vec![[0.0, 0.0]]]), "lines is a line of 1 points at 1"),
        (line(&[vec![[0.0, 0.0], [NAN, 1.0]]]), "lines[0] is NaN"),
    ];
    for (error, expected) in cases {
        assert!(error.to_string().contains(expected), "{error}\nlacks: {expected}");
        assert!(error.is_input(), "{error}");
    }
}
