//! Finds nationalities, peoples, followers of religions and adherents of parties.
//! Evidence: the lexicon of such words, capitalised, where no longer name holds the word and no language is meant.
//! Example: `the Afghan parties` → group Afghan, country AF.
//! Misses: words of several nations (`Korean`, `Congolese`) are given the larger one; a first name or surname that
//! is such a word, where the tagger did not see the person; parties' colours (`Blues`, `Greens`).

use super::names::{Name, NameKind};
use crate::lexicon::demonyms::{Group, WORDS_MAX, begins_longer, group};
use crate::model::{Entity, EntityKind, Mention, MentionForm, Span};
use crate::text::{Token, TokenKind};
use std::collections::BTreeMap;

/// First names and surnames: what the tagger calls a person by such a word is one.
const PERSONAL: [&str; 14] = [
    "Aboriginal",
    "Christian",
    "Dane",
    "English",
    "Finn",
    "Fleming",
    "French",
    "German",
    "Jain",
    "Roma",
    "Romany",
    "Scot",
    "Sunni",
    "Welsh",
];
/// Words that are common ones too, so that a capital at the start of a sentence says nothing.
const COMMON: [&str; 10] = [
    "Conservative",
    "Democratic",
    "Evangelical",
    "Kiwi",
    "Liberal",
    "Orthodox",
    "Pole",
    "Poles",
    "Scot",
    "Swede",
];
/// Nouns that make an organisation's, a state's or a work's name of the adjective before them.
const PROPER_HEADS: [&str; 40] = [
    "Academy",
    "Airlines",
    "Airways",
    "Alliance",
    "Army",
    "Association",
    "Bank",
    "Broadcasting",
    "Championship",
    "Channel",
    "Church",
    "Coalition",
    "Conference",
    "Congress",
    "Council",
    "Cup",
    "Empire",
    "Express",
    "Federation",
    "Front",
    "Grand",
    "Guard",
    "Institute",
    "Jihad",
    "League",
    "Movement",
    "Museum",
    "National",
    "Ocean",
    "Open",
    "Parliament",
    "Party",
    "Post",
    "Press",
    "Republic",
    "Revolution",
    "Sea",
    "State",
    "Union",
    "University",
];
/// Words after a language's name, and words before it.
const AFTER_LANGUAGE: [&str; 7] =
    ["language", "languages", "lessons", "speaker", "speakers", "subtitles", "translation"];
const BEFORE_LANGUAGE: [&str; 13] = [
    "fluent", "learn", "learned", "learning", "speak", "speaking", "speaks", "spoke", "spoken", "studied",
    "taught", "teach", "teaches",
];
/// Words that may follow `in English` and make it a language: it ends there.
const ENDS_PHRASE: [&str; 22] = [
    "about", "after", "and", "as", "at", "because", "before", "but", "by", "during", "for", "from", "on",
    "or", "rather", "that", "to", "when", "where", "which", "while", "with",
];

/// The groups, in order of their first mention.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn find(text: &str, tokens: &[Token], names: &[Name]) -> Vec<Entity> {
    let mut entities: Vec<Entity> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut next_name = 0;
    let mut at = 0;
    while at < tokens.len() {
        while names.get(next_name).is_some_and(|name| name.tokens.end <= at) {
            next_name += 1;
        }
        let Some((words, found)) = longest(text, tokens, at) else {
            at += 1;
            continue;
        };
        let span = Span { start: tokens[at].span.start, end: tokens[at + words - 1].span.end };
        if is_free(text, span, names.get(next_name)) && is_meant(text, tokens, at, words) {
            let own = *known.entry(found.name).or_insert_with(|| {
                entities.push(entity(found));
                entities.len() - 1
            });
            entities[own].mentions.push(Mention {
                span,
                form: MentionForm::Demonym,
                confidence: None,
                by: "lexicon",
            });
        }
        at += words;
    }
    entities
}

fn entity(found: Group) -> Entity {
    let mut entity = Entity::new(EntityKind::Group, found.name.to_owned());
    entity.country = found.country;
    entity
}

/// The longest entry of the lexicon at this token, and of how many tokens.
fn longest(text: &str, tokens: &[Token], at: usize) -> Option<(usize, Group)> {
    let first = tokens[at].span.of(text);
    if tokens[at].kind != TokenKind::Word || !first.starts_with(char::is_uppercase) {
        return None;
    }
    let is_hyphened = text[tokens[at].span.end as usize..].starts_with('-');
    let is_large =
        |at: usize| tokens.get(at).is_some_and(|token| token.span.of(text).starts_with(char::is_uppercase));
    let is_first = is_hyphened || is_large(at + 1) && begins_longer(first);
    let most = if is_first { WORDS_MAX } else { 1 };
    (1..=most).rev().find_map(|words| {
        let last = tokens.get(at + words - 1)?;
        let written = &text[tokens[at].span.start as usize..last.span.end as usize];
        group(written).map(|found| (words, found))
    })
}

/// Whether no name of the tagger is in the way: it may be this word and no more.
fn is_free(text: &str, span: Span, name: Option<&Name>) -> bool {
    let Some(name) = name.filter(|name| name.span.overlaps(span)) else { return true };
    let is_person = name.kind == NameKind::Person && PERSONAL.contains(&span.of(text));
    span.contains(name.span) && !is_person
}

/// Whether a people is meant, and not a language, a common word or the start of a longer name.
fn is_meant(text: &str, tokens: &[Token], at: usize, words: usize) -> bool {
    let word = tokens[at].span.of(text);
    let next = tokens.get(at + words);
    let next_word = next.map_or("", |token| token.span.of(text));
    if PROPER_HEADS.contains(&next_word) || COMMON.contains(&word) && starts_sentence(text, tokens, at) {
        return false;
    }
    let is_hyphened = text[tokens[at + words - 1].span.end as usize..].starts_with('-');
    if is_hyphened
        && tokens
            .get(at + words + 1)
            .is_some_and(|token| matches!(token.span.of(text), "language" | "speaking" | "born"))
    {
        return tokens[at + words + 1].span.of(text) == "born";
    }
    !is_language(text, tokens, at, next, next_word)
}

fn is_language(text: &str, tokens: &[Token], at: usize, next: Option<&Token>, next_word: &str) -> bool {
    if AFTER_LANGUAGE.contains(&next_word) {
        return true;
    }
    let Some(before) = at.checked_sub(1).map(|before| tokens[before].span.of(text)) else { return false };
    let ends_here = next.is_none_or(|next| next.kind == TokenKind::Mark && !matches!(next_word, "-" | "/"))
        || ENDS_PHRASE.contains(&next_word);
    let is_noun = tokens[at].span.of(text).ends_with(['s', 'S']);
    BEFORE_LANGUAGE.contains(&before) || matches!(before, "in" | "into") && ends_here && !is_noun
}

fn starts_sentence(text: &str, tokens: &[Token], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| tokens[before].span) else { return true };
    let gap = &text[before.end as usize..tokens[at].span.start as usize];
    gap.contains('\n') || matches!(before.of(text), "." | "!" | "?" | ":" | "“" | "\"" | "‘" | "—")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokenize;

    fn check(text: &str, expected: &[(&str, &str, Option<&str>)]) {
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens);
        let entities = find(text, &tokens, &[]);
        let mut found: Vec<_> = entities
            .iter()
            .flat_map(|entity| entity.mentions.iter().map(move |mention| (mention.span, entity)))
            .collect();
        found.sort_by_key(|(span, _)| *span);
        let found: Vec<_> = found
            .iter()
            .map(|(span, entity)| (span.of(text), entity.name.as_str(), entity.country))
            .collect();
        assert_eq!(found, expected, "groups of {text:?}");
    }

    #[test]
    fn nouns_and_adjectives_of_one_people_are_one_group() {
        check(
            "Pakistanis and the Pakistani people; South Koreans met Kurds.",
            &[
                ("Pakistanis", "Pakistani", Some("PK")),
                ("Pakistani", "Pakistani", Some("PK")),
                ("South Koreans", "South Korean", Some("KR")),
                ("Kurds", "Kurdish", None),
            ],
        );
        check(
            "African-American and US-British voters",
            &[("African-American", "African American", None), ("British", "British", Some("GB"))],
        );
    }

    #[test]
    fn languages_common_words_and_longer_names_are_none() {
        check("He spoke French, wrote in English, and sang in German.", &[]);
        check("She fell in French hands.", &[("French", "French", Some("FR"))]);
        check("Liberal rules help. The French Open and the Republican Party.", &[]);
        check("an English-language daily", &[]);
        check("polish your shoes", &[]);
    }

    #[test]
    fn a_longer_name_keeps_its_words_and_a_person_is_one() {
        let text = "Christian left the Afghan Relief Fund to a Christian.";
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens);
        let name = |range: std::ops::Range<usize>, kind| Name {
            span: Span { start: tokens[range.start].span.start, end: tokens[range.end - 1].span.end },
            tokens: range,
            kind,
            confidence: 1.0,
            by: "test",
        };
        let names = [name(0..1, NameKind::Person), name(3..6, NameKind::Organisation)];
        let found = find(text, &tokens, &names);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].mentions.len(), 1);
        assert_eq!(found[0].mentions[0].span.start as usize, text.len() - "Christian.".len());
    }
}
