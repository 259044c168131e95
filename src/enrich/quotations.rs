//! Finds who said what: direct, mixed and indirect speech.
//! Evidence: cue verbs with their subjects and complements; `according to`; quotation marks and the speech around them.
//! Example: `Duarte said the bridge was safe` → indirect, cue `said`, speaker `Duarte`.
//! Misses: speech in the passive (`was told`), reports by nouns (`his claim that`), speakers named only by `the former`.

mod complement;
mod direct;
mod marks;
mod reader;
mod sentence;
mod speakers;
mod subject;
mod words;

use super::segments::Segment;
use crate::model::{Entity, Quotation, QuotationKind, Span, limits};
use crate::text::Token;
use reader::Reader;
use std::ops::Range;
use subject::Subject;

/// One piece of speech in tokens, before it is published.
#[derive(Clone, Debug)]
struct Speech {
    /// In text order; never empty.
    content: Vec<Range<usize>>,
    cue: Option<Range<usize>>,
    speaker: Option<Subject>,
    addressee: Option<Range<usize>>,
    is_inferred: bool,
    rule: &'static str,
}

/// The speech of the article, in the order of its content.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn find(
    text: &str,
    tokens: &[Token],
    segments: &[Segment],
    paragraphs: &[Span],
    entities: &[Entity],
) -> Vec<Quotation> {
    let reader = Reader::new(text, tokens, segments, paragraphs);
    let mut speeches: Vec<Speech> = Vec::new();
    for segment in segments {
        sentence::read(&reader, segment.clone(), &mut speeches);
        if speeches.len() >= limits::QUOTATIONS_MAX {
            break;
        }
    }
    direct::complete(&reader, &mut speeches);
    speeches.sort_by_key(|speech| (speech.content[0].start, speech.content[0].end));
    speeches.truncate(limits::QUOTATIONS_MAX);
    let speakers = speakers::Index::new(entities);
    speeches.iter().map(|speech| published(&reader, &speakers, speech)).collect()
}

fn published(reader: &Reader, speakers: &speakers::Index, speech: &Speech) -> Quotation {
    let span = |range: &Range<usize>| reader.span(range);
    let words = speech.speaker.as_ref().map(|speaker| span(&speaker.words));
    let insertion = speech.speaker.as_ref().and_then(|speaker| speaker.insertion.as_ref()).map(span);
    let speaker_entity = words
        .and_then(|words| speakers.named_in(words))
        .or_else(|| insertion.and_then(|insertion| speakers.named_after(insertion)));
    // `who` is believed to be enough only where it is known who that is.
    let relative = speech.speaker.as_ref().and_then(|speaker| speaker.relative.as_ref()).map(span);
    let speaker = relative.filter(|_| speaker_entity.is_some()).or(words);
    Quotation {
        kind: kind(reader, &speech.content),
        content: speech.content.iter().map(span).collect(),
        cue: speech.cue.as_ref().map(span),
        speaker,
        speaker_entity,
        addressee_entity: speech.addressee.as_ref().and_then(|range| speakers.named_in(span(range))),
        is_inferred: speech.is_inferred,
        rule: speech.rule,
    }
}

/// Direct when all words are in quotation marks, mixed when some are.
fn kind(reader: &Reader, content: &[Range<usize>]) -> QuotationKind {
    let (mut inside, mut outside) = (false, false);
    for at in content.iter().flat_map(Clone::clone) {
        if reader.is_quoted(at) {
            inside = true;
        } else if reader.is_word(at) {
            outside = true;
        }
    }
    match (inside, outside) {
        (true, false) => QuotationKind::Direct,
        (true, true) => QuotationKind::Mixed,
        _ => QuotationKind::Indirect,
    }
}
