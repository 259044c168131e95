//! What each token does in a sentence, as far as closed classes of words and the cue verbs tell.

use crate::lexicon::cue_verbs::{CueVerb, Frame, VerbKind, cue_verb};
use crate::text::{Token, TokenKind};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Class {
    /// Articles, possessives, demonstratives.
    Determiner,
    /// `some`, `many`, `both`: before a noun or alone.
    Quantifier,
    /// `he`, `they`, `I`; not `who`.
    Pronoun,
    /// `him`, `them`, `us`.
    ObjectPronoun,
    Preposition,
    /// Forms of `be`.
    Be,
    /// Forms of `have`.
    Have,
    /// Modal verbs and forms of `do`.
    Modal,
    /// A pronoun with its verb: `he'd`.
    Contraction,
    And,
    /// `but`, `yet`, `while`, `though`: they join clauses that stand side by side.
    But,
    That,
    /// `because`, `if`, `when`: they open a clause that hangs on another.
    Subordinate,
    /// `who`, `which`.
    Relative,
    /// `whether`, `how`, `why`, `what`.
    Question,
    To,
    Adverb,
    /// `Monday`, `yesterday`.
    Time,
    /// A finite form of a common verb that is no cue.
    Verb,
    /// A cue verb, in any form.
    Cue(CueVerb),
    /// A word with a capital letter.
    Name,
    Number,
    /// All other words.
    Plain,
    /// A possessive `'s`.
    Clitic,
    Comma,
    /// A full stop, question mark, exclamation mark or semicolon.
    Stop,
    Colon,
    Dash,
    /// A hyphen or an abbreviation's full stop: it holds words together.
    Joint,
    /// A quotation mark that opens a quotation.
    Open,
    /// A quotation mark that closes one.
    Close,
    Bracket,
    Unbracket,
    Other,
}

impl Class {
    pub(super) fn cue(self) -> Option<CueVerb> {
        if let Self::Cue(verb) = self { Some(verb) } else { None }
    }

    /// A verb that needs a subject before it: `is`, `said`, `went`.
    pub(super) fn is_finite(self) -> bool {
        match self {
            Self::Be | Self::Have | Self::Modal | Self::Verb => true,
            Self::Cue(verb) => {
                verb.kind == VerbKind::Past
                    || verb.kind == VerbKind::ThirdPerson && !verb.takes(Frame::Ambiguous)
            }
            _ => false,
        }
    }

    pub(super) fn is_auxiliary(self) -> bool {
        matches!(self, Self::Be | Self::Have | Self::Modal)
    }

    /// Whether it can be the last word of a noun phrase.
    pub(super) fn ends_noun_phrase(self) -> bool {
        matches!(self, Self::Name | Self::Plain | Self::Number | Self::Quantifier | Self::Cue(_))
    }

    /// Whether the clause of somebody who was told something can open with it.
    pub(super) fn opens_clause(self) -> bool {
        matches!(
            self,
            Self::Determiner
                | Self::Quantifier
                | Self::Pronoun
                | Self::Contraction
                | Self::Name
                | Self::Number
                | Self::Plain
                | Self::Open
        )
    }

    /// Whether a clause or a noun phrase can open with it.
    pub(super) fn opens_phrase(self) -> bool {
        matches!(
            self,
            Self::Determiner
                | Self::Quantifier
                | Self::Pronoun
                | Self::ObjectPronoun
                | Self::Contraction
                | Self::Name
                | Self::Number
                | Self::Plain
                | Self::That
                | Self::Question
                | Self::Subordinate
                | Self::Preposition
                | Self::Adverb
                | Self::Time
                | Self::Cue(_)
                | Self::Open
                | Self::Other
        )
    }
}

/// Longest word that is looked up; the tables hold none that is longer.
pub(super) const LOWERED_BYTES_MAX: usize = 24;

/// `word` in ASCII lower case with straight apostrophes; empty when it is too long.
pub(super) fn lowered<'b>(word: &str, buffer: &'b mut [u8; LOWERED_BYTES_MAX]) -> &'b str {
    let mut length = 0;
    for c in word.chars() {
        let c = if c == '’' { '\'' } else { c.to_ascii_lowercase() };
        let Some(rest) = buffer.get_mut(length..length + c.len_utf8()) else { return "" };
        c.encode_utf8(rest);
        length += c.len_utf8();
    }
    std::str::from_utf8(&buffer[..length]).unwrap_or("")
}

/// The class of one token; `is_first` where a capital letter says nothing: at the start of a sentence, in a headline.
pub(super) fn classify(text: &str, token: Token, is_first: bool) -> Class {
    let word = token.span.of(text);
    match token.kind {
        TokenKind::Mark => mark(word),
        TokenKind::Clitic => Class::Clitic,
        TokenKind::Number => Class::Number,
        TokenKind::Mixed => Class::Name,
        TokenKind::Word => word_class(word, is_first),
    }
}

fn mark(word: &str) -> Class {
    match word {
        "," => Class::Comma,
        "." | "?" | "!" | "…" | ";" => Class::Stop,
        ":" => Class::Colon,
        "—" | "–" | "―" => Class::Dash,
        "-" => Class::Joint,
        "(" | "[" => Class::Bracket,
        ")" | "]" => Class::Unbracket,
        _ => Class::Other,
    }
}

fn word_class(word: &str, is_first: bool) -> Class {
    let mut buffer = [0; LOWERED_BYTES_MAX];
    let low = lowered(word, &mut buffer);
    let has_capital = word.starts_with(char::is_uppercase);
    let class = closed_class(low).or_else(|| cue_verb(low.as_bytes()).map(Class::Cue));
    match class {
        Some(Class::Time) if !has_capital && !low.ends_with("day") && !low.starts_with("to") => {
            Class::Plain
        }
        // `May`, `Will`, `Reports` inside a sentence are names.
        Some(class) if !has_capital || is_first || keeps_class(class) => class,
        _ if has_capital => Class::Name,
        _ if low.len() > 4 && low.ends_with("ly") => Class::Adverb,
        _ => Class::Plain,
    }
}

/// The classes of words that are what they are with a capital letter too: `The`, `I`, `Monday`.
fn keeps_class(class: Class) -> bool {
    matches!(
        class,
        Class::Determiner
            | Class::Pronoun
            | Class::Preposition
            | Class::Time
            | Class::That
            | Class::And
            | Class::But
    )
}

fn closed_class(low: &str) -> Option<Class> {
    Some(match low {
        "the" | "a" | "an" | "his" | "her" | "its" | "their" | "my" | "our" | "your" | "this" | "these"
        | "those" | "every" | "no" => Class::Determiner,
        "some" | "many" | "most" | "several" | "few" | "both" | "all" | "each" | "others" | "another"
        | "one" | "two" | "three" | "four" | "five" | "six" | "half" | "any" => Class::Quantifier,
        "he" | "she" | "they" | "it" | "i" | "we" | "you" | "everyone" | "everybody" | "someone"
        | "somebody" | "nobody" | "there" => Class::Pronoun,
        "him" | "them" | "me" | "us" | "himself" | "herself" | "themselves" => Class::ObjectPronoun,
        "of" | "in" | "on" | "at" | "for" | "from" | "with" | "by" | "about" | "under" | "over"
        | "among" | "between" | "against" | "during" | "like" | "as" | "into" | "through"
        | "throughout" | "despite" | "without" | "within" | "toward" | "towards" | "across" | "behind"
        | "above" | "below" | "beyond" | "near" | "upon" | "per" | "via" | "unlike" | "amid"
        | "outside" => Class::Preposition,
        "is" | "are" | "was" | "were" | "be" | "been" | "being" | "am" | "isn't" | "aren't" | "wasn't"
        | "weren't" => Class::Be,
        "has" | "have" | "had" | "hasn't" | "haven't" | "hadn't" => Class::Have,
        "will" | "would" | "can" | "could" | "should" | "may" | "might" | "must" | "shall" | "do"
        | "does" | "did" | "don't" | "doesn't" | "didn't" | "won't" | "wouldn't" | "can't" | "couldn't"
        | "shouldn't" | "cannot" => Class::Modal,
        "he's" | "she's" | "it's" | "i'm" | "we're" | "they're" | "you're" | "i've" | "we've"
        | "they've" | "you've" | "i'll" | "we'll" | "they'll" | "he'll" | "she'll" | "it'll" | "you'll"
        | "i'd" | "he'd" | "she'd" | "they'd" | "we'd" | "you'd" | "there's" | "that's" => {
            Class::Contraction
        }
        "and" | "or" | "&" => Class::And,
        "but" | "yet" | "while" | "though" | "although" | "whereas" => Class::But,
        "that" => Class::That,
        "because" | "if" | "when" | "since" | "until" | "unless" | "after" | "before" | "where"
        | "once" | "than" | "so" | "whenever" => Class::Subordinate,
        "who" | "which" | "whom" | "whose" => Class::Relative,
        "whether" | "how" | "why" | "what" => Class::Question,
        "to" => Class::To,
        "also" | "then" | "later" | "again" | "just" | "never" | "not" | "already" | "even" | "still"
        | "ever" | "only" | "now" | "often" | "always" | "soon" | "instead" | "too" | "earlier"
        | "sometimes" | "together" | "alone" | "here" | "very" | "however" | "meanwhile" | "further"
        | "thus" | "indeed" | "perhaps" | "maybe" | "yes" | "first" | "previously" => Class::Adverb,
        "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday" | "today"
        | "yesterday" | "tomorrow" | "tonight" | "january" | "february" | "march" | "april" | "june"
        | "july" | "august" | "september" | "october" | "november" | "december" | "jan" | "feb" | "aug"
        | "sept" | "oct" | "nov" | "dec" => Class::Time,
        "went" | "came" | "made" | "took" | "gave" | "got" | "left" | "held" | "kept" | "met" | "ran"
        | "grew" | "rose" | "fell" | "led" | "sent" | "set" | "put" | "built" | "brought" | "bought"
        | "caught" | "chose" | "cut" | "drew" | "drove" | "became" | "broke" | "lost" | "won" | "paid"
        | "spent" | "stood" | "sat" | "hit" | "faced" | "used" | "turned" | "moved" | "helped"
        | "seemed" | "appeared" | "remained" | "received" | "returned" | "followed" | "worked"
        | "ended" | "signed" | "joined" | "visited" | "killed" | "died" | "launched" | "started"
        | "stopped" | "let" | "goes" | "comes" | "makes" | "takes" | "gives" | "gets" | "becomes"
        | "let's" => Class::Verb,
        _ => return None,
    })
}
