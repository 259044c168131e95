//! The breaker: too many dead letters, and the worker should stop consuming before it rejects a whole feed.
//!
//! One dead letter is the feed's business; hundreds in a row, or half of what comes, mean that something else
//! is broken: a producer's format, a field map, a program's version. Counted are records that are committed,
//! so that no record counts twice, whichever worker was first and however often a transaction was repeated.

use std::collections::VecDeque;

/// How many of the latest records a share is taken of.
pub const BREAKER_WINDOW: usize = 1_000;

/// When to trip; none switches a check off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BreakerLimits {
    /// More than this many per cent of the last [`BREAKER_WINDOW`] records.
    pub percent: Option<u32>,
    /// So many dead letters one after another.
    pub in_a_row: Option<usize>,
}

/// Counts records until it trips, and stays so.
#[derive(Clone, Debug)]
pub struct Breaker {
    limits: BreakerLimits,
    window: VecDeque<bool>,
    dead: usize,
    in_a_row: usize,
    is_tripped: bool,
}

/// What tripped it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trip {
    Share { dead: usize },
    InARow { dead: usize },
}

impl Breaker {
    pub fn new(limits: BreakerLimits) -> Self {
        Self { limits, window: VecDeque::new(), dead: 0, in_a_row: 0, is_tripped: false }
    }

    /// Counts one record. Says so when this is the one that trips it.
    pub fn count(&mut self, is_dead: bool) -> Option<Trip> {
        if self.window.len() == BREAKER_WINDOW && self.window.pop_front() == Some(true) {
            self.dead -= 1;
        }
        self.window.push_back(is_dead);
        self.dead += usize::from(is_dead);
        self.in_a_row = if is_dead { self.in_a_row + 1 } else { 0 };
        if self.is_tripped {
            return None;
        }
        let trip = self.trip();
        self.is_tripped = trip.is_some();
        trip
    }

    fn trip(&self) -> Option<Trip> {
        if self.limits.in_a_row.is_some_and(|limit| self.in_a_row >= limit.max(1)) {
            return Some(Trip::InARow { dead: self.in_a_row });
        }
        // A share of few records says little: the first of all may be a dead letter.
        let share = self.dead as u64 * 100;
        let is_over = |percent: u32| share > u64::from(percent) * BREAKER_WINDOW as u64;
        let is_full = self.window.len() == BREAKER_WINDOW;
        (is_full && self.limits.percent.is_some_and(is_over)).then_some(Trip::Share { dead: self.dead })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker(percent: Option<u32>, in_a_row: Option<usize>) -> Breaker {
        Breaker::new(BreakerLimits { percent, in_a_row })
    }

    /// The number of the record that trips it, from 1, and why.
    fn tripped(mut breaker: Breaker, records: impl Iterator<Item = bool>) -> Option<(usize, Trip)> {
        records.zip(1..).find_map(|(is_dead, number)| breaker.count(is_dead).map(|trip| (number, trip)))
    }

    #[test]
    fn a_row_of_dead_letters_trips_it_and_one_good_record_starts_anew() {
        let row = |dead: usize| std::iter::repeat_n(true, dead);
        let trip = Some((5, Trip::InARow { dead: 5 }));
        assert_eq!(tripped(breaker(None, Some(5)), row(9)), trip);
        assert_eq!(tripped(breaker(None, Some(5)), row(4).chain([false]).chain(row(4))), None);
    }

    #[test]
    fn a_share_trips_it_once_the_window_is_full_and_it_is_more_than_allowed() {
        let every = |nth: usize| (0..4_000).map(move |n: usize| n.is_multiple_of(nth));
        assert_eq!(tripped(breaker(Some(50), None), every(2)), None, "half is not more than half");
        let first = tripped(breaker(Some(49), None), every(2));
        assert_eq!(first, Some((1_000, Trip::Share { dead: 500 })));
        assert_eq!(tripped(breaker(Some(2), None), every(50)), None, "two in a hundred");
        // Good for long, then bad: 501 of the last thousand.
        let turned = (0..4_000).map(|n| n >= 2_000);
        assert_eq!(tripped(breaker(Some(50), None), turned), Some((2_501, Trip::Share { dead: 501 })));
    }

    #[test]
    fn what_leaves_the_window_no_longer_counts() {
        let early = (0..20_000).map(|n| n % 2_000 < 400);
        assert_eq!(tripped(breaker(Some(40), None), early), None);
    }

    #[test]
    fn switched_off_it_never_trips_and_it_trips_but_once() {
        assert_eq!(tripped(breaker(None, None), std::iter::repeat_n(true, 5_000)), None);
        let mut once = breaker(Some(10), Some(3));
        let trips = (0..5_000).filter(|_| once.count(true).is_some()).count();
        assert_eq!(trips, 1);
    }
}
