//! Lines and the runs of lines between blank ones.

use crate::model::Span;

/// The lines of `text[from..]` that are not blank, trimmed, in runs: a blank line starts a new run.
pub fn runs(text: &str, from: usize) -> Vec<Vec<Span>> {
    let mut runs: Vec<Vec<Span>> = Vec::new();
    let mut is_new = true;
    let mut at = from;
    for line in text[from..].split('\n') {
        let span = Span::new(at, at + line.len()).trimmed(text);
        at += line.len() + 1;
        if span.is_empty() {
            is_new = true;
        } else if is_new {
            runs.push(vec![span]);
            is_new = false;
        } else if let Some(run) = runs.last_mut() {
            run.push(span);
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_part_runs() {
        let text = "\u{feff}one\r\ntwo \r\n\r\n\n  three";
        let words: Vec<Vec<&str>> =
            runs(text, 3).iter().map(|run| run.iter().map(|span| span.of(text)).collect()).collect();
        assert_eq!(words, [vec!["one", "two"], vec!["three"]]);
        assert!(runs(" \n\t\n", 0).is_empty());
    }
}
