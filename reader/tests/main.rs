//! Files written by keyvi 0.7.7, damaged ones, and hostile ones.

mod support;

mod corruption;
mod golden;
mod hostile;
mod sharing;
