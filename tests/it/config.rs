//! The configuration: where values come from, what is refused and how, and that secrets stay secret.

use copydesk::config::{Config, Loaded, Mode, Problems, Sources, Start, default_file, load};
use copydesk::kafka::{Role, client_config, sees_failures};
use copydesk::{decode, pipeline};
use rdkafka::config::RDKafkaLogLevel;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config")
}

fn loaded(
    file: Option<&Path>,
    environment: &[(&str, &str)],
    flags: &[(&str, &str)],
) -> Result<Loaded, Problems> {
    let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let (environment, flags) = (owned(environment), owned(flags));
    load(Sources { file, environment: environment.into_iter(), flags: &flags })
}

fn good(environment: &[(&str, &str)]) -> Config {
    loaded(None, environment, &[]).expect("a valid configuration").config
}

fn problems(environment: &[(&str, &str)]) -> Vec<String> {
    loaded(None, environment, &[]).expect_err("a configuration with problems").0
}

#[test]
fn the_documented_file_is_fresh_and_holds_the_defaults() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/copydesk.toml");
    if std::env::var_os("COPYDESK_BLESS").is_some() {
        std::fs::write(&path, default_file()).expect("the file can be written");
    }
    let file = std::fs::read_to_string(&path).expect("config/copydesk.toml is there");
    assert!(
        file == default_file(),
        "config/copydesk.toml is stale; refresh it with COPYDESK_BLESS=1 cargo test"
    );
    let from_file = loaded(Some(&path), &[], &[]).expect("the defaults are valid").config;
    assert_eq!(format!("{from_file:?}"), format!("{:?}", good(&[])));
}

#[test]
fn defaults_are_what_the_core_says() {
    let config = good(&[]);
    assert_eq!(config.pipeline_options(), pipeline::Options::default());
    assert_eq!(config.input.fields, decode::FieldMap::default());
    assert_eq!(config.delivery.mode, Mode::ExactlyOnce);
    assert!(config.worker.threads >= 1 && !config.kafka.instance.is_empty());
}

#[test]
fn a_file_sets_what_it_says() {
    let config = loaded(Some(&folder().join("good.toml")), &[], &[]).expect("a valid file").config;
    assert_eq!(config.input.topics, ["wire.a", "wire.b"]);
    assert_eq!(config.input.start, Start::At(1_769_839_200_000));
    assert_eq!(config.input.fields.body, ["/payload/story", "body"]);
    assert_eq!(config.input.message_bytes_max, 2_000_000);
    assert_eq!(config.kafka.librdkafka_consumer["fetch.wait.max.ms"], "50");
    assert_eq!(config.pipeline, pipeline::Mode::Passthrough);
}

#[test]
fn the_environment_alone_is_enough_and_later_wins() {
    let environment = [
        ("COPYDESK_KAFKA__BROKERS", "broker:9092"),
        ("COPYDESK_INPUT__TOPICS", "a, b"),
        ("COPYDESK_INPUT__FIELDS__BODY", "story"),
        ("COPYDESK_ADMIN__LISTEN", ""),
        ("COPYDESK_LIBRDKAFKA__PRODUCER", "linger.ms=7,debug=eos"),
        ("COPYDESK_TEST_BROKERS", "not an option"),
        ("HOME", "/somewhere"),
    ];
    let config = good(&environment);
    assert_eq!(config.input.topics, ["a", "b"]);
    assert_eq!(config.input.fields.body, ["story"]);
    assert_eq!(config.admin.listen, None);
    assert_eq!(config.kafka.librdkafka_producer["debug"], "eos");

    let file = folder().join("good.toml");
    let all = loaded(
        Some(&file),
        &[("COPYDESK_KAFKA__GROUP", "from-environment"), ("COPYDESK_OUTPUT__TOPIC", "from-environment")],
        &[("output.topic", "from-flag")],
    )
    .expect("valid");
    let origin = |path: &str| {
        let (_, value, origin) = all.effective.iter().find(|(own, _, _)| own == path).expect(path);
        format!("{value} {}", origin.rsplit('/').next().unwrap_or(origin))
    };
    assert_eq!(origin("kafka.brokers"), "\"one:9092,two:9092\" good.toml");
    assert_eq!(origin("kafka.group"), "\"from-environment\" COPYDESK_KAFKA__GROUP");
    assert_eq!(origin("output.topic"), "\"from-flag\" --set");
    assert_eq!(origin("log.level"), "\"info\" default");
}

#[test]
fn every_problem_is_reported_at_once_with_a_way_out() {
    let file = folder().join("bad.toml");
    let found = loaded(Some(&file), &[("COPYDESK_LOG__LEVELS", "info")], &[]).expect_err("many problems");
    let place = file.display().to_string();
    let shown = found.to_string().replace(&place, "tests/config/bad.toml");
    let path = folder().join("bad.txt");
    if std::env::var_os("COPYDESK_BLESS").is_some() {
        std::fs::write(&path, format!("{shown}\n")).expect("the file can be written");
    }
    let expected = std::fs::read_to_string(&path).expect("tests/config/bad.txt is there");
    assert_eq!(format!("{shown}\n"), expected);
}

#[test]
fn a_file_that_is_no_toml_is_refused_without_quoting_it() {
    let path = std::env::temp_dir().join(format!("copydesk-no-toml-{}.toml", std::process::id()));
    std::fs::write(&path, "[kafka]\nsasl_password = \"hunter2\nbrokers = 1\n").expect("a file");
    let problem = loaded(Some(&path), &[], &[]).expect_err("no TOML").to_string();
    let _ = std::fs::remove_file(&path);
    assert!(problem.contains(".toml:2: "), "{problem}");
    assert!(!problem.contains("hunter2"), "{problem}");
    let missing = loaded(Some(Path::new("no/such/file.toml")), &[], &[]).expect_err("no file").to_string();
    assert!(missing.contains("no/such/file.toml: No such file"), "{missing}");
}

#[test]
fn options_that_do_not_fit_together_are_refused() {
    let cases = [
        (
            ("COPYDESK_DELIVERY__TRANSACTION_TIMEOUT_MS", "60000"),
            "must be below kafka.session_timeout_ms (45000)",
        ),
        (("COPYDESK_OUTPUT__TOPIC", "articles.raw"), "it is an input topic as well"),
        (("COPYDESK_DEAD_LETTER__TOPIC", "articles.enriched"), "it is the output topic as well"),
        (("COPYDESK_DELIVERY__IN_FLIGHT_BYTES_MAX", "100000"), "at least twice input.message_bytes_max"),
        (
            ("COPYDESK_DELIVERY__PRODUCER_QUEUE_BYTES_MAX", "1048576"),
            "must hold delivery.transaction_bytes_max",
        ),
        (("COPYDESK_KAFKA__SASL_USERNAME", "desk"), "SASL options are set"),
        (("COPYDESK_KAFKA__SECURITY_PROTOCOL", "sasl_ssl"), "SASL needs kafka.sasl_mechanism"),
        (("COPYDESK_KAFKA__SSL_KEY_FILE", "key.pem"), "needs its key"),
        (("COPYDESK_INPUT__START", "yesterday"), "a time like 2026-01-31T06:00:00Z"),
        (("COPYDESK_ADMIN__LISTEN", "9464"), "expected host:port"),
        (
            ("COPYDESK_LIBRDKAFKA__CONSUMER", "isolation.level=read_uncommitted"),
            "must not set isolation.level",
        ),
        (
            ("COPYDESK_LIBRDKAFKA__PRODUCER", "metadata.broker.list=elsewhere:9092"),
            "must not set metadata.broker.list; use kafka.brokers",
        ),
        (("COPYDESK_DELIVERY__LINGER_MS", "9000"), "at most half of delivery.transaction_timeout_ms"),
        (("COPYDESK_DELIVERY__REVOKE_TIMEOUT_MS", "60000"), "expected a whole number from 100 to 50000"),
        (("COPYDESK_INPUT__FIELDS__BODY", ""), "name at least one field"),
        (("COPYDESK_LOG__LEVEL", "infos"), "did you mean \"info\"?"),
        (("COPYDESK_KAFKA__BROKERS", ""), "name at least one broker"),
    ];
    for (setting, expected) in cases {
        let found = problems(&[setting]);
        assert!(found.iter().any(|problem| problem.contains(expected)), "{setting:?}: {found:?}");
    }
}

#[test]
fn secrets_are_never_shown() {
    let secrets = [
        ("COPYDESK_KAFKA__SASL_PASSWORD", "canary-1"),
        ("COPYDESK_KAFKA__SSL_KEY_PASSWORD", "canary-2"),
        ("COPYDESK_LIBRDKAFKA__CONSUMER", "ssl.keystore.password=canary-3,ssl.key.pem=canary-4"),
        ("COPYDESK_LIBRDKAFKA__PRODUCER", "sasl.oauthbearer.config=canary-5"),
    ];
    let mut valid = secrets.to_vec();
    valid.extend([
        ("COPYDESK_KAFKA__SECURITY_PROTOCOL", "sasl_ssl"),
        ("COPYDESK_KAFKA__SASL_MECHANISM", "PLAIN"),
        ("COPYDESK_KAFKA__SASL_USERNAME", "desk"),
    ]);
    let all = loaded(None, &valid, &[]).expect("valid");
    let shown = format!("{:?}", all.effective);
    assert!(!shown.contains("canary"), "{shown}");
    let typed = format!("{:?}{}", all.config, all.config.kafka.ssl_key_password.as_ref().expect("set"));
    assert!(typed.contains("ssl.key.pem") && !typed.contains("canary"), "{typed}");
    let mut broken = secrets.to_vec();
    broken.push(("COPYDESK_KAFKA__SASL_PASSWORD_FILE", "no/such/file"));
    let found = problems(&broken).join("\n");
    assert!(found.contains("sasl_password_file") && !found.contains("canary"), "{found}");
}

#[test]
fn a_secret_on_the_command_line_is_refused_without_showing_it() {
    for (path, value) in [
        ("kafka.sasl_password", "canary-6"),
        ("kafka.ssl_key_password", "canary-7"),
        ("librdkafka.producer", "sasl.oauthbearer.client.secret=canary-8"),
    ] {
        let found = loaded(None, &[], &[(path, value)]).expect_err("a secret in a flag").to_string();
        assert!(found.contains(path) && found.contains("must not hold a secret here"), "{found}");
        assert!(!found.contains("canary"), "{found}");
    }
    let raw = loaded(None, &[], &[("librdkafka.producer", "linger.ms=7")]).expect("no secret").config;
    assert_eq!(raw.kafka.librdkafka_producer["linger.ms"], "7");
    let variable = [("COPYDESK_LIBRDKAFKA__PRODUCER", "ssl.key.pem=canary-9")];
    let found = loaded(None, &variable, &[("librdkafka.producer", "linger.ms")]).expect_err("no pair").0;
    assert_eq!(found, ["--set: `librdkafka.producer` must be key=value,key=value"]);
}

#[test]
fn a_kubernetes_service_of_our_name_does_not_keep_the_worker_from_starting() {
    let links = [
        ("COPYDESK_SERVICE_HOST", "10.0.0.7"),
        ("COPYDESK_SERVICE_PORT", "9464"),
        ("COPYDESK_SERVICE_PORT_METRICS", "9464"),
        ("COPYDESK_PORT", "tcp://10.0.0.7:9464"),
        ("COPYDESK_PORT_9464_TCP", "tcp://10.0.0.7:9464"),
        ("COPYDESK_PORT_9464_TCP_ADDR", "10.0.0.7"),
        ("COPYDESK_PORT_9464_TCP_PORT", "9464"),
        ("COPYDESK_PORT_9464_TCP_PROTO", "tcp"),
        ("COPYDESK_METRICS_SERVICE_HOST", "10.0.0.8"),
    ];
    assert!(loaded(None, &links, &[]).is_ok(), "{:?}", loaded(None, &links, &[]).err());
    let slip = problems(&[("COPYDESK_ADMIN_PORT", "9464")]);
    assert!(slip[0].contains("COPYDESK_ADMIN_PORT: unknown option"), "{slip:?}");
}

#[test]
fn a_secret_may_stand_in_a_file() {
    let path = std::env::temp_dir().join(format!("copydesk-secret-{}", std::process::id()));
    std::fs::write(&path, "s3cret\n").expect("a file");
    let file = path.display().to_string();
    let config = good(&[
        ("COPYDESK_KAFKA__SASL_PASSWORD_FILE", &file),
        ("COPYDESK_KAFKA__SECURITY_PROTOCOL", "sasl_ssl"),
        ("COPYDESK_KAFKA__SASL_MECHANISM", "PLAIN"),
        ("COPYDESK_KAFKA__SASL_USERNAME", "desk"),
    ]);
    let _ = std::fs::remove_file(&path);
    assert_eq!(config.kafka.sasl_password.expect("a password").expose(), "s3cret");
}

#[test]
fn security_settings_reach_the_client_library() {
    let config = good(&[
        ("COPYDESK_KAFKA__SECURITY_PROTOCOL", "sasl_ssl"),
        ("COPYDESK_KAFKA__SASL_MECHANISM", "SCRAM-SHA-512"),
        ("COPYDESK_KAFKA__SASL_USERNAME", "desk"),
        ("COPYDESK_KAFKA__SASL_PASSWORD", "s3cret"),
        ("COPYDESK_KAFKA__SSL_CA_FILE", "/ca.pem"),
        ("COPYDESK_LIBRDKAFKA__PRODUCER", "linger.ms=7"),
    ]);
    for role in [Role::Consumer, Role::Producer] {
        let settings = client_config(&config, role);
        for (key, value) in [
            ("security.protocol", "sasl_ssl"),
            ("sasl.mechanisms", "SCRAM-SHA-512"),
            ("sasl.username", "desk"),
            ("sasl.password", "s3cret"),
            ("ssl.ca.location", "/ca.pem"),
        ] {
            assert_eq!(settings.get(key), Some(value), "{key} of the {role:?}");
        }
        assert_eq!(
            settings.get("linger.ms") == Some("7"),
            role == Role::Producer,
            "raw settings win, for their role"
        );
        // librdkafka itself must know the protocol: without TLS and SCRAM compiled in this fails.
        let native = settings.create_native_config();
        assert!(native.is_ok(), "librdkafka refuses the settings of the {role:?}");
    }
}

#[test]
fn the_producer_is_transactional_only_for_exactly_once_and_its_id_is_stable() {
    let id =
        |config: &Config| client_config(config, Role::Producer).get("transactional.id").map(str::to_owned);
    let exactly = good(&[("COPYDESK_KAFKA__GROUP", "g"), ("COPYDESK_KAFKA__INSTANCE", "i")]);
    assert_eq!(id(&exactly).as_deref(), Some("g-i-0"));
    assert_eq!(id(&good(&[("COPYDESK_DELIVERY__MODE", "at_least_once")])), None);
    let consumer = client_config(&exactly, Role::Consumer);
    assert_eq!(consumer.get("group.instance.id"), Some("i"));
    assert_eq!(consumer.get("isolation.level"), Some("read_committed"));
}

/// The defence against late requests reads librdkafka's log: what hides a line from it is refused.
#[test]
fn a_producer_whose_log_hides_failures_is_refused() {
    let settings = client_config(&good(&[]), Role::Producer);
    assert_eq!(sees_failures(&settings), Ok(()));
    for level in [RDKafkaLogLevel::Emerg, RDKafkaLogLevel::Error, RDKafkaLogLevel::Notice] {
        let mut quiet = settings.clone();
        quiet.set_log_level(level);
        let why = sees_failures(&quiet).expect_err("a level below info");
        assert!(why.contains(&format!("{level:?}")) && why.contains("needs Info"), "{why}");
    }
    let mut silent = settings.clone();
    silent.set("log.connection.close", "false");
    assert!(sees_failures(&silent).is_err_and(|why| why.contains("log.connection.close=false")));
    for raw in ["log.connection.close=false", "log.queue=false", "log_level=3"] {
        let found = problems(&[("COPYDESK_LIBRDKAFKA__PRODUCER", raw)]);
        let key = raw.split('=').next().expect("a key");
        assert!(found.iter().any(|problem| problem.contains(key)), "{raw}: {found:?}");
    }
}
