//! Small random programmes and every plan of them, by code that shares nothing with the library.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod brute;
mod flows;
pub mod random;
mod rules;
