//! Gathers the names of organisations, and joins acronyms and short forms to what they stand for.
//! Evidence: names the tagger found; an acronym in brackets after a name, or its initials; the gazetteer; a later
//! name that is the first word of a longer one. Works, products and events are gathered here too.
//! Example: `World Trade Organization (WTO) … the WTO` → one organisation, acronym `WTO`.
//! Misses: two names that share no word and no initials; `the ministry`, `the company`.

use super::names::{Name, NameKind};
use super::people::plain;
use super::titles::is;
use crate::lexicon::agencies::agency;
use crate::lexicon::organisations::{by_acronym, subkind};
use crate::lexicon::places;
use crate::model::{Entity, EntityKind, Mention, MentionForm, Span};
use crate::text::{Token, TokenKind};
use std::collections::{BTreeMap, BTreeSet};

/// Longest acronym, in bytes, and how many namesakes are compared.
const ACRONYM_BYTES_MAX: usize = 12;
const NAMESAKES_MAX: usize = 8;

/// Small words that initials leave out.
const SMALL: &[&str] = &["a", "and", "for", "in", "of", "on", "the", "to"];

/// What companies end their names with, letter for letter.
const SUFFIXES: &[&str] = &[
    "AB",
    "AG",
    "ASA",
    "Corp",
    "Corporation",
    "GmbH",
    "Inc",
    "KGaA",
    "LLC",
    "LLP",
    "Limited",
    "Ltd",
    "NV",
    "Oyj",
    "PLC",
    "Plc",
    "SA",
    "SE",
    "SpA",
    "plc",
];

/// Words that stand for many organisations, and for none when alone.
const GENERIC: &[&str] = &[
    "academy",
    "agency",
    "air",
    "american",
    "army",
    "association",
    "bank",
    "board",
    "british",
    "center",
    "central",
    "centre",
    "chamber",
    "church",
    "college",
    "commission",
    "committee",
    "council",
    "court",
    "department",
    "european",
    "federal",
    "foreign",
    "general",
    "global",
    "great",
    "group",
    "high",
    "home",
    "institute",
    "international",
    "ministry",
    "national",
    "new",
    "north",
    "office",
    "public",
    "real",
    "royal",
    "social",
    "south",
    "state",
    "supreme",
    "union",
    "united",
    "university",
    "west",
    "world",
];

/// Words that name a team after its town.
const TEAM_NAMES: &[&str] = &[
    "albion",
    "athletic",
    "city",
    "county",
    "hotspur",
    "orient",
    "rangers",
    "rovers",
    "town",
    "united",
    "villa",
    "wanderers",
    "wednesday",
];

/// Organisations being gathered.
#[derive(Default)]
struct Register {
    entities: Vec<Entity>,
    /// By name in lower case, without article.
    by_name: BTreeMap<String, usize>,
    by_acronym: BTreeMap<String, usize>,
    /// By first word in lower case, in order.
    by_first: BTreeMap<String, Vec<usize>>,
    by_last: BTreeMap<String, Vec<usize>>,
}

/// Gives names what stands against the tagger: a company's `SE` makes a company of any name, and the first word of
/// an organisation's name is that organisation.
pub(super) fn mend(text: &str, tokens: &[Token], names: &mut [Name]) {
    for at in 0..names.len() {
        let limit = names.get(at + 1).map_or(tokens.len(), |next| next.tokens.start);
        let name = &mut names[at];
        if name.kind == NameKind::Organisation
            && name.tokens.len() > 2
            && is(text, tokens, name.tokens.start, "the")
        {
            name.tokens.start += 1;
            name.span.start = tokens[name.tokens.start].span.start;
        }
        let end = name.tokens.end;
        if end < limit && is_suffix(text, tokens, end) {
            name.kind = NameKind::Organisation;
            name.tokens.end += 1;
            name.span.end = tokens[end].span.end;
        }
    }
    short_forms(text, tokens, names);
}

/// A company's name without its suffix is the company, and so is the first word of an organisation's name.
fn short_forms(text: &str, tokens: &[Token], names: &mut [Name]) {
    let long = names.iter().filter(|name| name.tokens.len() > 1);
    let firsts: BTreeSet<&str> = long
        .clone()
        .filter(|name| name.kind == NameKind::Organisation)
        .map(|name| tokens[name.tokens.start].span.of(text))
        .filter(|word| word.len() > 3 && GENERIC.binary_search(&word.to_lowercase().as_str()).is_err())
        .collect();
    let companies: BTreeSet<&str> = long
        .clone()
        .filter_map(|name| {
            let (own, last) = name.span.of(text).rsplit_once(' ')?;
            SUFFIXES.binary_search(&last.trim_end_matches('.')).is_ok().then_some(own)
        })
        .collect();
    let people: BTreeSet<&str> = long
        .filter(|name| name.kind == NameKind::Person)
        .map(|name| tokens[name.tokens.end - 1].span.of(text))
        .collect();
    for name in names.iter_mut().filter(|name| name.kind != NameKind::Organisation) {
        let own = name.span.of(text);
        let is_first = firsts.contains(own) && !people.contains(own) && places::country(own).is_none();
        if is_first || companies.contains(own) {
            name.kind = NameKind::Organisation;
        }
    }
}

/// `SE`, `Ltd`, `plc` right behind a name.
fn is_suffix(text: &str, tokens: &[Token], at: usize) -> bool {
    let word = tokens[at].span.of(text);
    SUFFIXES.binary_search(&word).is_ok() && tokens[at - 1].span.end + 1 == tokens[at].span.start
}

/// The organisations, and the works, products and events, in order of their first mention.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn find(text: &str, tokens: &[Token], names: &[Name]) -> Vec<Entity> {
    let mut register = Register::default();
    let own: Vec<&Name> = names.iter().filter(|name| name.kind == NameKind::Organisation).collect();
    // Long names first, so that an acronym in the headline finds the name that comes after it.
    for name in own.iter().filter(|name| !is_short(text, name)) {
        let at = register.long(text, name);
        if let Some(acronym) = bracketed(text, tokens, name) {
            register.join(at, acronym.of(text));
        }
    }
    for name in own.iter().filter(|name| is_short(text, name)) {
        register.short(text, name);
    }
    register.untagged(text, tokens, names);
    let mut entities = register.entities;
    for entity in &mut entities {
        entity.mentions.sort_by_key(|mention| mention.span);
        entity.subkind = entity.subkind.or_else(|| kind_of(&entity.name));
    }
    entities.extend(others(text, names));
    entities
}

/// One word: an acronym or a short form of a longer name.
fn is_short(text: &str, name: &Name) -> bool {
    !words(name.span.of(text)).any(|word| word.contains(' ')) && words(name.span.of(text)).nth(1).is_none()
}

/// The words of a name without its article.
fn words(name: &str) -> impl Iterator<Item = &str> {
    let mut words =
        name.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()).peekable();
    let _ = words.next_if(|word| word.eq_ignore_ascii_case("the"));
    words
}

fn key(name: &str) -> String {
    words(name).collect::<Vec<_>>().join(" ").to_lowercase()
}

impl Register {
    fn long(&mut self, text: &str, name: &Name) -> usize {
        let own = name.span.of(text);
        let key = key(own);
        let at = self.by_name.get(&key).copied().or_else(|| self.shortened(&key)).unwrap_or_else(|| {
            let at = self.entities.len();
            self.entities.push(Entity::new(EntityKind::Organisation, plain(own)));
            for acronym in initials(own).into_iter().chain(agency(&plain(own)).map(str::to_owned)) {
                self.by_acronym.entry(acronym).or_insert(at);
            }
            push(&mut self.by_first, key.split(' ').next().unwrap_or_default(), at);
            push(&mut self.by_last, key.rsplit(' ').next().unwrap_or_default(), at);
            at
        });
        self.by_name.insert(key, at);
        self.mention(at, name, MentionForm::Name);
        at
    }

    /// `Baraka Solar` of `Baraka Solar Ltd`, either way.
    fn shortened(&mut self, key: &str) -> Option<usize> {
        let first = key.split(' ').next()?;
        let at = self.by_first.get(first)?.iter().rev().copied().find(|at| {
            let own = self::key(&self.entities[*at].name);
            let (short, long) =
                if own.len() < key.len() { (own.as_str(), key) } else { (key, own.as_str()) };
            let rest = long.strip_prefix(short).and_then(|rest| rest.strip_prefix(' '));
            rest.is_some_and(|rest| subkind(rest.trim_end_matches('.')) == Some("company"))
        })?;
        Some(at)
    }

    fn short(&mut self, text: &str, name: &Name) {
        let own = name.span.of(text);
        let key = key(own);
        let is_acronym = is_acronym(own);
        let known = self.by_name.get(&key).copied();
        let at =
            known.or_else(|| is_acronym.then(|| self.acronym(own)).flatten()).or_else(|| self.part(&key));
        let at = at.unwrap_or_else(|| self.start(own, is_acronym));
        self.by_name.insert(key, at);
        let form = if is_acronym { MentionForm::Acronym } else { MentionForm::Name };
        self.mention(at, name, form);
    }

    /// The organisation that an acronym is of: joined in the text, by initials, or by the gazetteer's name.
    fn acronym(&mut self, own: &str) -> Option<usize> {
        let plain = own.replace('.', "");
        let known = || by_acronym(own).and_then(|known| self.by_name.get(&key(known.name)).copied());
        let at = self.by_acronym.get(&plain).copied().or_else(known)?;
        self.join(at, own);
        Some(at)
    }

    /// The latest longer name that starts with the word, or a team's that ends with it.
    fn part(&self, word: &str) -> Option<usize> {
        if TEAM_NAMES.binary_search(&word).is_ok() {
            return self.by_last.get(word)?.first().copied();
        }
        if GENERIC.binary_search(&word).is_ok() {
            return None;
        }
        let firsts = self.by_first.get(word)?;
        firsts.first().copied().filter(|_| firsts.len() < NAMESAKES_MAX)
    }

    fn start(&mut self, own: &str, is_acronym: bool) -> usize {
        let at = self.entities.len();
        let mut entity = Entity::new(EntityKind::Organisation, plain(own));
        if let Some(known) = is_acronym.then(|| by_acronym(own)).flatten() {
            known.name.clone_into(&mut entity.name);
            entity.acronym = Some(known.acronym.to_owned());
            entity.subkind = known.subkind;
        }
        self.entities.push(entity);
        at
    }

    fn join(&mut self, at: usize, acronym: &str) {
        let plain = acronym.replace('.', "");
        self.by_acronym.insert(plain.clone(), at);
        self.by_name.insert(key(acronym), at);
        let entity = &mut self.entities[at];
        entity.acronym.get_or_insert(plain);
        if entity.subkind.is_none() {
            let known = by_acronym(acronym).filter(|known| key(known.name) == key(&entity.name));
            entity.subkind = known.and_then(|known| known.subkind);
        }
    }

    fn mention(&mut self, at: usize, name: &Name, form: MentionForm) {
        let confidence = (name.confidence > 0.0).then_some(name.confidence);
        self.entities[at].mentions.push(Mention { span: name.span, form, confidence, by: name.by });
    }

    /// An acronym that the article explains is one wherever it stands.
    fn untagged(&mut self, text: &str, tokens: &[Token], names: &[Name]) {
        if self.by_acronym.is_empty() {
            return;
        }
        let mut names = names.iter().peekable();
        for (at, token) in tokens.iter().enumerate() {
            while names.next_if(|name| name.tokens.end <= at).is_some() {}
            let is_taken = names.peek().is_some_and(|name| name.tokens.start <= at);
            let word = token.span.of(text);
            if is_taken || token.kind != TokenKind::Word || !is_acronym(word) {
                continue;
            }
            let joined =
                self.by_acronym.get(word).copied().filter(|at| self.entities[*at].acronym.is_some());
            if let Some(owner) = joined {
                let form = MentionForm::Acronym;
                let mention = Mention { span: token.span, form, confidence: None, by: "acronym" };
                self.entities[owner].mentions.push(mention);
            }
        }
    }
}

fn push(index: &mut BTreeMap<String, Vec<usize>>, word: &str, at: usize) {
    let others = index.entry(word.to_owned()).or_default();
    if others.len() < NAMESAKES_MAX {
        others.push(at);
    }
}

/// Two or more letters, all but a last one capitals: `WTO`, `U.N.`, `NGOs`.
fn is_acronym(word: &str) -> bool {
    let capitals = word.chars().filter(|c| c.is_uppercase()).count();
    let rest = word.chars().filter(|c| !c.is_uppercase() && *c != '.').count();
    (2..=ACRONYM_BYTES_MAX).contains(&word.len()) && capitals >= 2 && rest <= capitals / 2
}

/// `MEC` of `Malawi Electoral Commission`, where there are three letters or more.
fn initials(name: &str) -> Option<String> {
    let parts = name.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
    let words = parts.filter(|word| SMALL.binary_search(word).is_err() && *word != "The");
    let initials: String = words
        .filter_map(|word| word.chars().next())
        .filter(|c| c.is_uppercase())
        .take(ACRONYM_BYTES_MAX)
        .collect();
    (initials.chars().count() >= 3).then_some(initials)
}

/// `SBP` in `State Bank of Pakistan (SBP)`.
fn bracketed(text: &str, tokens: &[Token], name: &Name) -> Option<Span> {
    let end = name.tokens.end;
    let inner = tokens.get(end + 1)?;
    let is_held = is(text, tokens, end, "(") && is(text, tokens, end + 2, ")");
    let first = |word: &str| word.chars().next().map(|c| c.to_ascii_uppercase());
    let starts_so = words(name.span.of(text)).any(|word| first(word) == first(inner.span.of(text)));
    (is_held && starts_so && is_acronym(inner.span.of(text))).then_some(inner.span)
}

/// What the last telling word of a name says.
fn kind_of(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    let words = || lower.split_whitespace().map(|word| word.trim_end_matches('.'));
    let head = lower.split_once(" of ").map_or(lower.as_str(), |(head, _)| head);
    let of_head = || subkind(head.rsplit(' ').next().unwrap_or_default());
    words().next_back().and_then(subkind).or_else(of_head).or_else(|| words().find_map(subkind))
}

/// Works, products and events, one entity each.
fn others(text: &str, names: &[Name]) -> Vec<Entity> {
    let mut entities: Vec<Entity> = Vec::new();
    let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
    for name in names.iter().filter(|name| name.kind == NameKind::Other) {
        let own = name.span.of(text);
        let at = *by_name.entry(key(own)).or_insert_with(|| {
            entities.push(Entity::new(EntityKind::Event, plain(own)));
            entities.len() - 1
        });
        let confidence = (name.confidence > 0.0).then_some(name.confidence);
        let form = MentionForm::Name;
        entities[at].mentions.push(Mention { span: name.span, form, confidence, by: name.by });
    }
    entities
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(SMALL.is_sorted() && GENERIC.is_sorted() && SUFFIXES.is_sorted() && TEAM_NAMES.is_sorted());
    }

    #[test]
    fn acronyms_and_initials() {
        assert_eq!(initials("Malawi Electoral Commission").as_deref(), Some("MEC"));
        assert_eq!(initials("United People’s Party").as_deref(), Some("UPP"));
        assert!(is_acronym("WTO") && is_acronym("U.N.") && is_acronym("AfDB"));
        assert!(!is_acronym("Acme") && !is_acronym("A"));
    }
}
