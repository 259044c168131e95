//! News agencies by name and abbreviation.

/// Every way to write an agency, and the short name it is published under. Sorted by the first.
const AGENCIES: &[(&str, &str)] = &[
    ("AAP", "AAP"),
    ("ADNKRONOS", "Adnkronos"),
    ("AFP", "AFP"),
    ("ANI", "ANI"),
    ("ANSA", "ANSA"),
    ("AP", "AP"),
    ("APA", "APA"),
    ("APP", "APP"),
    ("ATS", "ATS"),
    ("Agence France-Presse", "AFP"),
    ("Anadolu", "Anadolu"),
    ("Anadolu Agency", "Anadolu"),
    ("Antara", "Antara"),
    ("Associated Press", "AP"),
    ("Associated Press of Pakistan", "APP"),
    ("Australian Associated Press", "AAP"),
    ("BBC", "BBC"),
    ("BERNAMA", "Bernama"),
    ("BNS", "BNS"),
    ("BTA", "BTA"),
    ("Belga", "Belga"),
    ("Bernama", "Bernama"),
    ("Bloomberg", "Bloomberg"),
    ("CNA", "CNA"),
    ("CNN", "CNN"),
    ("CP", "CP"),
    ("CTK", "ČTK"),
    ("Canadian Press", "CP"),
    ("DPA", "dpa"),
    ("Deutsche Presse-Agentur", "dpa"),
    ("Dow Jones", "Dow Jones"),
    ("EFE", "EFE"),
    ("Europa Press", "Europa Press"),
    ("GNA", "GNA"),
    ("HINA", "HINA"),
    ("IANS", "IANS"),
    ("INA", "INA"),
    ("IPS", "IPS"),
    ("IRNA", "IRNA"),
    ("ITAR-TASS", "TASS"),
    ("Interfax", "Interfax"),
    ("Jiji", "Jiji"),
    ("Jiji Press", "Jiji"),
    ("KCNA", "KCNA"),
    ("KUNA", "KUNA"),
    ("Kyodo", "Kyodo"),
    ("Kyodo News", "Kyodo"),
    ("LUSA", "Lusa"),
    ("Lusa", "Lusa"),
    ("MENA", "MENA"),
    ("MTI", "MTI"),
    ("NAN", "NAN"),
    ("NTB", "NTB"),
    ("Notimex", "Notimex"),
    ("PA", "PA"),
    ("PA Media", "PA"),
    ("PAP", "PAP"),
    ("PNA", "PNA"),
    ("PTI", "PTI"),
    ("Petra", "Petra"),
    ("Press Association", "PA"),
    ("Press Trust of India", "PTI"),
    ("QNA", "QNA"),
    ("REUTERS", "Reuters"),
    ("RIA Novosti", "RIA Novosti"),
    ("Reuters", "Reuters"),
    ("Ritzau", "Ritzau"),
    ("SANA", "SANA"),
    ("SAPA", "SAPA"),
    ("SPA", "SPA"),
    ("STT", "STT"),
    ("TASS", "TASS"),
    ("TT", "TT"),
    ("Tanjug", "Tanjug"),
    ("Tass", "TASS"),
    ("The Associated Press", "AP"),
    ("The Canadian Press", "CP"),
    ("UNB", "UNB"),
    ("UPI", "UPI"),
    ("Ukrinform", "Ukrinform"),
    ("United Press International", "UPI"),
    ("VNA", "VNA"),
    ("WAM", "WAM"),
    ("XINHUA", "Xinhua"),
    ("Xinhua", "Xinhua"),
    ("Yonhap", "Yonhap"),
    ("dpa", "dpa"),
    ("ČTK", "ČTK"),
];

/// The agency that goes by this name or abbreviation, letter for letter.
pub fn agency(name: &str) -> Option<&'static str> {
    let at = AGENCIES.binary_search_by(|(own, _)| (*own).cmp(name)).ok()?;
    Some(AGENCIES[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_agencies_are_found() {
        assert!(AGENCIES.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(agency("The Associated Press"), Some("AP"));
        assert_eq!(agency("ap"), None);
    }
}
