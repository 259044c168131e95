//! What an operator must do about an error: the topic to create, the right to give, by name.

use rdkafka::error::RDKafkaErrorCode;

/// What a client does with its topics, which decides the right that it needs on them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    Read,
    Write,
}

/// The names an error may be about.
#[derive(Clone, Copy, Debug)]
pub struct Concerned<'a> {
    pub access: Access,
    pub topics: &'a [&'a str],
    pub group: &'a str,
    pub transactional_id: Option<&'a str>,
}

/// The errors that have a remedy.
const CODES: [RDKafkaErrorCode; 6] = [
    RDKafkaErrorCode::TopicAuthorizationFailed,
    RDKafkaErrorCode::GroupAuthorizationFailed,
    RDKafkaErrorCode::TransactionalIdAuthorizationFailed,
    RDKafkaErrorCode::ClusterAuthorizationFailed,
    RDKafkaErrorCode::UnknownTopicOrPartition,
    RDKafkaErrorCode::UnknownTopic,
];

/// The same for what librdkafka has logged, where a call's own error only says that something had failed before. Its
/// lines put topics between quotation marks.
pub fn remedy_of_log(lines: &[String], concerned: Concerned<'_>) -> Option<String> {
    let found = |line: &String| CODES.iter().copied().find(|code| line.contains(&description(*code)));
    let (line, code) = lines.iter().find_map(|line| Some((line, found(line)?)))?;
    let is_named = |topic: &&str| line.contains(&format!("\"{topic}\""));
    let named: Vec<&str> = concerned.topics.iter().copied().filter(is_named).collect();
    let topics = if named.is_empty() { concerned.topics } else { &named };
    remedy(code, Concerned { topics, ..concerned })
}

/// librdkafka's own words for an error: the crate shows them in brackets after the code's name.
fn description(code: RDKafkaErrorCode) -> String {
    let shown = code.to_string();
    shown.split_once(" (").map_or(shown.clone(), |(_, words)| words.trim_end_matches(')').to_owned())
}

/// What is to be done about an error that does not go away by itself; none for all others.
pub fn remedy(code: RDKafkaErrorCode, concerned: Concerned<'_>) -> Option<String> {
    let Concerned { access, topics, group, transactional_id } = concerned;
    let topics = topics.join("` or `");
    Some(match code {
        RDKafkaErrorCode::UnknownTopic | RDKafkaErrorCode::UnknownTopicOrPartition => {
            format!(
                "topic `{topics}` does not exist or may not be described: create it, or give Describe on it"
            )
        }
        RDKafkaErrorCode::TopicAuthorizationFailed => {
            format!("not authorised: {access:?} on topic `{topics}` is missing")
        }
        RDKafkaErrorCode::GroupAuthorizationFailed => {
            format!("not authorised: Read on group `{group}` is missing")
        }
        RDKafkaErrorCode::TransactionalIdAuthorizationFailed => {
            let id = transactional_id.unwrap_or_default();
            format!("not authorised: Write on transactional id `{id}` is missing")
        }
        RDKafkaErrorCode::ClusterAuthorizationFailed => {
            "not authorised: IdempotentWrite on the cluster is missing".to_owned()
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_and_what_mends_itself_is_not() {
        let concerned = Concerned {
            access: Access::Write,
            topics: &["news", "dead"],
            group: "desk",
            transactional_id: Some("desk-1-0"),
        };
        let told = |code| remedy(code, concerned).unwrap_or_default();
        for (code, words) in [
            (RDKafkaErrorCode::UnknownTopicOrPartition, "topic `news` or `dead` does not exist"),
            (RDKafkaErrorCode::TopicAuthorizationFailed, "Write on topic `news` or `dead`"),
            (RDKafkaErrorCode::GroupAuthorizationFailed, "Read on group `desk`"),
            (RDKafkaErrorCode::TransactionalIdAuthorizationFailed, "Write on transactional id `desk-1-0`"),
            (RDKafkaErrorCode::ClusterAuthorizationFailed, "IdempotentWrite on the cluster"),
        ] {
            assert!(told(code).contains(words), "{code:?}: {}", told(code));
        }
        assert_eq!(told(RDKafkaErrorCode::BrokerTransportFailure), "");
        assert_eq!(told(RDKafkaErrorCode::RequestTimedOut), "");
    }

    /// Lines as librdkafka 2.12.1 wrote them.
    #[test]
    fn the_topic_is_read_from_the_log_where_a_line_names_it() {
        let concerned = Concerned {
            access: Access::Write,
            topics: &["news", "dead"],
            group: "desk",
            transactional_id: Some("desk-1-0"),
        };
        let read = |lines: &[&str]| {
            let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            remedy_of_log(&lines, concerned)
        };
        let parts = |topic: &str, why: &str| {
            format!(
                "[thrd:main]: TxnCoordinator/1: Failed to add partition \"{topic}\" [1] to transaction: Broker: {why}"
            )
        };
        let dead = [parts("news", "Operation not attempted"), parts("dead", "Topic authorization failed")];
        let told = read(&[&dead[0], &dead[1]]).expect("a remedy");
        assert!(told.contains("Write on topic `dead` is"), "{told}");
        let whole = "[thrd:main]: Current transaction failed in state BeginCommit: Failed to add offsets: Broker: Group \
                     authorization failed (GROUP_AUTHORIZATION_FAILED)";
        assert!(read(&[whole]).is_some_and(|told| told.contains("Read on group `desk`")));
        assert_eq!(read(&[&dead[0]]), None);
    }
}
