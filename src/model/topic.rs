//! What the article is about: IPTC Media Topics, and phrases of its own.

use super::Span;

/// One Media Topic.
#[derive(Clone, PartialEq, Debug)]
pub struct Topic {
    /// `medtop:20000639`.
    pub code: &'static str,
    pub name: &'static str,
    /// The broader topics' codes, broadest first.
    pub path: Vec<&'static str>,
    /// 0 to 1.
    pub score: f32,
    /// The words that speak for it most.
    pub evidence: Vec<Span>,
    /// The model or rule that found it.
    pub by: &'static str,
}

/// A phrase that tells this article from others.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Keyphrase {
    /// Where it stands first.
    pub span: Span,
    /// 0 to 1, the best phrase has 1.
    pub score: f32,
}

/// What near-duplicates are found by; of the body, with case, marks and white space folded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fingerprint {
    pub sha256: [u8; 32],
    pub simhash: u64,
    /// One number a band: two articles that share one are candidates.
    pub minhash: Vec<u64>,
}
