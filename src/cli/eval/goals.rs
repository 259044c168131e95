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
    /// The best mark of a peer on the same set, where one was taken: below it there is no point.
    pub(super) floor: Option<f64>,
    pub(super) aim: Option<f64>,
}

const fn goal(field: Field, floor: Option<f64>, aim: Option<f64>) -> Goal {
    Goal { figure: Figure { field, measure: Measure::Score }, floor, aim }
}

const fn of_measure(field: Field, measure: Measure, aim: f64) -> Goal {
    Goal { figure: Figure { field, measure }, floor: None, aim: Some(aim) }
}

/// The goals of marked articles are the same for both halves.
const MARKED: &[Goal] = &[
    of_measure(Field::PlaceCountries, Measure::Precision, 97.0),
    of_measure(Field::Links, Measure::Precision, 100.0),
    of_measure(Field::Links, Measure::Recall, 90.0),
    goal(Field::DateValues, None, Some(80.0)),
    goal(Field::Direct, None, Some(88.0)),
    goal(Field::Quotations, None, Some(50.0)),
    goal(Field::QuotationPrecision, None, Some(85.0)),
    goal(Field::TopLevelTopics, None, Some(73.0)),
];

/// Floors: Stanford `CoreNLP` 4.5.7 with all defaults and its `SUTime`, on the same raw text with the same scorer.
pub(super) const NAMED: [Named; 6] = [
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
            goal(Field::Names, Some(73.3), None),
            goal(Field::Persons, Some(86.5), None),
            goal(Field::Places, Some(71.6), None),
            goal(Field::Organisations, Some(54.4), None),
        ],
    },
    Named {
        name: "conll-2003-test",
        source: "Newswire of 1996: `eng.testb` of CoNLL-2003, as in synalp/NER under `corpus/CoNLL-2003`",
        path: "eng.testb",
        goals: &[],
    },
    Named {
        name: "polnear-dev",
        source: "Political news of 2016: `data/dev` of networkdynamics/PolNeAR",
        path: "PolNeAR/data/dev",
        goals: &[
            goal(Field::Quotations, None, Some(50.0)),
            goal(Field::QuotationPrecision, None, Some(85.0)),
            goal(Field::Direct, None, Some(88.0)),
        ],
    },
    Named {
        name: "timebank",
        source: "Newswire of 1989 to 1998: TimeBank as in qiangning/StructTempRel-EMNLP17 under \
                 `data/TempEval3/Training/TBAQ-cleaned/TimeBank`",
        path: "TBAQ-cleaned/TimeBank",
        goals: &[
            goal(Field::DatesFound, Some(89.8), None),
            goal(Field::DatesExact, Some(81.6), None),
            goal(Field::DateValues, Some(68.7), Some(80.0)),
        ],
    },
];

pub(super) fn named(name: &str) -> Option<&'static Named> {
    NAMED.iter().find(|named| named.name == name)
}
