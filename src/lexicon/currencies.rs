//! What currencies are called in the news, with their ISO 4217 codes.
//!
//! Evidence: signs, letters before figures, codes, names, and the nationality before a name.
//! Example: `A$` → AUD; `Canadian dollars` → CAD; `rupees` in an article on Nepal → NPR.
//! Misses: currencies that are no more, slang (`quid`, `bucks`), metals and crypto-currencies.

/// What a name or letters stand for; the code stays open where several countries have such a currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Currency {
    pub code: Option<&'static str>,
}

/// Longest word of the tables, in bytes.
const NAME_BYTES_MAX: usize = 16;

/// Codes that are looked for beside figures: the active ones of ISO 4217, sorted.
const CODES: &str = "\
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP \
CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR \
ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT \
MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD \
SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND \
VUV WST XAF XCD XOF XPF YER ZAR ZMW";

/// Signs of one character; the dollar and the yen are other countries' too, but only with letters before.
const SIGNS: [(&str, &str); 19] = [
    ("$", "USD"),
    ("£", "GBP"),
    ("€", "EUR"),
    ("¥", "JPY"),
    ("￥", "JPY"),
    ("₹", "INR"),
    ("₽", "RUB"),
    ("₩", "KRW"),
    ("₺", "TRY"),
    ("₪", "ILS"),
    ("₫", "VND"),
    ("₦", "NGN"),
    ("₱", "PHP"),
    ("₴", "UAH"),
    ("฿", "THB"),
    ("₵", "GHS"),
    ("₡", "CRC"),
    ("₲", "PYG"),
    ("₸", "KZT"),
];

/// Letters before a sign: `A$`, `CN¥`, `E£`.
const SIGNED: [(&str, &str, &str); 31] = [
    ("US", "$", "USD"),
    ("U.S.", "$", "USD"),
    ("USD", "$", "USD"),
    ("A", "$", "AUD"),
    ("AU", "$", "AUD"),
    ("Aus", "$", "AUD"),
    ("C", "$", "CAD"),
    ("CA", "$", "CAD"),
    ("CDN", "$", "CAD"),
    ("HK", "$", "HKD"),
    ("NZ", "$", "NZD"),
    ("S", "$", "SGD"),
    ("SG", "$", "SGD"),
    ("NT", "$", "TWD"),
    ("R", "$", "BRL"),
    ("J", "$", "JMD"),
    ("TT", "$", "TTD"),
    ("BZ", "$", "BZD"),
    ("Bds", "$", "BBD"),
    ("EC", "$", "XCD"),
    ("FJ", "$", "FJD"),
    ("N", "$", "NAD"),
    ("G", "$", "GYD"),
    ("Mex", "$", "MXN"),
    ("MX", "$", "MXN"),
    ("CL", "$", "CLP"),
    ("COL", "$", "COP"),
    ("CN", "¥", "CNY"),
    ("RMB", "¥", "CNY"),
    ("E", "£", "EGP"),
    ("LE", "£", "EGP"),
];

/// Letters that stand before figures without a sign: `Rs500`, `R30m`, `Rp 20,000`. The currency is a name of
/// [`NAMES`] or a code.
const LETTERS: [(&str, &str); 27] = [
    ("Rs", "rupee"),
    ("Re", "rupee"),
    ("R", "ZAR"),
    ("Rp", "IDR"),
    ("RM", "MYR"),
    ("RMB", "CNY"),
    ("Tk", "BDT"),
    ("Sh", "shilling"),
    ("Shs", "shilling"),
    ("KSh", "KES"),
    ("Ksh", "KES"),
    ("KSh.", "KES"),
    ("USh", "UGX"),
    ("TSh", "TZS"),
    ("SFr", "CHF"),
    ("Sfr", "CHF"),
    ("Fr", "CHF"),
    ("FCFA", "CFA"),
    ("Dh", "AED"),
    ("Dhs", "AED"),
    ("SR", "SAR"),
    ("QR", "QAR"),
    ("GHS", "GHS"),
    ("Kr", "krone"),
    ("kr", "krone"),
    ("NIS", "ILS"),
    ("P", "peso"),
];

/// A name, the code it has where nothing else is said, and the countries whose currency bears it.
type Name = (&'static str, Option<&'static str>, &'static str);

/// Sorted. Singular and plural; a country list is `CC=CODE` parted by spaces.
const NAMES: &[Name] = &[
    ("afghani", Some("AFN"), ""),
    ("afghanis", Some("AFN"), ""),
    ("baht", Some("THB"), ""),
    ("birr", Some("ETB"), ""),
    ("bolivares", Some("VES"), ""),
    ("bolivars", Some("VES"), ""),
    ("bolivianos", Some("BOB"), ""),
    ("cedi", Some("GHS"), ""),
    ("cedis", Some("GHS"), ""),
    ("colones", Some("CRC"), ""),
    ("crowns", None, CROWNS),
    ("dinar", None, DINARS),
    ("dinars", None, DINARS),
    ("dirham", Some("AED"), "MA=MAD"),
    ("dirhams", Some("AED"), "MA=MAD"),
    ("dollar", Some("USD"), ""),
    ("dollars", Some("USD"), ""),
    ("dong", Some("VND"), ""),
    ("drams", Some("AMD"), ""),
    ("dólares", Some("USD"), ""),
    ("euro", Some("EUR"), ""),
    ("euros", Some("EUR"), ""),
    ("forint", Some("HUF"), ""),
    ("forints", Some("HUF"), ""),
    ("franc", None, FRANCS),
    ("francs", None, FRANCS),
    ("franken", Some("CHF"), ""),
    ("gourdes", Some("HTG"), ""),
    ("guaranies", Some("PYG"), ""),
    ("hryvnia", Some("UAH"), ""),
    ("hryvnias", Some("UAH"), ""),
    ("koruna", Some("CZK"), ""),
    ("korunas", Some("CZK"), ""),
    ("krona", Some("SEK"), "IS=ISK"),
    ("krone", None, CROWNS),
    ("kroner", None, CROWNS),
    ("kronor", Some("SEK"), ""),
    ("kronur", Some("ISK"), ""),
    ("kwacha", Some("ZMW"), "MW=MWK"),
    ("kwanza", Some("AOA"), ""),
    ("kwanzas", Some("AOA"), ""),
    ("kyat", Some("MMK"), ""),
    ("kyats", Some("MMK"), ""),
    ("lari", Some("GEL"), ""),
    ("leva", Some("BGN"), ""),
    ("lira", Some("TRY"), "LB=LBP SY=SYP"),
    ("liras", Some("TRY"), "LB=LBP SY=SYP"),
    ("manat", Some("AZN"), "TM=TMT"),
    ("manats", Some("AZN"), "TM=TMT"),
    ("meticais", Some("MZN"), ""),
    ("naira", Some("NGN"), ""),
    ("nairas", Some("NGN"), ""),
    ("pataca", Some("MOP"), ""),
    ("patacas", Some("MOP"), ""),
    ("peso", None, PESOS),
    ("pesos", None, PESOS),
    ("pound", Some("GBP"), POUNDS),
    ("pounds", Some("GBP"), POUNDS),
    ("quetzales", Some("GTQ"), ""),
    ("rand", Some("ZAR"), ""),
    ("rands", Some("ZAR"), ""),
    ("reais", Some("BRL"), ""),
    ("renminbi", Some("CNY"), ""),
    ("rial", Some("IRR"), "OM=OMR YE=YER QA=QAR"),
    ("rials", Some("IRR"), "OM=OMR YE=YER QA=QAR"),
    ("ringgit", Some("MYR"), ""),
    ("riyal", Some("SAR"), "QA=QAR YE=YER"),
    ("riyals", Some("SAR"), "QA=QAR YE=YER"),
    ("rouble", Some("RUB"), "BY=BYN"),
    ("roubles", Some("RUB"), "BY=BYN"),
    ("ruble", Some("RUB"), "BY=BYN"),
    ("rubles", Some("RUB"), "BY=BYN"),
    ("rufiyaa", Some("MVR"), ""),
    ("rupee", Some("INR"), RUPEES),
    ("rupees", Some("INR"), RUPEES),
    ("rupiah", Some("IDR"), ""),
    ("shekel", Some("ILS"), ""),
    ("shekels", Some("ILS"), ""),
    ("shilling", None, SHILLINGS),
    ("shillings", None, SHILLINGS),
    ("somoni", Some("TJS"), ""),
    ("taka", Some("BDT"), ""),
    ("tenge", Some("KZT"), ""),
    ("won", Some("KRW"), "KP=KPW"),
    ("yen", Some("JPY"), ""),
    ("yuan", Some("CNY"), ""),
    ("zloty", Some("PLN"), ""),
    ("zlotys", Some("PLN"), ""),
];

const CROWNS: &str = "CZ=CZK DK=DKK IS=ISK NO=NOK SE=SEK GL=DKK FO=DKK";
const DINARS: &str = "BH=BHD DZ=DZD IQ=IQD JO=JOD KW=KWD LY=LYD MK=MKD RS=RSD TN=TND";
const FRANCS: &str = "BF=XOF BJ=XOF CI=XOF ML=XOF NE=XOF SN=XOF TG=XOF GW=XOF CF=XAF CG=XAF CM=XAF GA=XAF GQ=XAF TD=XAF \
    BI=BIF CD=CDF CH=CHF DJ=DJF GN=GNF KM=KMF LI=CHF NC=XPF PF=XPF RW=RWF";
const PESOS: &str = "AR=ARS CL=CLP CO=COP CU=CUP DO=DOP MX=MXN PH=PHP UY=UYU";
const POUNDS: &str = "EG=EGP LB=LBP SD=SDG SS=SSP SY=SYP";
const RUPEES: &str = "IN=INR LK=LKR MU=MUR NP=NPR PK=PKR SC=SCR";
const SHILLINGS: &str = "KE=KES SO=SOS TZ=TZS UG=UGX";
/// `CFA francs`: West Africa's where it is not known to be Central Africa's.
const CFA: &str = "CF=XAF CG=XAF CM=XAF GA=XAF GQ=XAF TD=XAF";
const DOLLARS: &str = "AU=AUD BB=BBD BN=BND BS=BSD BZ=BZD CA=CAD FJ=FJD GY=GYD HK=HKD JM=JMD KY=KYD LR=LRD NA=NAD \
    NZ=NZD SB=SBD SG=SGD SR=SRD TT=TTD TW=TWD US=USD ZW=ZWG";

/// Words before a name, with their country. Sorted.
const NATIONS: &[(&str, &str)] = &[
    ("algerian", "DZ"),
    ("american", "US"),
    ("argentine", "AR"),
    ("australian", "AU"),
    ("bahamian", "BS"),
    ("bahraini", "BH"),
    ("barbados", "BB"),
    ("belarusian", "BY"),
    ("brazilian", "BR"),
    ("british", "GB"),
    ("brunei", "BN"),
    ("burundian", "BI"),
    ("canadian", "CA"),
    ("chilean", "CL"),
    ("chinese", "CN"),
    ("colombian", "CO"),
    ("congolese", "CD"),
    ("cuban", "CU"),
    ("czech", "CZ"),
    ("danish", "DK"),
    ("djiboutian", "DJ"),
    ("dominican", "DO"),
    ("egyptian", "EG"),
    ("fijian", "FJ"),
    ("guinean", "GN"),
    ("guyanese", "GY"),
    ("icelandic", "IS"),
    ("indian", "IN"),
    ("iranian", "IR"),
    ("iraqi", "IQ"),
    ("jamaican", "JM"),
    ("japanese", "JP"),
    ("jordanian", "JO"),
    ("kenyan", "KE"),
    ("korean", "KR"),
    ("kuwaiti", "KW"),
    ("lebanese", "LB"),
    ("liberian", "LR"),
    ("libyan", "LY"),
    ("malawian", "MW"),
    ("mauritian", "MU"),
    ("mexican", "MX"),
    ("moroccan", "MA"),
    ("namibian", "NA"),
    ("nepalese", "NP"),
    ("nepali", "NP"),
    ("norwegian", "NO"),
    ("omani", "OM"),
    ("pakistani", "PK"),
    ("philippine", "PH"),
    ("qatari", "QA"),
    ("russian", "RU"),
    ("rwandan", "RW"),
    ("saudi", "SA"),
    ("serbian", "RS"),
    ("singapore", "SG"),
    ("singaporean", "SG"),
    ("somali", "SO"),
    ("sudanese", "SD"),
    ("surinamese", "SR"),
    ("swedish", "SE"),
    ("swiss", "CH"),
    ("syrian", "SY"),
    ("taiwan", "TW"),
    ("taiwanese", "TW"),
    ("tanzanian", "TZ"),
    ("tunisian", "TN"),
    ("turkish", "TR"),
    ("u.s.", "US"),
    ("ugandan", "UG"),
    ("uruguayan", "UY"),
    ("us", "US"),
    ("yemeni", "YE"),
    ("zambian", "ZM"),
    ("zimbabwean", "ZW"),
];

/// Nations of two words, by their second.
const NATIONS_OF_TWO: [(&str, &str, &str); 8] = [
    ("hong", "kong", "HK"),
    ("new", "taiwan", "TW"),
    ("new", "zealand", "NZ"),
    ("north", "korean", "KP"),
    ("south", "african", "ZA"),
    ("south", "korean", "KR"),
    ("south", "sudanese", "SS"),
    ("sri", "lankan", "LK"),
];

/// An active code, in capitals.
pub fn code(word: &str) -> Option<&'static str> {
    if word.len() != 3 || !word.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    // Each code and its space take four bytes.
    let at = CODES.as_bytes().chunks(4).position(|chunk| &chunk[..3] == word.as_bytes())?;
    CODES.get(at * 4..at * 4 + 3)
}

/// The currency of a sign with the letters before it, which may be none.
pub fn sign(letters: &str, sign: &str) -> Option<&'static str> {
    if letters.is_empty() {
        return SIGNS.iter().find(|(known, _)| *known == sign).map(|(_, code)| *code);
    }
    SIGNED.iter().find(|(before, known, _)| *before == letters && *known == sign).map(|(_, _, code)| *code)
}

/// The currency that letters against figures stand for. `countries` are those of the article, most of all first.
pub fn letters(word: &str, countries: &[&str]) -> Option<Currency> {
    let (_, known) = LETTERS.iter().find(|(letters, _)| *letters == word)?;
    let code = match *known {
        "CFA" => among(CFA, countries).or(Some("XOF")),
        name if name.starts_with(|c: char| c.is_ascii_lowercase()) => self::name(name, countries)?.code,
        code => Some(code),
    };
    Some(Currency { code })
}

/// The currency of a name: known by its own, or by the countries of the article.
pub fn name(word: &str, countries: &[&str]) -> Option<Currency> {
    let (_, common, list) = entry(word)?;
    Some(Currency { code: among(list, countries).or(*common) })
}

/// The currency of a name with the nation before it: `Canadian dollars`, `CFA francs`.
pub fn of_nation(nation: &str, word: &str, countries: &[&str]) -> Option<&'static str> {
    let (_, common, list) = entry(word)?;
    if nation == "CFA" {
        return among(CFA, countries).or(Some("XOF"));
    }
    let mut buffer = [0; NAME_BYTES_MAX];
    let nation = lowered(nation, &mut buffer);
    let at = NATIONS.binary_search_by(|(known, _)| known.cmp(&nation)).ok()?;
    in_country(NATIONS[at].1, list, *common)
}

/// The currency of a name with a nation of two words before it: `Hong Kong dollars`.
pub fn of_nation_of_two(first: &str, second: &str, word: &str) -> Option<&'static str> {
    let (_, common, list) = entry(word)?;
    let is = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
    let (_, _, country) = NATIONS_OF_TWO.iter().find(|(a, b, _)| is(a, first) && is(b, second))?;
    in_country(country, list, *common)
}

fn in_country(country: &str, list: &'static str, common: Option<&'static str>) -> Option<&'static str> {
    let list = if common == Some("USD") { DOLLARS } else { list };
    among(list, &[country]).or(common)
}

fn among(list: &'static str, countries: &[&str]) -> Option<&'static str> {
    let of =
        |country: &&str| list.split(' ').find_map(|pair| pair.strip_prefix(*country)?.strip_prefix('='));
    countries.iter().find_map(of)
}

fn entry(word: &str) -> Option<&'static Name> {
    let mut buffer = [0; NAME_BYTES_MAX];
    let lower = lowered(word, &mut buffer);
    let at = NAMES.binary_search_by(|(known, _, _)| known.cmp(&lower)).ok()?;
    Some(&NAMES[at])
}

fn lowered<'b>(word: &str, buffer: &'b mut [u8; NAME_BYTES_MAX]) -> &'b str {
    let Some(target) = buffer.get_mut(..word.len()) else { return "" };
    target.copy_from_slice(word.as_bytes());
    target.make_ascii_lowercase();
    std::str::from_utf8(target).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(NATIONS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let codes: Vec<&str> = CODES.split(' ').collect();
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(codes.iter().all(|known| code(known) == Some(known)));
    }

    #[test]
    fn names_go_by_nation_and_country() {
        assert_eq!(of_nation("Canadian", "dollars", &[]), Some("CAD"));
        assert_eq!(of_nation("CFA", "francs", &["TD"]), Some("XAF"));
        assert_eq!(of_nation_of_two("Hong", "Kong", "dollars"), Some("HKD"));
        assert_eq!(name("rupees", &["DE", "NP"]), Some(Currency { code: Some("NPR") }));
        assert_eq!(name("dinars", &[]), Some(Currency { code: None }));
        assert_eq!(name("dinner", &[]), None);
        assert_eq!(letters("Rs", &["PK"]), Some(Currency { code: Some("PKR") }));
        assert_eq!(sign("HK", "$"), Some("HKD"));
        assert_eq!(sign("B", "$"), None);
    }
}
