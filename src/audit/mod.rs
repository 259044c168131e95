//! Judges from outside whether every input record had exactly one outcome, in order.
//!
//! First the ledger hears which offsets of the input hold records, then each record of the output and the
//! dead-letter topic with the place it says it comes from. What is left at the end is the verdict. Offsets
//! without a record (transaction markers) are no finding. Memory is four bits for each input offset, one
//! number for each pair of input and output partition, and as many findings as are asked for.

mod bitmap;
mod claim;
mod lane;

pub use claim::{Claim, Coordinate};

use crate::model::{Offset, Partition};
use lane::{Lane, Place};
use std::collections::BTreeMap;

/// The offsets of an input partition that are judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// The first that is judged.
    pub first: Offset,
    /// Records before this one must have an outcome.
    pub due: Offset,
    /// After the last; outcomes of anything later are of records that are not there.
    pub end: Offset,
}

/// Where outcomes appear.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Channel {
    Output,
    DeadLetter,
}

/// What can be wrong with an outcome, or the lack of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A record without an outcome.
    Missing,
    /// One more outcome of a record that had one.
    Duplicate,
    /// An outcome after that of a later record of its input partition, in one partition of the output.
    OutOfOrder,
    /// An outcome of no record of the input.
    Unknown,
    /// An outcome of a record that the configuration skips.
    NotSkipped,
}

impl Kind {
    pub const ALL: [Self; 5] =
        [Self::Missing, Self::Duplicate, Self::OutOfOrder, Self::Unknown, Self::NotSkipped];

    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Duplicate => "duplicate",
            Self::OutOfOrder => "out_of_order",
            Self::Unknown => "unknown",
            Self::NotSkipped => "not_skipped",
        }
    }
}

/// Why an outcome is of no record of the input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WhyUnknown {
    NoSource,
    UnreadableSource,
    NotInInput,
}

impl WhyUnknown {
    pub fn word(self) -> &'static str {
        match self {
            Self::NoSource => "no_source",
            Self::UnreadableSource => "unreadable_source",
            Self::NotInInput => "not_in_input",
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// A run of records; those between that have no record of their own are not counted.
    Missing {
        first: Coordinate,
        last: Offset,
        records: u64,
    },
    /// `earlier` is where the first outcome was.
    Duplicate {
        source: Coordinate,
        at: Coordinate,
        earlier: Channel,
    },
    /// `after` is the later offset of the same input partition that came just before.
    OutOfOrder {
        source: Coordinate,
        at: Coordinate,
        after: Offset,
    },
    Unknown {
        source: Option<Coordinate>,
        at: Coordinate,
        why: WhyUnknown,
    },
    NotSkipped {
        source: Coordinate,
        at: Coordinate,
    },
}

impl Finding {
    pub fn kind(&self) -> Kind {
        match self {
            Self::Missing { .. } => Kind::Missing,
            Self::Duplicate { .. } => Kind::Duplicate,
            Self::OutOfOrder { .. } => Kind::OutOfOrder,
            Self::Unknown { .. } => Kind::Unknown,
            Self::NotSkipped { .. } => Kind::NotSkipped,
        }
    }
}

/// How many records were seen.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Totals {
    pub input: u64,
    /// Of these, those that the configuration skips.
    pub skipped: u64,
    /// Of these, those without an outcome that need not have one yet.
    pub not_due: u64,
    pub published: u64,
    pub dead_lettered: u64,
    /// Outcomes of records before the first that is judged.
    pub before_start: u64,
    /// Outcomes of other input topics.
    pub other_inputs: u64,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    pub totals: Totals,
    /// The first of each kind.
    pub findings: Vec<Finding>,
    counts: [u64; Kind::ALL.len()],
}

impl Verdict {
    /// Records of this kind, listed or not.
    pub fn count(&self, kind: Kind) -> u64 {
        self.counts[kind as usize]
    }

    pub fn is_clean(&self) -> bool {
        self.counts.iter().all(|count| *count == 0)
    }
}

/// What was made of an outcome.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Heard {
    Judged,
    /// It comes from a topic that is none of the inputs, and is only counted.
    OtherInput,
}

/// The names of the topics that outcomes are read from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Channels {
    pub output: String,
    pub dead_letter: String,
}

#[derive(Clone, Debug)]
pub struct Ledger {
    inputs: Vec<(String, Vec<Lane>)>,
    channels: Channels,
    /// By topic read, its partition, input topic and its partition: the offset heard of last.
    last: BTreeMap<(Channel, Partition, usize, Partition), Offset>,
    totals: Totals,
    counts: [u64; Kind::ALL.len()],
    findings: Vec<Finding>,
    /// How many of each kind are listed.
    listed: [usize; Kind::ALL.len()],
    findings_max: usize,
}

impl Ledger {
    /// `inputs` names each input topic with the span of each of its partitions; at most `findings_max` of a
    /// kind are listed.
    pub fn new(inputs: Vec<(String, Vec<Span>)>, channels: Channels, findings_max: usize) -> Self {
        let lanes =
            |(topic, spans): (String, Vec<Span>)| (topic, spans.into_iter().map(Lane::new).collect());
        Self {
            inputs: inputs.into_iter().map(lanes).collect(),
            channels,
            last: BTreeMap::new(),
            totals: Totals::default(),
            counts: [0; Kind::ALL.len()],
            findings: Vec::new(),
            listed: [0; Kind::ALL.len()],
            findings_max,
        }
    }

    /// Hears of an input record; `topic` is its index. Every one must be heard of before any outcome.
    pub fn input(&mut self, topic: usize, partition: Partition, offset: Offset, is_skipped: bool) {
        let lane = self.lane(topic, partition);
        if lane.is_some_and(|lane| lane.hold(offset, is_skipped)) {
            self.totals.input += 1;
            self.totals.skipped += u64::from(is_skipped);
        }
    }

    /// Hears of an outcome, of each partition in its order.
    pub fn outcome(
        &mut self,
        channel: Channel,
        partition: Partition,
        offset: Offset,
        claim: Claim<'_>,
    ) -> Heard {
        let at = At { channel, partition, offset };
        let source = match claim {
            Claim::Nothing => return self.unknown(at, None, WhyUnknown::NoSource),
            Claim::Unreadable => return self.unknown(at, None, WhyUnknown::UnreadableSource),
            Claim::Of { topic: name, partition, offset, last } => {
                let Some(topic) = self.inputs.iter().position(|(input, _)| input == name) else {
                    self.totals.other_inputs += 1;
                    return Heard::OtherInput;
                };
                let source = Source { topic, partition, offset };
                if last > offset {
                    return self.range(at, source, last);
                }
                source
            }
        };
        self.judge(at, source)
    }

    /// An outcome of every record from `source` to `last`; offsets that hold none are no finding, unless none does.
    fn range(&mut self, at: At, source: Source, last: Offset) -> Heard {
        let lane = self.lane(source.topic, source.partition);
        let mut is_of_any = false;
        for offset in lane.map_or(0..0, |lane| lane.inside(source.offset, last)) {
            let source = Source { offset: Offset(offset), ..source };
            let place = self.lane(source.topic, source.partition).map(|lane| lane.place(source.offset));
            if place != Some(Place::Empty) {
                is_of_any = true;
                self.judge(at, source);
            }
        }
        if is_of_any { Heard::Judged } else { self.judge(at, source) }
    }

    fn judge(&mut self, at: At, source: Source) -> Heard {
        match at.channel {
            Channel::Output => self.totals.published += 1,
            Channel::DeadLetter => self.totals.dead_lettered += 1,
        }
        let place = self.lane(source.topic, source.partition).map(|lane| lane.place(source.offset));
        match place {
            Some(Place::Record) => self.settle(at, source),
            Some(Place::BeforeStart) => self.totals.before_start += 1,
            Some(Place::Skipped) => {
                let finding = Finding::NotSkipped { source: self.source(source), at: self.at(at) };
                self.found(finding);
            }
            Some(Place::Empty) | None => {
                let source = self.source(source);
                return self.unknown(at, Some(source), WhyUnknown::NotInInput);
            }
        }
        Heard::Judged
    }

    fn settle(&mut self, at: At, source: Source) {
        let lane = self.lane(source.topic, source.partition).expect("the source was found in it");
        if let Some(earlier) = lane.settle(source.offset, at.channel) {
            let finding = Finding::Duplicate { source: self.source(source), at: self.at(at), earlier };
            return self.found(finding);
        }
        let stream = (at.channel, at.partition, source.topic, source.partition);
        let last = self.last.insert(stream, source.offset);
        if let Some(after) = last.filter(|last| *last > source.offset) {
            let finding = Finding::OutOfOrder { source: self.source(source), at: self.at(at), after };
            self.found(finding);
        }
    }

    fn unknown(&mut self, at: At, source: Option<Coordinate>, why: WhyUnknown) -> Heard {
        let at = self.at(at);
        self.found(Finding::Unknown { source, at, why });
        Heard::Judged
    }

    /// What is to be said when everything has been heard.
    pub fn verdict(mut self) -> Verdict {
        for (topic, lanes) in std::mem::take(&mut self.inputs) {
            for (lane, partition) in lanes.iter().zip(0..) {
                let not_due = lane.gaps(|gap| {
                    let (partition, offset) = (Partition(partition), gap.first);
                    let first = Coordinate { topic: topic.clone(), partition, offset };
                    self.found(Finding::Missing { first, last: gap.last, records: gap.records });
                });
                self.totals.not_due += not_due;
            }
        }
        Verdict { totals: self.totals, findings: self.findings, counts: self.counts }
    }

    fn lane(&mut self, topic: usize, partition: Partition) -> Option<&mut Lane> {
        self.inputs.get_mut(topic)?.1.get_mut(usize::try_from(partition.0).ok()?)
    }

    fn source(&self, source: Source) -> Coordinate {
        let topic = self.inputs[source.topic].0.clone();
        Coordinate { topic, partition: source.partition, offset: source.offset }
    }

    fn at(&self, at: At) -> Coordinate {
        let topic = match at.channel {
            Channel::Output => &self.channels.output,
            Channel::DeadLetter => &self.channels.dead_letter,
        };
        Coordinate { topic: topic.clone(), partition: at.partition, offset: at.offset }
    }

    fn found(&mut self, finding: Finding) {
        let kind = finding.kind() as usize;
        self.counts[kind] += match finding {
            Finding::Missing { records, .. } => records,
            _ => 1,
        };
        if self.listed[kind] < self.findings_max {
            self.listed[kind] += 1;
            self.findings.push(finding);
        }
    }
}

/// The place of an outcome, not yet put into words.
#[derive(Clone, Copy, Debug)]
struct At {
    channel: Channel,
    partition: Partition,
    offset: Offset,
}

/// The place of an outcome's source; `topic` is its index.
#[derive(Clone, Copy, Debug)]
struct Source {
    topic: usize,
    partition: Partition,
    offset: Offset,
}
