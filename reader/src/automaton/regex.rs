//! Regular expressions.

use regex_automata::Anchored;
use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::{start, syntax};
use regex_syntax::hir::{Dot, Hir, Look, Repetition};

use super::{Automaton, LabelSet};
use crate::error::{Error, Result};

/// Most bytes that the tables of an expression may take, and as many for what they are made from.
const SIZE_LIMIT: usize = 16 << 20;

/// Accepts the keys that a regular expression matches from their first byte to their last one, or anywhere.
///
/// The syntax is that of the [regex](https://docs.rs/regex/latest/regex/#syntax) crate. An expression matches characters,
/// so that no part of a key that is not UTF-8 is matched by `.`; `(?s-u:.)` matches any byte.
///
/// The expression is compiled to a table of all states, in which a search sees at once what leads nowhere. Unicode word
/// boundaries cannot be had so; `(?-u:\b)` can.
#[derive(Clone, Debug)]
pub struct Regex {
    states: dense::DFA<Vec<u32>>,
    start: StateID,
    /// Per state, the bytes that lead on.
    labels: Vec<LabelSet>,
}

impl Regex {
    /// Compiles an expression. One with mistakes, or whose tables would take more than 16 MiB, is an error.
    pub fn new(expression: &str) -> Result<Self> {
        Regex::compile(parse(expression)?)
    }

    /// As [`new`](Self::new), for keys in which the expression matches anywhere; `^` and `$` stand for their ends.
    pub fn anywhere(expression: &str) -> Result<Self> {
        let any = Hir::repetition(Repetition {
            min: 0,
            max: None,
            greedy: true,
            sub: Box::new(Hir::dot(Dot::AnyByte)),
        });
        Regex::compile(Hir::concat(vec![any.clone(), parse(expression)?, any]))
    }

    fn compile(expression: Hir) -> Result<Self> {
        let whole = Hir::concat(vec![expression, Hir::look(Look::End)]);
        let limits = thompson::Config::new()
            .utf8(false)
            .which_captures(thompson::WhichCaptures::None)
            .nfa_size_limit(Some(SIZE_LIMIT));
        let parts = thompson::Compiler::new()
            .configure(limits)
            .build_from_hir(&whole)
            .map_err(refused)?;
        let limits = dense::Config::new()
            .start_kind(StartKind::Anchored)
            .accelerate(false)
            .dfa_size_limit(Some(SIZE_LIMIT))
            .determinize_size_limit(Some(SIZE_LIMIT));
        let states = dense::Builder::new()
            .configure(limits)
            .build_from_nfa(&parts)
            .map_err(refused)?;
        let start = start::Config::new().anchored(Anchored::Yes);
        let start = states.start_state(&start).map_err(refused)?;
        let mut regex = Regex {
            states,
            start,
            labels: Vec::new(),
        };
        regex.list_labels();
        Ok(regex)
    }

    /// Lists the bytes that lead on, for each state that can be reached.
    fn list_labels(&mut self) {
        let mut met = vec![false; self.index(self.start) + 1];
        let mut unlisted = vec![self.start];
        while let Some(state) = unlisted.pop() {
            let mut labels = LabelSet::NONE;
            for label in 0..=u8::MAX {
                let next = self.states.next_state(state, label);
                if !self.leads_on(next) {
                    continue;
                }
                labels.insert(label);
                let index = self.index(next);
                met.resize(met.len().max(index + 1), false);
                if !std::mem::replace(&mut met[index], true) {
                    unlisted.push(next);
                }
            }
            let index = self.index(state);
            let len = self.labels.len().max(index + 1);
            self.labels.resize(len, LabelSet::NONE);
            self.labels[index] = labels;
        }
    }

    fn leads_on(&self, state: StateID) -> bool {
        !self.states.is_dead_state(state) && !self.states.is_quit_state(state)
    }

    fn index(&self, state: StateID) -> usize {
        state.as_usize() >> self.states.stride2()
    }
}

fn parse(expression: &str) -> Result<Hir> {
    let syntax = syntax::Config::new().utf8(false);
    syntax::parse_with(expression, &syntax).map_err(|error| {
        // in words of one line: as text it draws the expression with a mark below
        let (mistake, span) = match &error {
            regex_syntax::Error::Parse(error) => (error.kind().to_string(), error.span()),
            regex_syntax::Error::Translate(error) => (error.kind().to_string(), error.span()),
            other => return refused(other),
        };
        let reason = format!(
            "pattern {expression}: {mistake}, at byte {}",
            span.start.offset
        );
        Error::Query { reason }
    })
}

fn refused(error: impl std::error::Error) -> Error {
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        reason = format!("{reason}: {error}");
        source = error.source();
    }
    Error::Query { reason }
}

impl Automaton for Regex {
    type State = StateID;

    fn start(&self) -> StateID {
        self.start
    }

    #[inline]
    fn step(&self, state: &StateID, label: u8) -> Option<StateID> {
        let next = self.states.next_state(*state, label);
        self.leads_on(next).then_some(next)
    }

    fn accepts(&self, state: &StateID) -> bool {
        self.states
            .is_match_state(self.states.next_eoi_state(*state))
    }

    #[inline]
    fn labels(&self, state: &StateID) -> LabelSet {
        self.labels[self.index(*state)]
    }
}
