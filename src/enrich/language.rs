//! Tells the language of the article.
//! Evidence: the envelope's own tag; else letter trigrams of the first KiB (the `whatlang` crate).
//! Example: `Le ministre a déclaré …` → `fr`.
//! Misses: articles under about 40 letters, and close relatives (Norwegian and Danish).

use crate::model::{Article, Language, Source, limits::LANGUAGE_SAMPLE_BYTES};

/// Fewer letters than this name no language: measured by hand, whatlang guesses wildly below it.
const LETTERS_MIN: usize = 40;
/// whatlang calls itself reliable above 0.9; below half of that its first guess is noise.
const CONFIDENCE_MIN: f64 = 0.45;

/// The language of the article, if it can be told.
pub fn find(article: &Article) -> Option<Language> {
    if let Some(tag) = article.envelope.language.as_deref().and_then(bcp47) {
        return Some(Language { tag, confidence: None, source: Source::Envelope });
    }
    let sample = sample(&article.text[article.envelope.body_start..]);
    if sample.chars().filter(|c| c.is_alphabetic()).take(LETTERS_MIN).count() < LETTERS_MIN {
        return None;
    }
    let info = whatlang::detect(sample)?;
    let confidence = (info.confidence() * 100.0).round() / 100.0;
    (confidence >= CONFIDENCE_MIN).then(|| Language {
        tag: two_letter(info.lang()).to_owned(),
        confidence: Some(confidence),
        source: Source::Text,
    })
}

/// The head of the text, cut on a character boundary.
fn sample(text: &str) -> &str {
    &text[..text.floor_char_boundary(LANGUAGE_SAMPLE_BYTES)]
}

/// An envelope's tag when it has the shape of one: `en`, `pt-BR`, `zh_Hant` → `zh-Hant`.
fn bcp47(tag: &str) -> Option<String> {
    let tag = tag.trim().replace('_', "-");
    let mut parts = tag.split('-');
    let language = parts.next()?;
    let is_language = matches!(language.len(), 2 | 3) && language.bytes().all(|b| b.is_ascii_alphabetic());
    let rest_fits =
        parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    (is_language && rest_fits && tag.len() <= 35)
        .then(|| language.to_ascii_lowercase() + &tag[language.len()..])
}

/// ISO 639-1 where there is one, else the three-letter code, as BCP 47 asks.
fn two_letter(lang: whatlang::Lang) -> &'static str {
    use whatlang::Lang;
    match lang {
        Lang::Epo => "eo",
        Lang::Eng => "en",
        Lang::Rus => "ru",
        Lang::Cmn => "zh",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Ben => "bn",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Ukr => "uk",
        Lang::Kat => "ka",
        Lang::Ara => "ar",
        Lang::Hin => "hi",
        Lang::Jpn => "ja",
        Lang::Heb => "he",
        Lang::Yid => "yi",
        Lang::Pol => "pl",
        Lang::Amh => "am",
        Lang::Jav => "jv",
        Lang::Kor => "ko",
        Lang::Nob => "nb",
        Lang::Dan => "da",
        Lang::Swe => "sv",
        Lang::Fin => "fi",
        Lang::Tur => "tr",
        Lang::Nld => "nl",
        Lang::Hun => "hu",
        Lang::Ces => "cs",
        Lang::Ell => "el",
        Lang::Bul => "bg",
        Lang::Bel => "be",
        Lang::Mar => "mr",
        Lang::Kan => "kn",
        Lang::Ron => "ro",
        Lang::Slv => "sl",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        Lang::Mkd => "mk",
        Lang::Lit => "lt",
        Lang::Lav => "lv",
        Lang::Est => "et",
        Lang::Tam => "ta",
        Lang::Vie => "vi",
        Lang::Urd => "ur",
        Lang::Tha => "th",
        Lang::Guj => "gu",
        Lang::Uzb => "uz",
        Lang::Pan => "pa",
        Lang::Aze => "az",
        Lang::Ind => "id",
        Lang::Tel => "te",
        Lang::Pes => "fa",
        Lang::Mal => "ml",
        Lang::Ori => "or",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Sin => "si",
        Lang::Khm => "km",
        Lang::Tuk => "tk",
        Lang::Aka => "ak",
        Lang::Zul => "zu",
        Lang::Sna => "sn",
        Lang::Afr => "af",
        Lang::Lat => "la",
        Lang::Slk => "sk",
        Lang::Cat => "ca",
        Lang::Tgl => "tl",
        Lang::Hye => "hy",
        Lang::Cym => "cy",
    }
}
