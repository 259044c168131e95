//! The audit's ledger: planted faults, each found by name and place, and random worlds against a naive judge.

use copydesk::audit::{
    Channel, Channels, Claim, Coordinate, Finding, Heard, Kind, Ledger, Span, Verdict, WhyUnknown,
};
use copydesk::model::{Offset, Partition};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const OUT: Channel = Channel::Output;
const DEAD: Channel = Channel::DeadLetter;

fn span(first: i64, due: i64, end: i64) -> Span {
    Span { first: Offset(first), due: Offset(due), end: Offset(end) }
}

/// A ledger of one input `raw` with these partitions, whose offsets all hold records but those named.
fn ledger(spans: &[Span], empty: &[(i32, i64)]) -> Ledger {
    let channels = Channels { output: "out".to_owned(), dead_letter: "dead".to_owned() };
    let mut ledger = Ledger::new(vec![("raw".to_owned(), spans.to_vec())], channels, 20);
    for (span, partition) in spans.iter().zip(0..) {
        for offset in span.first.0..span.end.0 {
            if !empty.contains(&(partition, offset)) {
                ledger.input(0, Partition(partition), Offset(offset), false);
            }
        }
    }
    ledger
}

fn place(topic: &str, partition: i32, offset: i64) -> Coordinate {
    Coordinate { topic: topic.to_owned(), partition: Partition(partition), offset: Offset(offset) }
}

/// Outcomes of input partition 0 in partition 0 of a topic, at the offsets 0, 1, 2 …
fn hear(ledger: &mut Ledger, channel: Channel, sources: &[i64]) {
    for (source, at) in sources.iter().zip(0..) {
        let text = format!("raw/0/{source}");
        let heard =
            ledger.outcome(channel, Partition(0), Offset(at), Claim::of_output(Some(text.as_bytes())));
        assert_eq!(heard, Heard::Judged);
    }
}

fn counts(verdict: &Verdict) -> [u64; 5] {
    Kind::ALL.map(|kind| verdict.count(kind))
}

#[test]
fn a_complete_log_is_clean_and_offsets_without_a_record_are_no_finding() {
    let mut ledger = ledger(&[span(0, 200, 200)], &[(0, 7), (0, 64), (0, 199)]);
    let sources: Vec<i64> = (0..199).filter(|offset| ![7, 64, 150].contains(offset)).collect();
    hear(&mut ledger, OUT, &sources);
    hear(&mut ledger, DEAD, &[150]);
    let verdict = ledger.verdict();
    assert!(verdict.is_clean(), "{verdict:?}");
    let totals = verdict.totals;
    assert_eq!((totals.input, totals.published, totals.dead_lettered, totals.not_due), (197, 196, 1, 0));
}

#[test]
fn what_has_no_outcome_is_missing_and_neighbours_are_one_run() {
    let mut ledger = ledger(&[span(0, 200, 200)], &[(0, 101)]);
    let is_lost = |offset: i64| offset == 3 || (100..=130).contains(&offset) || offset == 199;
    let sources: Vec<i64> = (0..200).filter(|offset| !is_lost(*offset)).collect();
    hear(&mut ledger, OUT, &sources);
    let verdict = ledger.verdict();
    assert_eq!(counts(&verdict), [1 + 30 + 1, 0, 0, 0, 0]);
    let missing = |first, last, records| Finding::Missing {
        first: place("raw", 0, first),
        last: Offset(last),
        records,
    };
    assert_eq!(verdict.findings, [missing(3, 3, 1), missing(100, 130, 30), missing(199, 199, 1)]);
}

#[test]
fn a_second_outcome_is_a_duplicate_wherever_the_first_was() {
    let mut ledger = ledger(&[span(0, 4, 4)], &[]);
    hear(&mut ledger, OUT, &[0, 1, 1, 2, 0]);
    hear(&mut ledger, DEAD, &[2, 3, 3]);
    let verdict = ledger.verdict();
    assert_eq!(counts(&verdict), [0, 4, 0, 0, 0], "a duplicate is not out of order as well");
    let duplicate =
        |source, at, earlier| Finding::Duplicate { source: place("raw", 0, source), at, earlier };
    let expected = [
        duplicate(1, place("out", 0, 2), OUT),
        duplicate(0, place("out", 0, 4), OUT),
        duplicate(2, place("dead", 0, 0), OUT),
        duplicate(3, place("dead", 0, 2), DEAD),
    ];
    assert_eq!(verdict.findings, expected);
}

#[test]
fn order_holds_in_each_partition_of_each_topic_for_itself() {
    let claim = |text: &'static str| Claim::of_output(Some(text.as_bytes()));
    let mut swapped = ledger(&[span(0, 5, 5), span(0, 2, 2)], &[]);
    hear(&mut swapped, OUT, &[0, 2, 1]);
    // Later in another partition of the output, or earlier among the dead letters: no promise is broken.
    swapped.outcome(OUT, Partition(1), Offset(0), claim("raw/1/0"));
    swapped.outcome(OUT, Partition(1), Offset(1), claim("raw/0/4"));
    swapped.outcome(OUT, Partition(1), Offset(2), claim("raw/1/1"));
    hear(&mut swapped, DEAD, &[3]);
    let verdict = swapped.verdict();
    assert_eq!(counts(&verdict), [0, 0, 1, 0, 0]);
    let found =
        Finding::OutOfOrder { source: place("raw", 0, 1), at: place("out", 0, 2), after: Offset(2) };
    assert_eq!(verdict.findings, [found]);
}

#[test]
fn an_outcome_of_no_record_is_unknown_and_says_why() {
    let mut ledger = ledger(&[span(0, 3, 3)], &[(0, 1)]);
    hear(&mut ledger, OUT, &[0, 2]);
    let texts: [Option<&str>; 8] = [
        None,
        Some("nonsense"),
        Some("raw/0/1"),
        Some("raw/0/3"),
        Some("raw/7/0"),
        Some("raw/0/-1"),
        Some("raw/-1/0"),
        Some("raw/0/0/0"),
    ];
    for (text, at) in texts.iter().zip(10..) {
        let claim = Claim::of_output(text.map(str::as_bytes));
        assert_eq!(ledger.outcome(OUT, Partition(0), Offset(at), claim), Heard::Judged);
    }
    let verdict = ledger.verdict();
    assert_eq!(counts(&verdict), [0, 0, 0, 8, 0]);
    let words = |finding: &Finding| match finding {
        Finding::Unknown { source, at, why } => (source.clone(), at.offset.0, *why),
        other => panic!("{other:?}"),
    };
    let (no_source, no_place, no_record) =
        (WhyUnknown::NoSource, WhyUnknown::UnreadableSource, WhyUnknown::NotInInput);
    let expected = [
        (None, 10, no_source),
        (None, 11, no_place),
        (Some(place("raw", 0, 1)), 12, no_record),
        (Some(place("raw", 0, 3)), 13, no_record),
        (Some(place("raw", 7, 0)), 14, no_record),
        (None, 15, no_place),
        (None, 16, no_place),
        (None, 17, no_place),
    ];
    assert_eq!(verdict.findings.iter().map(words).collect::<Vec<_>>(), expected);
}

#[test]
fn dead_letters_say_where_they_come_from_in_three_headers() {
    let (topic, partition, offset) = (Some(&b"raw"[..]), Some(&b"2"[..]), Some(&b"17"[..]));
    let whole = Claim::of_dead_letter(topic, partition, offset);
    assert_eq!(
        whole,
        Claim::Of { topic: "raw", partition: Partition(2), offset: Offset(17), last: Offset(17) }
    );
    assert_eq!(Claim::of_dead_letter(None, None, None), Claim::Nothing);
    for broken in [
        Claim::of_dead_letter(topic, partition, None),
        Claim::of_dead_letter(topic, Some(b"x"), offset),
        Claim::of_dead_letter(Some(b""), partition, offset),
        Claim::of_dead_letter(Some(b"\xff"), partition, offset),
        Claim::of_output(Some(b"\xff/0/0")),
    ] {
        assert_eq!(broken, Claim::Unreadable);
    }
}

#[test]
fn a_skipped_record_needs_no_outcome_and_must_have_none() {
    let mut ledger = ledger(&[span(0, 5, 5)], &[(0, 2), (0, 4)]);
    ledger.input(0, Partition(0), Offset(2), true);
    ledger.input(0, Partition(0), Offset(4), true);
    hear(&mut ledger, OUT, &[0, 1, 3, 4]);
    let verdict = ledger.verdict();
    assert_eq!((verdict.totals.input, verdict.totals.skipped), (5, 2));
    let found = Finding::NotSkipped { source: place("raw", 0, 4), at: place("out", 0, 3) };
    assert_eq!((counts(&verdict), verdict.findings), ([0, 0, 0, 0, 1], vec![found]));
}

#[test]
fn records_outside_what_is_judged_are_counted_and_no_more() {
    let mut ledger = ledger(&[span(100, 150, 170)], &[]);
    let sources: Vec<i64> = (90..155).collect();
    hear(&mut ledger, OUT, &sources);
    let other = Claim::of_output(Some(b"other/0/1"));
    assert_eq!(ledger.outcome(OUT, Partition(0), Offset(99), other), Heard::OtherInput);
    let verdict = ledger.verdict();
    assert!(verdict.is_clean(), "{verdict:?}");
    let totals = verdict.totals;
    assert_eq!((totals.before_start, totals.not_due, totals.other_inputs), (10, 15, 1));
}

/// A dead letter that stands for a range, as the only outcome of record 0 of the dead-letter topic on.
fn hear_range(ledger: &mut Ledger, at: i64, first: i64, last: i64) {
    let claim =
        Claim::Of { topic: "raw", partition: Partition(0), offset: Offset(first), last: Offset(last) };
    assert_eq!(ledger.outcome(DEAD, Partition(0), Offset(at), claim), Heard::Judged);
}

#[test]
fn a_dead_letter_of_a_range_is_the_outcome_of_each_record_in_it_and_of_no_other() {
    let mut whole = ledger(&[span(0, 20, 20)], &[(0, 7)]);
    hear(&mut whole, OUT, &[0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 15, 16]);
    hear_range(&mut whole, 0, 5, 9);
    hear_range(&mut whole, 1, 17, i64::MAX);
    let verdict = whole.verdict();
    assert!(verdict.is_clean(), "{verdict:?}");
    assert_eq!((verdict.totals.input, verdict.totals.dead_lettered), (19, 4 + 3));

    let mut wrong = ledger(&[span(0, 20, 20)], &[(0, 15), (0, 16)]);
    hear(&mut wrong, OUT, &[0, 1, 2, 3, 4, 5]);
    hear_range(&mut wrong, 0, 5, 8);
    hear_range(&mut wrong, 1, 8, 9);
    hear_range(&mut wrong, 2, 15, 16);
    let verdict = wrong.verdict();
    // 5 was published and 8 is in two ranges; 10 to 14 and 17 to 19 have nothing; 15 and 16 hold no record.
    assert_eq!(counts(&verdict), [8, 2, 0, 1, 0], "{verdict:?}");
}

#[test]
fn a_flood_of_findings_is_counted_whole_and_listed_in_part() {
    let mut ledger = ledger(&[span(0, 1, 1)], &[]);
    hear(&mut ledger, OUT, &[0; 1_001]);
    let verdict = ledger.verdict();
    assert_eq!((verdict.count(Kind::Duplicate), verdict.findings.len()), (1_000, 20));
}

/// What one look at plain lists says: the counts of missing, duplicate, out of order and unknown.
fn naive(records: &BTreeSet<(i32, i64)>, outcomes: &[(Channel, i32, (i32, i64))]) -> [u64; 5] {
    let (mut seen, mut last) = (BTreeSet::new(), BTreeMap::new());
    let (mut duplicates, mut disorder, mut unknown) = (0, 0, 0);
    for (channel, partition, source) in outcomes {
        if !records.contains(source) {
            unknown += 1;
        } else if !seen.insert(*source) {
            duplicates += 1;
        } else {
            let before = last.insert((*channel, *partition, source.0), source.1);
            disorder += u64::from(before.is_some_and(|before| before > source.1));
        }
    }
    [records.difference(&seen).count() as u64, duplicates, disorder, unknown, 0]
}

fn channel() -> impl Strategy<Value = Channel> {
    prop_oneof![Just(OUT), Just(DEAD)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_worlds_are_judged_as_a_naive_judge_does(
        records in prop::collection::btree_set((0..3i32, 0..150i64), 0..200),
        outcomes in prop::collection::vec((channel(), 0..2i32, (0..4i32, 0..160i64)), 0..300),
        is_complete in any::<bool>(),
    ) {
        let channels = Channels { output: "out".to_owned(), dead_letter: "dead".to_owned() };
        let mut ledger = Ledger::new(vec![("raw".to_owned(), vec![span(0, 150, 150); 3])], channels, 1_000);
        for (partition, offset) in &records {
            ledger.input(0, Partition(*partition), Offset(*offset), false);
        }
        // Half of the worlds begin with every record once, in order.
        let whole = records.iter().filter(|_| is_complete).map(|source| (OUT, 0, *source));
        let outcomes: Vec<_> = whole.chain(outcomes).collect();
        for ((channel, partition, (from, source)), at) in outcomes.iter().zip(0..) {
            let text = format!("raw/{from}/{source}");
            let claim = Claim::of_output(Some(text.as_bytes()));
            ledger.outcome(*channel, Partition(*partition), Offset(at), claim);
        }
        let verdict = ledger.verdict();
        prop_assert_eq!(counts(&verdict), naive(&records, &outcomes));
        let missing: u64 = verdict.findings.iter().map(|finding| match finding {
            Finding::Missing { records, .. } => *records,
            _ => 0,
        }).sum();
        prop_assert_eq!(missing, verdict.count(Kind::Missing), "runs add up");
    }
}
