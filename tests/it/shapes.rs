//! Texts that would show a pass that looks back too far: each shape is one phrase over and over, up to a size.
//! The tests hold them to a valid document; `benches/linear.sh` counts the instructions of each pass on them.

/// The name of a shape and its phrase; `#` becomes a number that grows, `@` letters that change.
pub const SHAPES: [(&str, &str); 15] = [
    ("story", STORY),
    ("open-quotes", "“ he said \" ‘ "),
    ("speech", "“We @ it,” she said. Tom Fee told Ana B@ that # were right. "),
    ("no-stop", "and the minister said that the mayor urged them to believe that "),
    ("same-name", "Ana Duarte met Duarte and Ms. Duarte. "),
    ("other-names", "Ana @ met Tom @ of @ Corp. in @. "),
    ("one-long-name", "Alpha @ "),
    ("titles", "former acting deputy vice president of the "),
    ("offices", "Foreign Minister @, the minister, the president of Paris, "),
    ("acronyms", "World @ Organization (W@O) and the W@O. "),
    ("places", "Paris, Texas, in London and York, England, "),
    ("pronouns", "He told her that she gave him his. "),
    ("amounts", "$#.5 million, # percent, # people were killed, # km, "),
    ("numbers", "# # #-# #/#/# "),
    ("marks", ", ; — ( ) [ ] . . . ' \" - "),
];

const STORY: &str = "Mayor Ana @ of Salem closed the harbour bridge on Monday after @ Engineering found # cracks in it. \
    “We had no choice,” she said. The repair will cost $# million, according to the city council.\n\n\
    Ferries will run until late May, the port of London told reporters, and fares stay at 2 pounds.\n\n";

/// The shape's phrase over and over, at least `bytes` long.
pub fn shaped(phrase: &str, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + phrase.len());
    for round in 0.. {
        if text.len() >= bytes {
            break;
        }
        text.push_str(&phrase.replace('#', &round.to_string()).replace('@', &letters(round)));
    }
    text
}

/// A capitalised word for each number.
fn letters(number: usize) -> String {
    const VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];
    const CONSONANTS: [char; 12] = ['b', 'd', 'f', 'g', 'k', 'l', 'm', 'n', 'r', 's', 't', 'v'];
    let mut word = String::new();
    let mut rest = number;
    loop {
        word.push(CONSONANTS[rest % CONSONANTS.len()]);
        rest /= CONSONANTS.len();
        word.push(VOWELS[rest % VOWELS.len()]);
        rest /= VOWELS.len();
        if rest == 0 {
            break;
        }
    }
    word[..1].to_uppercase() + &word[1..] + "n"
}
