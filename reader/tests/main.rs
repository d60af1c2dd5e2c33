//! Files written by keyvi 0.7.7 and what keyvi answered, damaged files, and hostile ones.

mod support;

mod corruption;
mod golden;
mod hostile;
mod index;
mod queries;
mod sharing;
