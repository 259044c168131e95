//! The sets that the project is measured with by name, the marks of peers on them, and what is aimed at.

use super::tally::{Field, Figure, Measure};

/// One named set.
pub(super) struct Named {
    pub(super) name: &'static str,
    /// Where anybody finds it, and what it is.
    pub(super) source: &'static str,
    /// Its path in the command that repeats the report.
    pub(super) path: &'static str,
    pub(super) goals: &'static [Goal],
}

/// What is expected of one figure, in per cent.
pub(super) struct Goal {
    pub(super) figure: Figure,
    /// Below it the program is not good enough to be given out.
    pub(super) floor: Option<f64>,
    pub(super) aim: Option<f64>,
    /// The best mark of a peer on the same raw text with the same scorer, where one was taken.
    pub(super) peer: Option<f64>,
}

const fn goal(field: Field, floor: f64, aim: f64) -> Goal {
    Goal {
        figure: Figure { field, measure: Measure::Score },
        floor: Some(floor),
        aim: Some(aim),
        peer: None,
    }
}

const fn aim(field: Field, measure: Measure, aim: f64) -> Goal {
    Goal { figure: Figure { field, measure }, floor: None, aim: Some(aim), peer: None }
}

const fn peer(field: Field, mark: f64) -> Goal {
    Goal { figure: Figure { field, measure: Measure::Score }, floor: None, aim: None, peer: Some(mark) }
}

impl Goal {
    const fn with_peer(self, mark: f64) -> Self {
        Self { peer: Some(mark), ..self }
    }
}

/// The goals of marked articles are the same for both halves.
const MARKED: &[Goal] = &[
    aim(Field::PlaceCountries, Measure::Precision, 97.0),
    aim(Field::Links, Measure::Precision, 100.0),
    aim(Field::Links, Measure::Recall, 90.0),
    aim(Field::DateValues, Measure::Score, 80.0),
    aim(Field::Direct, Measure::Score, 88.0),
    aim(Field::Quotations, Measure::Score, 50.0),
    aim(Field::QuotationPrecision, Measure::Score, 85.0),
    aim(Field::TopLevelTopics, Measure::Score, 73.0),
];

/// Peers: Stanford `CoreNLP` 4.5.7 with all defaults and its `SUTime`, on the same raw text with the same scorer.
pub(super) const NAMED: [Named; 7] = [
    Named {
        name: "tune",
        source: "Twenty invented articles marked by hand, read while rules are written: `tests/quality/tune`",
        path: "tests/quality/tune",
        goals: MARKED,
    },
    Named {
        name: "held-out",
        source: "Twenty more that nothing was tuned on; only their scores are read: `tests/quality/held-out`",
        path: "tests/quality/held-out",
        goals: MARKED,
    },
    Named {
        name: "uner-ewt-test",
        source: "English web text: `en_ewt-ud-test.iob2` of UniversalNER/UNER_English-EWT",
        path: "en_ewt-ud-test.iob2",
        goals: &[
            goal(Field::Names, 58.0, 68.0).with_peer(73.3),
            peer(Field::Persons, 86.5),
            peer(Field::Places, 71.6),
            peer(Field::Organisations, 54.4),
        ],
    },
    Named {
        name: "conll-2003-test",
        source: "Newswire of 1996: `eng.testb` of CoNLL-2003, as in synalp/NER under `corpus/CoNLL-2003`",
        path: "eng.testb",
        goals: &[goal(Field::Names, 62.0, 72.0)],
    },
    Named {
        name: "polnear-dev",
        source: "Political news of 2016: `data/dev` of networkdynamics/PolNeAR",
        path: "PolNeAR/data/dev",
        goals: &[
            goal(Field::Quotations, 38.0, 48.0),
            goal(Field::QuotationPrecision, 80.0, 85.0),
            aim(Field::Direct, Measure::Score, 88.0),
        ],
    },
    Named {
        name: "timebank",
        source: "Newswire of 1989 to 1998: TimeBank as in qiangning/StructTempRel-EMNLP17 under \
                 `data/TempEval3/Training/TBAQ-cleaned/TimeBank`",
        path: "TBAQ-cleaned/TimeBank",
        goals: &[
            peer(Field::DatesFound, 89.8),
            peer(Field::DatesExact, 81.6),
            goal(Field::DateValues, 65.0, 74.0).with_peer(68.7),
        ],
    },
    Named {
        name: "current-events-2026",
        source: "Single sentences of Wikipedia's current events of 2026 by their headings; \
                 `train/` writes them as its part `held_out_topics`, and trains nothing on them",
        path: "held-out-topics.tsv",
        goals: &[goal(Field::SnippetTopics, 72.0, 80.0)],
    },
];

pub(super) fn named(name: &str) -> Option<&'static Named> {
    NAMED.iter().find(|named| named.name == name)
}
