//! Cuts the article's tokens into the runs that models and rules read one at a time.
//! Evidence: the starts and ends of headline, deck, byline, dateline, sub-heads and sentences; blank lines.
//! Example: a headline, a dateline and two sentences → four segments.
//! Misses: nothing stands outside a segment, so a line that is no sentence (a score, a table row) is one too.

use super::layout::{Layout, Part};
use crate::model::{Enriched, Span};
use crate::text::Token;
use std::ops::Range;

/// Indexes into the tokens; segments lie end to end and none is empty.
pub(super) type Segment = Range<usize>;

/// The segments of the whole text, in order.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn find(text: &str, tokens: &[Token], layout: &Layout, found: &Enriched) -> Vec<Segment> {
    let cuts = cuts(layout, found);
    let mut segments: Vec<Segment> = Vec::with_capacity(cuts.len() / 2 + 1);
    let mut cuts = cuts.iter().copied().peekable();
    let mut open = 0;
    for (at, pair) in tokens.windows(2).enumerate() {
        let (end, start) = (pair[0].span.end, pair[1].span.start);
        while cuts.next_if(|cut| *cut < end).is_some() {}
        let is_cut = cuts.peek().is_some_and(|cut| *cut <= start);
        if is_cut || parts(&text[end as usize..start as usize]) {
            segments.push(open..at + 1);
            open = at + 1;
        }
    }
    if open < tokens.len() {
        segments.push(open..tokens.len());
    }
    segments
}

/// Whether white space between two tokens holds a blank line.
fn parts(between: &str) -> bool {
    between.bytes().filter(|byte| *byte == b'\n').nth(1).is_some()
}

/// Every offset at which something known starts or ends, sorted.
fn cuts(layout: &Layout, found: &Enriched) -> Vec<u32> {
    let spans =
        [layout.headline, layout.deck, layout.date, layout.byline, layout.affiliation, layout.credit];
    let dateline = found.dateline.as_ref().map(|dateline| dateline.span);
    let parts = layout.body.iter().map(|part| match part {
        Part::Paragraph(span) | Part::Heading(span) => *span,
    });
    let all =
        spans.into_iter().flatten().chain(dateline).chain(parts).chain(found.sentences.iter().copied());
    let mut cuts: Vec<u32> = all.flat_map(|span: Span| [span.start, span.end]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenize;

    #[test]
    fn blank_lines_and_known_spans_part_segments() {
        let text = "A head\n\nOne two. Three four.";
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens);
        let found =
            Enriched { sentences: vec![Span::new(8, 16), Span::new(17, 28)], ..Enriched::default() };
        let words: Vec<&str> = find(text, &tokens, &Layout::default(), &found)
            .into_iter()
            .map(|s| &text[tokens[s.start].span.start as usize..tokens[s.end - 1].span.end as usize])
            .collect();
        assert_eq!(words, ["A head", "One two.", "Three four."]);
        assert!(find("", &[], &Layout::default(), &Enriched::default()).is_empty());
    }
}
