//! Gathers the names of people into persons, with the titles that stand beside them.
//! Evidence: names the tagger found; a title before capitalised words; surnames that stand elsewhere in the
//! article, whatever the tagger made of them; titles before and after a name.
//! Example: `Foreign Minister Ana Duarte … Duarte` → one person, two mentions, title `Foreign Minister`.
//! Misses: one person under two names; namesakes that only the sense of the story tells apart.

mod bearing;
mod forms;

use super::names::{Name, NameKind};
use super::segments::Segment;
use super::titles::TitleRun;
use crate::lexicon::first_names::{self, Gender};
use crate::model::{Entity, EntityKind, Mention, MentionForm, Span, Title};
use crate::text::Token;
use forms::Form;
use std::collections::BTreeMap;

/// How many bearers of one word are compared: the look stays short in a list of thousands.
const NAMESAKES_MAX: usize = 12;

/// What every step reads.
#[derive(Clone, Copy)]
struct Page<'a> {
    text: &'a str,
    tokens: &'a [Token],
    segments: &'a [Segment],
    titles: &'a [TitleRun],
    headline: Option<Span>,
}

struct Person {
    /// The words of the fullest form, in lower case.
    words: Vec<String>,
    fullest: Span,
    gender: Option<Gender>,
    /// Where the first full form stands.
    first: Span,
    is_in_headline: bool,
    /// Where it stands last, of what was read so far; nothing before its first.
    seen: Option<u32>,
    /// Indexes into the forms, in text order.
    forms: Vec<usize>,
}

/// Persons by each word of their names.
type Bearers = BTreeMap<String, Vec<usize>>;

/// The persons, in order of their first mention. Names that prove to be a person's change their kind.
#[inline(never)] // benches/linear.sh counts it by name
pub(super) fn find(
    text: &str,
    tokens: &[Token],
    segments: &[Segment],
    names: &mut Vec<Name>,
    titles: &[TitleRun],
    headline: Option<Span>,
) -> Vec<Entity> {
    let page = Page { text, tokens, segments, titles, headline };
    forms::after_titles(page, names);
    let forms = forms::read(page, names);
    forms::surnames_elsewhere(page, names, &forms);
    let forms = forms::read(page, names);
    let persons = persons(page, &forms);
    let mut entities: Vec<Entity> =
        persons.iter().map(|person| entity(page, names, &forms, person)).collect();
    let mut owners = vec![0; forms.len()];
    for (at, person) in persons.iter().enumerate() {
        person.forms.iter().for_each(|form| owners[*form] = at);
    }
    let mut is_used = vec![false; titles.len()];
    for (form, owner) in forms.iter().zip(owners) {
        for (run, by) in bearing::titles(page, names, form.name, &mut is_used) {
            let title = Title { span: titles[run].span, office_of: None, is_inferred: false, by };
            entities[owner].titles.push(title);
        }
    }
    for entity in &mut entities {
        entity.titles.sort_by_key(|title| title.span);
    }
    entities
}

/// Full names first, so that a headline's surname finds the name that comes after it.
fn persons(page: Page, forms: &[Form]) -> Vec<Person> {
    let mut persons: Vec<Person> = Vec::new();
    let mut bearers = Bearers::new();
    let mut owners: Vec<Option<usize>> = vec![None; forms.len()];
    for (at, form) in forms.iter().enumerate().filter(|(_, form)| form.words.len() > 1) {
        let owner = namesake(form, &persons, &bearers)
            .unwrap_or_else(|| start_person(form, &mut persons, &mut bearers));
        persons[owner].take(form);
        owners[at] = Some(owner);
    }
    for person in &mut persons {
        person.seen = None;
        person.is_in_headline = page.headline.is_some_and(|headline| headline.contains(person.first));
    }
    for (at, form) in forms.iter().enumerate() {
        let owner = owners[at]
            .or_else(|| bearer(form, &persons, &bearers))
            .unwrap_or_else(|| start_person(form, &mut persons, &mut bearers));
        persons[owner].seen = Some(form.span.start);
        persons[owner].gender = persons[owner].gender.or(form.gender);
        persons[owner].forms.push(at);
    }
    persons
}

impl Person {
    /// Learns from another full form.
    fn take(&mut self, form: &Form) {
        self.seen = Some(form.span.start);
        self.gender = self.gender.or(form.gender);
        if form.words.len() > self.words.len() {
            self.words.clone_from(&form.words);
            self.fullest = form.span;
        }
    }

    fn is_surname(&self, word: &str) -> bool {
        let is_second = |at: usize| self.words[at] == word && first_names::gender(word).is_none();
        match self.words.len() {
            0 => false,
            1 => self.words[0] == word,
            // `Kim Jong Un`, `Marta Iriarte Solís`.
            length => {
                self.words[length - 1] == word
                    || self.words[0] == word && forms::is_family_first(word)
                    || length > 2 && is_second(length - 2)
            }
        }
    }
}

fn start_person(form: &Form, persons: &mut Vec<Person>, bearers: &mut Bearers) -> usize {
    let at = persons.len();
    for word in form.words.iter().filter(|word| word.chars().nth(1).is_some()) {
        let others = bearers.entry(word.clone()).or_default();
        if others.len() < NAMESAKES_MAX && others.last() != Some(&at) {
            others.push(at);
        }
    }
    let first = form.words.first().filter(|_| form.words.len() > 1);
    let gender = form.gender.or_else(|| first.and_then(|word| sure_gender(word)));
    persons.push(Person {
        words: form.words.clone(),
        fullest: form.span,
        first: form.span,
        is_in_headline: false,
        gender,
        seen: None,
        forms: Vec::new(),
    });
    at
}

fn sure_gender(first: &str) -> Option<Gender> {
    first_names::gender(first).filter(|told| told.is_sure).map(|told| told.gender)
}

/// The person that another full form names: `Marta Iriarte`, `Marta Iriarte Solís`, `M. Iriarte`.
fn namesake(form: &Form, persons: &[Person], bearers: &Bearers) -> Option<usize> {
    let ends = [form.words.last()?, form.words.first()?];
    let found = ends.into_iter().filter_map(|word| bearers.get(word)).flatten().copied();
    found
        .filter(|at| forms::are_one(&persons[*at].words, &form.words) && agrees(&persons[*at], form))
        .max_by_key(|at| persons[*at].seen)
}

/// The person that a surname or a first name alone means: surnames before first names, those met before those to
/// come, the person of the headline before others.
fn bearer(form: &Form, persons: &[Person], bearers: &Bearers) -> Option<usize> {
    let word = form.words.first()?;
    let found = bearers.get(word)?.iter().copied();
    let candidates = found.filter(|at| agrees(&persons[*at], form));
    candidates.max_by_key(|at| {
        let person = &persons[*at];
        let nearness = person.seen.unwrap_or(u32::MAX - person.first.start);
        (person.is_surname(word), person.seen.is_some(), person.is_in_headline, nearness)
    })
}

fn agrees(person: &Person, form: &Form) -> bool {
    person.gender.is_none() || form.gender.is_none() || person.gender == form.gender
}

fn entity(page: Page, names: &[Name], forms: &[Form], person: &Person) -> Entity {
    let mut entity = Entity::new(EntityKind::Person, plain(person.fullest.of(page.text)));
    for form in person.forms.iter().map(|at| &forms[*at]) {
        let name = &names[form.name];
        let confidence = (name.confidence > 0.0).then_some(name.confidence);
        let form = mention_form(person, form);
        entity.mentions.push(Mention { span: name.span, form, confidence, by: name.by });
    }
    entity
}

fn mention_form(person: &Person, form: &Form) -> MentionForm {
    let is_first = form.words.first() == person.words.first();
    let is_lone = form.words.len() == 1;
    let is_surname = if person.words.len() == 1 {
        form.is_titled
    } else {
        !is_first || is_lone && form.words.first().is_some_and(|word| person.is_surname(word))
    };
    let is_initial = form.words[0].chars().count() == 1;
    if is_surname && !is_initial { MentionForm::Surname } else { MentionForm::Name }
}

/// A name on one line.
pub(super) fn plain(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a name stands at these tokens that is a person's.
fn is_person_at(names: &[Name], token: usize) -> bool {
    let at = names.partition_point(|name| name.tokens.end <= token);
    names.get(at).is_some_and(|name| name.tokens.start == token && name.kind == NameKind::Person)
}

/// The title that ends before a token, in the same paragraph.
fn title_before(page: Page, token: usize) -> Option<usize> {
    let at = page.titles.partition_point(|run| run.tokens.end < token);
    let run = page.titles.get(at).filter(|run| run.tokens.end == token)?;
    let start = page.tokens.get(token).map_or(run.span.end, |token| token.span.start);
    let gap = &page.text[run.span.end as usize..start as usize];
    (gap.bytes().filter(|byte| *byte == b'\n').count() < 2).then_some(at)
}

/// The title that starts at a token.
fn title_at(page: Page, token: usize) -> Option<usize> {
    let at = page.titles.partition_point(|run| run.tokens.start < token);
    page.titles.get(at).filter(|run| run.tokens.start == token).map(|_| at)
}
