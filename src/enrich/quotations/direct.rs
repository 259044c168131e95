//! Gives the quotations that no cue of their own sentence claims to the speech before them.

use super::Speech;
use super::marks::Quoted;
use super::reader::Reader;
use super::words::Class;

/// A quotation of fewer words, with no cue, is a title or a word held at arm's length.
const WORDS_MIN: usize = 4;

pub(super) fn complete(reader: &Reader, speeches: &mut Vec<Speech>) {
    let mut owners = owners(reader, speeches);
    for index in 0..reader.quoted.len() {
        if owners[index].is_some() || !is_sentence(reader, reader.quoted[index]) {
            continue;
        }
        let Some(before) = index.checked_sub(1) else { continue };
        let Some(owner) = owners[before] else { continue };
        let (quotation, previous) = (reader.quoted[index], reader.quoted[before]);
        let gap = paragraph_of(reader, quotation.open) - paragraph_of(reader, previous.open);
        if gap == 0 && is_near(reader, previous, quotation) || gap == 1 && previous.is_unclosed {
            speeches[owner].content.push(quotation.range());
            owners[index] = Some(owner);
        } else if gap == 1 && opens_paragraph(reader, quotation) {
            let speech = Speech {
                content: vec![quotation.range()],
                cue: None,
                is_inferred: true,
                addressee: None,
                rule: "same_speaker",
                ..speeches[owner].clone()
            };
            owners[index] = Some(speeches.len());
            speeches.push(speech);
        }
    }
}

/// Which speech each quotation belongs to.
fn owners(reader: &Reader, speeches: &[Speech]) -> Vec<Option<usize>> {
    let mut owners = vec![None; reader.quoted.len()];
    for (number, speech) in speeches.iter().enumerate() {
        for piece in &speech.content {
            let first = reader.quoted.partition_point(|quotation| quotation.open < piece.start);
            for (owner, quotation) in owners[first..].iter_mut().zip(&reader.quoted[first..]) {
                if quotation.open >= piece.end {
                    break;
                }
                *owner = owner.or(Some(number));
            }
        }
    }
    owners
}

/// Whether the quotation is a sentence of its own rather than words quoted in somebody else's.
fn is_sentence(reader: &Reader, quotation: Quoted) -> bool {
    let starts = quotation.open == 0
        || matches!(
            reader.class(quotation.open - 1),
            Class::Stop | Class::Close | Class::Colon | Class::Comma | Class::Dash
        )
        || opens_paragraph(reader, quotation);
    let last = quotation.close - 1;
    let ends = quotation.is_unclosed
        || last > quotation.open
            && matches!(reader.class(last), Class::Stop | Class::Comma | Class::Dash | Class::Joint);
    starts && ends && reader.words_in(quotation.open..quotation.end.min(quotation.open + 20)) >= WORDS_MIN
}

fn opens_paragraph(reader: &Reader, quotation: Quoted) -> bool {
    reader.paragraphs.binary_search_by_key(&quotation.open, |paragraph| paragraph.start).is_ok()
}

fn paragraph_of(reader: &Reader, at: usize) -> usize {
    reader.paragraphs.partition_point(|paragraph| paragraph.start <= at)
}

/// Whether no more than a sentence stands between the two.
fn is_near(reader: &Reader, before: Quoted, after: Quoted) -> bool {
    let between = before.end..after.open;
    between.len() <= 80
        && between.filter(|at| !reader.is_quoted(*at) && reader.class(*at) == Class::Stop).count() <= 1
}
