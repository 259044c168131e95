//! File, environment and flags into one set of values, later winning, each with its origin. Every problem
//! is reported at once, with the bad value and a way out; a secret's value is never shown.

use super::build::{build, host_name};
use super::options::{Kind, OPTIONS, OptionSpec, RESERVED, find};
use super::{Config, RawSettings, Secret};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Environment names under our prefix that are no options.
const OTHER_NAMES: [&str; 4] =
    ["COPYDESK_CONFIG", "COPYDESK_BLESS", "COPYDESK_ENGINE_CASES", "COPYDESK_KAFKA_CACHE"];
const OTHER_PREFIX: &str = "COPYDESK_TEST_";
const PREFIX: &str = "COPYDESK_";
/// The origin of values from the command line.
const FLAG: &str = "--set";

/// What the configuration is made from.
#[derive(Debug)]
pub struct Sources<'a, E> {
    pub file: Option<&'a Path>,
    pub environment: E,
    pub flags: &'a [(String, String)],
}

/// A valid configuration, and every value in force with its origin, ready to be shown.
#[derive(Debug)]
pub struct Loaded {
    pub config: Config,
    /// Path, value as TOML with secrets as `***`, origin.
    pub effective: Vec<(String, String, String)>,
}

/// Everything that is wrong, one line each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problems(pub Vec<String>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(f, "the configuration has {count} {}:", if count == 1 { "problem" } else { "problems" })?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for Problems {}

/// One value before it is checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Raw {
    Text(String),
    List(Vec<String>),
    Table(BTreeMap<String, String>),
}

/// Values by path, with their origin, and the problems found so far.
#[derive(Debug, Default)]
pub(super) struct Values {
    found: BTreeMap<&'static str, (Raw, String)>,
    pub(super) problems: Vec<String>,
}

/// Loads the configuration.
///
/// # Errors
/// With every problem there is.
pub fn load(sources: Sources<'_, impl Iterator<Item = (String, String)>>) -> Result<Loaded, Problems> {
    let mut values = Values::default();
    if let Some(path) = sources.file {
        values.read_file(path);
    }
    values.read_environment(sources.environment);
    for (path, value) in sources.flags {
        values.take_flag(path, value);
    }
    let config = build(&mut values);
    match config {
        Some(config) if values.problems.is_empty() => Ok(Loaded { effective: values.effective(), config }),
        _ => Err(Problems(values.problems)),
    }
}

impl Values {
    fn read_file(&mut self, path: &Path) {
        let shown = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return self.problems.push(format!("{shown}: {error}")),
        };
        match text.parse::<toml::Table>() {
            Ok(table) => self.take_table("", table, &shown),
            Err(error) => {
                // The message without the excerpt: the line it quotes may hold a secret.
                let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
                self.problems.push(format!("{shown}:{line}: {}", error.message()));
            }
        }
    }

    fn take_table(&mut self, prefix: &str, table: toml::Table, origin: &str) {
        for (key, value) in table {
            let path = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
            let is_section = OPTIONS
                .iter()
                .any(|o| o.path.strip_prefix(path.as_str()).is_some_and(|r| r.starts_with('.')));
            match (find(&path), value) {
                (Some(option), value) => self.take_toml(option, value, origin),
                (None, toml::Value::Table(inner)) if is_section => self.take_table(&path, inner, origin),
                (None, _) => self.unknown(&path, origin),
            }
        }
    }

    fn take_toml(&mut self, option: &'static OptionSpec, value: toml::Value, origin: &str) {
        let wrong = |expected: &str| format!("{origin}: `{}` must be {expected}", option.path);
        let text = |value: toml::Value| match value {
            toml::Value::String(text) => Some(text),
            toml::Value::Integer(number) => Some(number.to_string()),
            toml::Value::Boolean(is_so) => Some(is_so.to_string()),
            _ => None,
        };
        let raw = match (option.kind, value) {
            (Kind::List, toml::Value::Array(items)) => {
                items.into_iter().map(text).collect::<Option<Vec<_>>>().map(Raw::List)
            }
            (Kind::Table, toml::Value::Table(table)) => {
                let pairs = table.into_iter().map(|(key, value)| Some((key, text(value)?)));
                pairs.collect::<Option<BTreeMap<_, _>>>().map(Raw::Table)
            }
            (Kind::Text, toml::Value::Datetime(time)) => Some(Raw::Text(time.to_string())),
            (Kind::List | Kind::Table, _) => None,
            (_, value) => text(value).map(Raw::Text),
        };
        match raw {
            Some(raw) => drop(self.found.insert(option.path, (raw, origin.to_owned()))),
            None => self.problems.push(wrong(match option.kind {
                Kind::List => "a list of texts",
                Kind::Table => "a table of settings",
                _ => "a single value",
            })),
        }
    }

    fn read_environment(&mut self, environment: impl Iterator<Item = (String, String)>) {
        let mut ours: Vec<(String, String)> = environment
            .filter(|(name, _)| name.starts_with(PREFIX) && !name.starts_with(OTHER_PREFIX))
            .filter(|(name, _)| !OTHER_NAMES.contains(&name.as_str()))
            .collect();
        ours.sort();
        for (name, value) in ours {
            let path = name[PREFIX.len()..].to_ascii_lowercase().replace("__", ".");
            if find(&path).is_some() {
                self.take_word(&path, &value, &name);
            } else if !is_service_link(&name, &value) {
                let hint = nearest(&path)
                    .map_or_else(String::new, |near| format!("; did you mean {}?", variable(near)));
                self.problems.push(format!("{name}: unknown option{hint}"));
            }
        }
    }

    /// A flag's value. Every user of the machine can read a command line, so it may hold no secret.
    fn take_flag(&mut self, path: &str, value: &str) {
        self.take_word(path, value, FLAG);
        // A flag that was refused has left what the file or the environment say, which may be a secret.
        let is_secret = match self.found.get(path).filter(|(_, origin)| origin == FLAG) {
            Some((Raw::Table(table), _)) => table.keys().any(|key| is_secret_name(key)),
            Some((Raw::Text(text), _)) => {
                !text.is_empty() && find(path).is_some_and(|option| option.kind == Kind::Secret)
            }
            Some((Raw::List(_), _)) | None => false,
        };
        if is_secret {
            let variable = variable(path);
            self.problems.push(format!(
                "{FLAG}: `{path}` must not hold a secret here, where others can read it; use {variable} or a file"
            ));
        }
    }

    /// A value written as one word: from the environment or a flag.
    fn take_word(&mut self, path: &str, value: &str, origin: &str) {
        let Some(option) = find(path) else { return self.unknown(path, origin) };
        let items = || value.split(',').map(str::trim).filter(|item| !item.is_empty());
        let raw = match option.kind {
            Kind::List => Raw::List(items().map(str::to_owned).collect()),
            Kind::Table => {
                let pair = |item: &str| {
                    item.split_once('=').map(|(k, v)| (k.trim().to_owned(), v.trim().to_owned()))
                };
                let Some(table) = items().map(pair).collect() else {
                    return self.problems.push(format!("{origin}: `{path}` must be key=value,key=value"));
                };
                Raw::Table(table)
            }
            _ => Raw::Text(value.to_owned()),
        };
        self.found.insert(option.path, (raw, origin.to_owned()));
    }

    fn unknown(&mut self, path: &str, origin: &str) {
        let hint = nearest(path).map_or_else(
            || "; `copydesk config --default` lists them all".to_owned(),
            |near| format!("; did you mean `{near}`?"),
        );
        self.problems.push(format!("{origin}: unknown option `{path}`{hint}"));
    }

    fn raw(&self, path: &'static str) -> Raw {
        let option = find(path).expect("the path is one of the list");
        self.found.get(path).map_or_else(|| default(option), |(raw, _)| raw.clone())
    }

    pub(super) fn origin(&self, path: &'static str) -> String {
        self.found.get(path).map_or_else(|| "default".to_owned(), |(_, origin)| origin.clone())
    }

    /// A problem with the value of `path`; the value is shown unless it is a secret.
    pub(super) fn reject(&mut self, path: &'static str, why: &str) {
        let option = find(path).expect("the path is one of the list");
        let value = shown(option, &self.raw(path));
        let origin = self.origin(path);
        self.problems.push(format!("{origin}: `{path}` is {value}: {why}"));
    }

    pub(super) fn text(&self, path: &'static str) -> String {
        match self.raw(path) {
            Raw::Text(text) => text,
            Raw::List(_) | Raw::Table(_) => String::new(),
        }
    }

    /// None when it is empty.
    pub(super) fn optional(&self, path: &'static str) -> Option<String> {
        Some(self.text(path)).filter(|text| !text.is_empty())
    }

    pub(super) fn list(&self, path: &'static str) -> Vec<String> {
        match self.raw(path) {
            Raw::List(items) => items,
            Raw::Text(_) | Raw::Table(_) => Vec::new(),
        }
    }

    /// Settings for librdkafka, without those that are ours to set.
    pub(super) fn table(&mut self, path: &'static str) -> RawSettings {
        let Raw::Table(table) = self.raw(path) else { return RawSettings::default() };
        let origin = self.origin(path);
        for key in table.keys() {
            if let Some((_, instead)) = RESERVED.iter().find(|(reserved, _)| reserved == key) {
                self.problems.push(format!("{origin}: `{path}` must not set {key}; use {instead}"));
            }
        }
        RawSettings(table)
    }

    /// A secret, from its option or from the file its twin names.
    pub(super) fn secret(&mut self, path: &'static str, file_path: &'static str) -> Option<Secret> {
        let own = self.optional(path);
        let Some(file) = self.optional(file_path) else { return own.map(Secret::new) };
        if own.is_some() {
            self.reject(file_path, &format!("`{path}` is set as well; keep one of them"));
        }
        match std::fs::read_to_string(&file) {
            Ok(text) => Some(Secret::new(text.trim_end_matches(['\n', '\r']).to_owned())),
            Err(error) => {
                self.reject(file_path, &error.to_string());
                None
            }
        }
    }

    pub(super) fn number(&mut self, path: &'static str) -> u64 {
        let Some(OptionSpec { kind: Kind::Number(low, high), .. }) = find(path) else {
            unreachable!("{path} is a number")
        };
        match self.text(path).replace('_', "").parse::<u64>() {
            Ok(number) if (*low..=*high).contains(&number) => number,
            _ => {
                self.reject(path, &format!("expected a whole number from {low} to {high}"));
                *low
            }
        }
    }

    pub(super) fn size(&mut self, path: &'static str) -> usize {
        usize::try_from(self.number(path)).unwrap_or(usize::MAX)
    }

    pub(super) fn is(&mut self, path: &'static str) -> bool {
        let text = self.text(path);
        if !matches!(text.as_str(), "true" | "false") {
            self.reject(path, "expected true or false");
        }
        text == "true"
    }

    /// One of the option's words, as what it stands for. The first choice when it is none of them.
    pub(super) fn word<T: Copy>(&mut self, path: &'static str, choices: &[(&str, T)]) -> T {
        let text = self.text(path);
        let Some((_, choice)) = choices.iter().find(|(word, _)| *word == text) else {
            let words: Vec<&str> =
                choices.iter().map(|(word, _)| *word).filter(|word| !word.is_empty()).collect();
            let near = words.iter().find(|word| strsim::damerau_levenshtein(word, &text) <= 2);
            let hint = near.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
            self.reject(path, &format!("expected {}{hint}", words.join(", ")));
            return choices[0].1;
        };
        *choice
    }

    fn effective(&self) -> Vec<(String, String, String)> {
        let row = |option: &'static OptionSpec| {
            let mut value = shown(option, &self.raw(option.path));
            if option.path == "kafka.instance" && self.text(option.path).is_empty() {
                value = quoted(&host_name());
            }
            (option.path.to_owned(), value, self.origin(option.path))
        };
        OPTIONS.iter().map(row).collect()
    }
}

pub(super) fn default(option: &OptionSpec) -> Raw {
    match option.kind {
        Kind::List => Raw::List(option.default.split(',').map(str::to_owned).collect()),
        Kind::Table => Raw::Table(BTreeMap::new()),
        _ => Raw::Text(option.default.to_owned()),
    }
}

/// A value as TOML, a secret as `***`.
pub(super) fn shown(option: &OptionSpec, raw: &Raw) -> String {
    match (option.kind, raw) {
        (Kind::Secret, Raw::Text(text)) if text.is_empty() => "\"\"".to_owned(),
        (Kind::Secret, _) => "***".to_owned(),
        (Kind::Number(..) | Kind::Bool, Raw::Text(text)) => text.clone(),
        (_, Raw::Text(text)) => quoted(text),
        (_, Raw::List(items)) => {
            format!("[{}]", items.iter().map(|i| quoted(i)).collect::<Vec<_>>().join(", "))
        }
        (_, Raw::Table(table)) => {
            let pair = |(key, value): (&String, &String)| {
                let value = if is_secret_name(key) { "***".to_owned() } else { quoted(value) };
                format!("{} = {value}", quoted(key))
            };
            format!("{{ {} }}", table.iter().map(pair).collect::<Vec<_>>().join(", ")).replace("{  }", "{}")
        }
    }
}

/// Settings of librdkafka whose values are never shown, told by name so that new ones are covered too.
pub(super) fn is_secret_name(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["pass", "secret", "pem", "token", "jaas", "oauthbearer"].iter().any(|word| key.contains(word))
}

/// The environment name of an option.
fn variable(path: &str) -> String {
    format!("{PREFIX}{}", path.to_ascii_uppercase().replace('.', "__"))
}

/// Kubernetes tells each container of the services beside it, in variables named after them. For a service
/// called `copydesk` these start as our options do, and must not keep the worker from starting.
fn is_service_link(name: &str, value: &str) -> bool {
    let is_address = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let is_of_port = ["_TCP", "_UDP", "_SCTP"].iter().any(|protocol| {
        name.split_once(protocol).is_some_and(|(port, rest)| {
            let number = port.rsplit_once("_PORT_").map_or("", |(_, number)| number);
            let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
            is_number && matches!(rest, "" | "_PROTO" | "_PORT" | "_ADDR")
        })
    });
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || (name.ends_with("_PORT") && is_address)
        || is_of_port
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// The option whose path is most like this one, if any is.
fn nearest(path: &str) -> Option<&'static str> {
    let distance = |option: &OptionSpec| {
        let last = option.path.rsplit('.').next().unwrap_or(option.path);
        let own = path.rsplit('.').next().unwrap_or(path);
        // A right name in the wrong section is as near as a slip of the pen.
        strsim::damerau_levenshtein(option.path, path).min(1 + strsim::damerau_levenshtein(last, own))
    };
    let near = OPTIONS.iter().map(|option| (distance(option), option.path)).min()?;
    (near.0 <= 3).then_some(near.1)
}
