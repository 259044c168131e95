//! The verbs that introduce reported speech, in all their forms, and what may follow each.
//!
//! The table is made by `train/` (see NOTICE), sorted, with lines of one length, and searched where it stands.

const TABLE: &[u8] = include_bytes!("cue_verbs.txt");
/// Form, kind, frames and particles with the blanks between them, and the line break.
const LINE_BYTES: usize = 27;
const FORM_BYTES: usize = 15;
const LINES: usize = TABLE.len() / LINE_BYTES;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VerbKind {
    Base,
    ThirdPerson,
    Past,
    Participle,
    Continuous,
    /// One spelling for the present and the past: `read`, `forecast`.
    Any,
}

/// What a cue verb may be followed by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Frame {
    /// It is speech proper: it goes with quotations, and may follow what was said.
    Speech = 1,
    /// A clause, with or without `that`.
    Clause = 2,
    /// A clause with `that`.
    ThatClause = 4,
    /// Somebody, then a clause: `told reporters that`.
    ObjectClause = 8,
    /// Somebody, then `to` and a verb: `urged them to`.
    ObjectTo = 16,
    /// `to` and a verb: `vowed to`.
    To = 32,
    /// A noun phrase: `stressed the importance`.
    Noun = 64,
    /// A clause or a noun phrase where a document speaks: `the poll shows`.
    Document = 128,
    /// Nothing more: its present forms are nouns as well, `claims`, `report`.
    Ambiguous = 256,
}

/// The words that may tie a verb to what was said, in the order of their bits.
const PARTICLES: [&str; 14] =
    ["for", "on", "of", "about", "against", "at", "to", "with", "out", "in", "up", "from", "over", "as"];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CueVerb {
    pub kind: VerbKind,
    frames: u16,
    particles: u16,
}

impl CueVerb {
    pub fn takes(self, frame: Frame) -> bool {
        self.frames & frame as u16 != 0
    }

    /// Whether some word may tie it to what was said: `spoke of`.
    pub fn has_ties(self) -> bool {
        self.particles != 0
    }

    /// Whether `word`, in lower case, may tie it to what was said: `warned of`.
    pub fn ties_with(self, word: &str) -> bool {
        self.has_ties()
            && PARTICLES.iter().position(|own| *own == word).is_some_and(|at| self.particles >> at & 1 == 1)
    }
}

/// The cue verb that `word`, in lower case, is a form of.
pub fn cue_verb(word: &[u8]) -> Option<CueVerb> {
    if !(3..=FORM_BYTES).contains(&word.len()) {
        return None;
    }
    let (mut low, mut high) = (0, LINES);
    while low < high {
        let middle = usize::midpoint(low, high);
        let line = &TABLE[middle * LINE_BYTES..][..LINE_BYTES];
        match form(line).cmp(word) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => return Some(parsed(line)),
        }
    }
    None
}

fn form(line: &[u8]) -> &[u8] {
    let end = line[..FORM_BYTES].iter().position(|byte| *byte == b' ').unwrap_or(FORM_BYTES);
    &line[..end]
}

fn parsed(line: &[u8]) -> CueVerb {
    let kind = match line[FORM_BYTES + 1] {
        b'B' => VerbKind::Base,
        b'S' => VerbKind::ThirdPerson,
        b'P' => VerbKind::Past,
        b'N' => VerbKind::Participle,
        b'G' => VerbKind::Continuous,
        _ => VerbKind::Any,
    };
    let frames = hexadecimal(&line[FORM_BYTES + 3..FORM_BYTES + 6]);
    let particles = hexadecimal(&line[FORM_BYTES + 7..FORM_BYTES + 11]);
    CueVerb { kind, frames, particles }
}

fn hexadecimal(digits: &[u8]) -> u16 {
    digits.iter().fold(0, |value, digit| {
        let digit = if digit.is_ascii_digit() { digit - b'0' } else { digit - b'a' + 10 };
        value << 4 | u16::from(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_every_form_is_found() {
        assert_eq!(TABLE.len() % LINE_BYTES, 0);
        let lines: Vec<&[u8]> = TABLE.chunks(LINE_BYTES).collect();
        assert!(lines.windows(2).all(|pair| form(pair[0]) < form(pair[1])));
        assert!(lines.iter().all(|line| cue_verb(form(line)) == Some(parsed(line))));
    }

    #[test]
    fn verbs_know_what_follows_them() {
        let warned = cue_verb(b"warned").expect("a cue verb");
        assert!(
            warned.kind == VerbKind::Past && warned.takes(Frame::Clause) && warned.ties_with("against")
        );
        assert!(!warned.takes(Frame::To) && !warned.ties_with("for"));
        assert_eq!(cue_verb(b"walked"), None);
        assert_eq!(cue_verb(b""), None);
    }
}
