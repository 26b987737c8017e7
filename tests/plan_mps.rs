//! Programmes as model files: another reader finds the same optimum in them.
#![cfg(feature = "highs")]

#[path = "support/mps.rs"]
mod mps;
#[path = "support/plan/mod.rs"]
mod plan;
#[path = "support/plan_town.rs"]
mod plan_town;

use std::fs;
use std::path::PathBuf;

use mps::Mps;
use plan::random::cases;
use plan_town::{rules, town};
use proptest::prelude::*;
use siting::service::{PlanObjective, PlanRules};
use siting::{Error, Sense, SolveOptions};

/// A folder of its own, gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("siting-mps-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// What the file's objective is for a plan.
fn as_written(objective: PlanObjective, value: f64) -> f64 {
    if objective.sense() == Sense::Maximize { -value } else { value }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_file_has_the_optimum_of_the_programme(case in cases()) {
        let folder = Folder::new("random");
        let path = folder.path("case.mps");
        let solved = case.programme.solve(&case.rules, &SolveOptions::default());
        match (case.programme.write_mps(&case.rules, &path), solved) {
            (Ok(()), Ok(plan)) => {
                let (found, expected) = (Mps::read(&path).optimum(), as_written(case.rules.objective, plan.objective));
                let close = found.is_some_and(|found| (found - expected).abs() <= 1e-5 * expected.abs().max(1.0));
                prop_assert!(close, "{found:?} where the library has {expected}: {:?}", case.rules);
            }
            (Ok(()), Err(Error::Infeasible(_))) => prop_assert_eq!(Mps::read(&path).optimum(), None),
            (Err(Error::Infeasible(ours)), Err(Error::Infeasible(theirs))) => {
                prop_assert_eq!(ours, theirs);
                prop_assert!(!path.exists());
            }
            (written, solved) => prop_assert!(false, "written: {written:?}\nsolved: {solved:?}"),
        }
    }
}

#[test]
fn the_town_with_every_rule_has_the_same_optimum_for_every_objective() {
    let folder = Folder::new("town");
    let objectives = [
        PlanObjective::Cover,
        PlanObjective::Walking,
        PlanObjective::Envy { threshold: 300.0 },
        PlanObjective::Cost { years: 10.0 },
        PlanObjective::WorstDistrict,
    ];
    for objective in objectives {
        let rules = rules().objective(objective);
        let path = folder.path("town.mps");
        town().write_mps(&rules, &path).unwrap();
        let plan = town().solve(&rules, &SolveOptions::default()).unwrap();
        let (found, expected) = (Mps::read(&path).optimum().unwrap(), as_written(objective, plan.objective));
        assert!((found - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{objective:?}: {found} for {expected}");
    }
}

#[test]
fn rows_are_in_the_units_of_the_rules_whatever_their_size() {
    let folder = Folder::new("units");
    let path = folder.path("town.mps");
    let mut programme = town();
    // A currency of a million to one.
    for service in &mut programme.services {
        for module in &mut service.modules {
            module.capital_cost *= 1e6;
        }
    }
    programme.write_mps(&PlanRules::default().budget(567e6).least_met(0.25), &path).unwrap();
    let model = Mps::read(&path);
    let row = |name: &str| model.rows.iter().find(|row| row.name == name).unwrap();
    let column = |name: &str| model.columns.iter().position(|column| column.0 == name).unwrap();
    let (costs, budget) = (&row("budget").entries, row("budget").limit);
    assert_eq!(budget, 567e6);
    assert!(costs.contains(&(column("fit.0.canteen.large"), 150e6)));
    assert!(costs.contains(&(column("use.0"), 100.0)));
    assert!(costs.contains(&(column("facility.1.enlarged"), 30.0)));
    let (shares, least) = (&row("least.met").entries, row("least.met").limit);
    let own = shares.iter().find(|entry| entry.0 == column("serve.canteen.0.space.0")).unwrap().1;
    // 10 and 20 of 115.2 in need, survey included: homes 0 and 1 are one.
    assert!((own + 30.0 / 115.2).abs() < 1e-12 && least == -0.25, "{own}");
}

#[test]
fn names_tell_what_columns_and_rows_are() {
    let folder = Folder::new("names");
    let path = folder.path("town.mps");
    town().write_mps(&rules(), &path).unwrap();
    let model = Mps::read(&path);
    for name in [
        "complex.0",
        "open.0.canteen.small.evening",
        "fit.1.workshop.moved.2",
        "together.0.canteen.childcare",
        "shared.0.canteen.childcare.day",
        "facility.3.closed",
        "serve.culture.1.facility.1",
    ] {
        assert!(model.columns.iter().any(|column| column.0 == name), "{name} is not among {:?}", model.columns);
    }
    for name in ["subsidy", "most.spaces", "least.complexes", "quota.0.childcare.North", "least.met.service.culture"] {
        assert!(model.rows.iter().any(|row| row.name == name), "{name} is no row");
    }
}

#[test]
fn names_in_any_script_stay_apart() {
    let folder = Folder::new("script");
    let mut programme = town();
    for (service, name) in programme.services.iter_mut().zip(["食堂", "托育", "culture room", "culture-room"]) {
        service.name = name.into();
        service.modules.iter_mut().for_each(|module| module.name = "间 1".into());
    }
    programme.facilities.clear();
    programme.travel = None;
    programme.pairs.clear();
    programme.demand.surveys.clear();
    programme.services[0].modules.truncate(1);
    for name in ["town.mps", "town.lp"] {
        let path = folder.path(name);
        programme.write_mps(&PlanRules::default(), &path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        for name in ["serve.~0.0.space.0", "serve.~1.0.space.0", "serve.culture_room.0.space.0", "serve.~3.0.space.0"] {
            assert!(text.contains(name), "{name} is not in {text}");
        }
    }
}

#[test]
fn a_path_whose_ending_is_no_format_is_refused() {
    for name in ["town", "town.mps.gz", "town.txt", ".mps"] {
        let refused = town().write_mps(&rules(), name).unwrap_err();
        assert!(matches!(&refused, Error::InvalidValue { argument: "path", .. }), "{refused}");
        assert!(refused.to_string().contains("end it in .mps"), "{refused}");
        assert!(!PathBuf::from(name).exists());
    }
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = Folder::new("gone");
    let path = folder.path("not there").join("town.MPS");
    let refused = town().write_mps(&rules(), &path).unwrap_err();
    assert!(matches!(&refused, Error::File { path: named, .. } if *named == path.display().to_string()), "{refused}");
    let directory = folder.path("folder.mps");
    fs::create_dir_all(&directory).unwrap();
    assert!(matches!(town().write_mps(&rules(), &directory), Err(Error::File { .. })));
}

#[test]
fn rules_that_plainly_cannot_hold_are_told_and_nothing_is_written() {
    let folder = Folder::new("obstacles");
    let path = folder.path("town.mps");
    let refused = town().write_mps(&rules().most_spaces(0), &path);
    assert!(matches!(refused, Err(Error::Infeasible(_))), "{refused:?}");
    assert!(!path.exists());
}

#[test]
fn rules_that_cannot_hold_together_are_left_to_the_solver() {
    let folder = Folder::new("together");
    let path = folder.path("town.mps");
    let strict = rules().budget(300.0);
    assert!(matches!(town().solve(&strict, &SolveOptions::default()), Err(Error::Infeasible(_))));
    town().write_mps(&strict, &path).unwrap();
    assert_eq!(Mps::read(&path).optimum(), None);
}
