//! Groups paragraphs under their sub-heads.
//! Evidence: the order in which the layout found them.
//! Example: six paragraphs, `Afternoon session`, two paragraphs → sections of six and two.
//! Misses: what the layout misses.

use super::layout::Part;
use crate::model::{Section, Span};

/// The paragraphs, and the sections that cover them all.
pub(super) fn find(body: &[Part]) -> (Vec<Span>, Vec<Section>) {
    let mut paragraphs = Vec::new();
    let mut sections: Vec<Section> = Vec::new();
    for part in body {
        match part {
            Part::Heading(span) => {
                let from = paragraphs.len();
                sections.push(Section { heading: Some(*span), paragraphs: from..from });
            }
            Part::Paragraph(span) => {
                if sections.is_empty() {
                    sections.push(Section { heading: None, paragraphs: 0..0 });
                }
                paragraphs.push(*span);
                if let Some(open) = sections.last_mut() {
                    open.paragraphs.end = paragraphs.len();
                }
            }
        }
    }
    (paragraphs, sections)
}
