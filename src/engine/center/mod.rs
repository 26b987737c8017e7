//! The purpose-built way to the p-center: search over the distinct radii, with set covers in between.
//!
//! A radius r can be kept when some plan has an open site within r of every demand point. That is a set cover
//! (Minieka 1970); the best radius is the smallest that passes, and every one below it is proven not to. Each test works
//! on a few demand points and adds those that its cover leaves out (Chen and Chen 2009), after reductions
//! ([`cover`]) and with a Lagrangian bound ([`bound`]). What these do not decide the linear relaxation may, and a tree decides
//! in the end ([`branch`]). Trees are dear, most of all where the answer is yes: so exchanges of sites bring the plan down
//! first.

pub(super) mod bound;
pub(super) mod branch;
pub(super) mod cover;
pub(super) mod explain;
pub(super) mod instance;
pub(super) mod search;
