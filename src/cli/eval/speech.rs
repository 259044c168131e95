//! Scores of reported speech: found when at least half of its content is covered, right when its speaker is too.

use super::found::{Extent, Found};
use super::tally::{Field, Scores};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SpeechKind {
    Direct,
    Mixed,
    Indirect,
}

/// One piece of reported speech as it is marked.
#[derive(Debug)]
pub(super) struct Speech {
    pub(super) kind: SpeechKind,
    pub(super) content: Vec<Extent>,
    /// Whether it says whose it is; without, the speaker cannot be right.
    pub(super) has_source: bool,
}

/// One piece of content as it was found.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    pub(super) at: Extent,
    /// The speaker's words, empty without any.
    pub(super) speaker: &'a str,
    pub(super) entity: Option<usize>,
}

impl SpeechKind {
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "direct" => Some(Self::Direct),
            "mixed" => Some(Self::Mixed),
            "indirect" => Some(Self::Indirect),
            _ => None,
        }
    }

    /// Found with the right speaker, found, right of those found.
    fn fields(self) -> [Field; 3] {
        match self {
            Self::Direct => [Field::Direct, Field::DirectFound, Field::DirectSpeakers],
            Self::Mixed => [Field::Mixed, Field::MixedFound, Field::MixedSpeakers],
            Self::Indirect => [Field::Indirect, Field::IndirectFound, Field::IndirectSpeakers],
        }
    }
}

/// Every piece of content that was found, in the order of the document.
pub(super) fn answers(found: &Found) -> Vec<Answer<'_>> {
    let mut answers = Vec::new();
    for quotation in &found.quotations {
        let speaker = quotation.speaker.map_or("", |speaker| found.words(speaker));
        let entity = quotation.speaker_entity.as_ref().and_then(|id| found.entity(id));
        answers.extend(quotation.content.iter().map(|at| Answer { at: *at, speaker, entity }));
    }
    answers
}

/// Scores one document. `is_right` judges the speaker of the answer that covers most of the `n`th speech.
pub(super) fn score(
    document: &str,
    text: &Found,
    gold: &[Speech],
    is_right: impl Fn(usize, &Answer<'_>) -> bool,
    scores: &mut Scores,
) {
    let answers = answers(text);
    for (n, speech) in gold.iter().enumerate() {
        let covering = covering(&speech.content, &answers);
        let right = speech.has_source && covering.is_some_and(|answer| is_right(n, answer));
        count(speech, covering.is_some(), right, scores);
        if !right {
            scores.error(speech.kind.fields()[0], || complaint(document, text, speech, covering));
        }
    }
    let all: Vec<Extent> = gold.iter().flat_map(|speech| speech.content.iter().copied()).collect();
    for answer in &answers {
        let is_speech = 2 * shared(&all, answer.at) >= answer.at.len();
        scores.add_share(Field::QuotationPrecision, 1, usize::from(is_speech));
        if !is_speech {
            let start = answer.at.start;
            scores.error(Field::QuotationPrecision, || {
                format!("{document}: wrong {:?} at {start}", shortened(text.words(answer.at)))
            });
        }
    }
}

/// The answer that covers most of the content, when all answers together cover half of it.
fn covering<'a, 'b>(content: &[Extent], answers: &'a [Answer<'b>]) -> Option<&'a Answer<'b>> {
    let whole: usize = content.iter().map(|piece| piece.len()).sum();
    let mut covered = 0;
    let mut best: Option<(usize, &Answer<'_>)> = None;
    for answer in answers {
        let shared = shared(content, answer.at);
        covered += shared;
        if shared > best.map_or(0, |(most, _)| most) {
            best = Some((shared, answer));
        }
    }
    best.filter(|_| 2 * covered >= whole).map(|(_, answer)| answer)
}

fn shared(pieces: &[Extent], other: Extent) -> usize {
    pieces.iter().map(|piece| piece.shared(other)).sum()
}

fn count(speech: &Speech, is_found: bool, is_right: bool, scores: &mut Scores) {
    let (found, right) = (usize::from(is_found), usize::from(is_right));
    let with_source = usize::from(is_found && speech.has_source);
    let all = [Field::Quotations, Field::QuotationsFound, Field::QuotationSpeakers];
    for [end_to_end, content, speakers] in [all, speech.kind.fields()] {
        scores.add_share(end_to_end, 1, right);
        scores.add_share(content, 1, found);
        scores.add_share(speakers, with_source, right);
    }
}

fn complaint(document: &str, text: &Found, speech: &Speech, covering: Option<&Answer<'_>>) -> String {
    let start = speech.content.first().map_or(0, |piece| piece.start);
    let words: Vec<&str> = speech.content.iter().map(|piece| text.words(*piece)).collect();
    let words = shortened(&words.join(" … "));
    match covering {
        None => format!("{document}: missed {words:?} at {start}"),
        Some(answer) => {
            let who = answer.entity.map_or(answer.speaker, |entity| text.entities[entity].name.as_str());
            format!("{document}: speaker {who:?} of {words:?} at {start} is wrong")
        }
    }
}

const SHOWN: usize = 90;

fn shortened(words: &str) -> String {
    if words.chars().count() <= SHOWN {
        return words.to_owned();
    }
    words.chars().take(SHOWN).chain(['…']).collect()
}

/// Whether an answer names a source: one holds the other, or its last word is among the source's.
pub(super) fn names_source(answer: &str, source: &str) -> bool {
    let (answer, source) = (answer.to_lowercase(), source.to_lowercase());
    let words: Vec<&str> =
        words(&answer).into_iter().filter(|word| !["mr", "mrs", "ms", "the"].contains(word)).collect();
    let Some(last) = words.last() else { return false };
    source.contains(&answer) || answer.contains(&source) || self::words(&source).contains(last)
}

fn words(text: &str) -> Vec<&str> {
    let is_inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '’' | '\'' | '-');
    text.split(|c: char| !is_inside(c)).filter(|word| !word.is_empty()).collect()
}
