//! Files written by keyvi 0.7.7 and damaged ones.

mod support;

mod corruption;
mod golden;
mod sharing;
