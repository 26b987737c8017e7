//! The plan: which services go into which spaces, at what size and when; see [`Programme::solve`].
//!
//! # The model
//!
//! Demand point i needs d_is of service s; ω_is is its weight (survey times weight of the service), L_is its limit. A
//! host h is a space j or a facility f of today. A **size** m of s in space j is one of its modules, or a facility of s
//! that moves in. Slots are written t.
//!
//! ```text
//! x_j = 1      space j is used                    c_j = 1     it is a complex
//! y_jsm = 1    s is fitted out in j at size m      o_jsmt = 1  and open in slot t
//! k_f, g_f = 1 facility f is kept, is enlarged     u_ihs ≥ 0   share of the need of i for s that host h meets
//!
//! meet once     Σ_h u_ihs ≤ 1; only hosts within L_is that suit s
//! capacity      Σ_i d_is u_ijs ≤ Σ_mt κ_m o_jsmt,  Σ_i d_is u_ifs ≤ κ_f k_f + κ'_f g_f
//! minimum use   Σ_i d_is u_ijs ≥ L_s Σ_m y_jsm
//! one size      Σ_m y_jsm ≤ x_j;  o_jsmt ≤ y_jsm ≤ Σ_t o_jsmt, only where kind, floor and slots suit
//! area          Σ_sm a_m o_jsmt - shared area of pairs that are both open ≤ A_j in every slot t
//! complexes     Σ_sm y_jsm ≤ apart + (S - apart) c_j;  a complex has enough services and core services
//! apart         Σ_m y_jsm + Σ_m y_js'm ≤ 1
//! facilities    g_f ≤ k_f;  a facility that is not kept is closed or moves into one space
//! money         capital ≤ budget;  yearly subsidy ≤ subsidy;  each space breaks even where asked
//! quotas        places, m² or facilities per district, facilities of today included
//! shares        Σ ω d z ≥ share · Σ ω d: in all, by service, by district;  mean walk, mean envy at most
//! ```
//!
//! A facility of unknown places meets all the need within its limit. A facility that moves opens in one slot, so that it
//! keeps its places. The reward of a pair that belongs together is counted once for each space that hosts both.

mod check;
mod complexes;
mod coverage;
mod explanation;
mod fitted;
mod money;
mod objective;
mod outcome;
mod quota;
mod rules;

pub use complexes::Complexes;
pub use coverage::PlanCoverage;
pub use explanation::{
    BeforeAfter, BrokenRule, Explanation, FacilityChange, FitoutChange, HostedService, MetChange, Replacement, WhatIf,
};
pub use money::{Money, SpaceMoney};
pub use objective::PlanObjective;
pub use outcome::{Change, Fitout, Host, Served, ServicePlan, Size};
pub use quota::{Least, Quota};
pub use rules::{EnvyLimit, PlanRules};

pub(crate) use check::verify;
pub(crate) use quota::QuotaHere;
