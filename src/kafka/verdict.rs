//! The one place that maps a Kafka error to what is to be done about it. No other file decides by error
//! codes; `remedy.rs` has the words for an operator.
//!
//! librdkafka's own word on an error of a transaction call (fatal, abort, retriable) comes before the tables
//! of codes here. Those are for delivery reports, for the consumer, and for calls whose error says no more. Every code
//! that librdkafka knows has its row in `tests/it/verdict.rs`; `tests/it/sweep` provokes them.

use super::Role;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

/// What to do after an error of the producer or of a transaction call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The same call again.
    Retry,
    /// Abort the transaction and send it again. Where even that fails, rebuild.
    Abort,
    /// This producer is of no more use: make a new one, then send again.
    Rebuild,
    /// Another producer has taken the transactional id: rebuild, and stop when it happens twice in a row.
    Fenced,
    /// Only another configuration helps: [`why_stop`] says which.
    Stop,
}

/// What to do after an error of the consumer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConsumerVerdict {
    /// librdkafka mends it, or tries until somebody else has: go on polling.
    GoOn,
    /// Some partition's next offset is not there, and nothing more of it is fetched until it is told where to go on.
    FindLost,
    /// Another worker has taken this one's place in the group.
    Fenced,
    /// Only another configuration helps: [`why_stop`] says which.
    Stop,
}

/// No such topic, as far as the brokers tell.
pub(super) const NO_SUCH_TOPIC: Code = Code::UnknownTopicOrPartition;

/// The verdict on an error of making a producer, of begin, send, send-offsets, commit or abort.
pub fn verdict(error: &KafkaError) -> Verdict {
    let by_code = match error {
        KafkaError::ClientConfig(..) | KafkaError::ClientCreation(_) => Verdict::Stop,
        error => error.rdkafka_error_code().map_or(Verdict::Abort, verdict_by_code),
    };
    match error {
        // What these two say is not about the state of the transaction.
        _ if matches!(by_code, Verdict::Fenced | Verdict::Stop) => by_code,
        KafkaError::Transaction(error) if error.is_fatal() => Verdict::Rebuild,
        KafkaError::Transaction(error) if error.txn_requires_abort() => Verdict::Abort,
        KafkaError::Transaction(error) if error.is_retriable() => Verdict::Retry,
        _ => by_code,
    }
}

/// The verdict on what has made a producer useless, whatever the error at hand says.
pub fn verdict_on_fatal(code: Code) -> Verdict {
    match verdict_by_code(code) {
        by_code @ (Verdict::Fenced | Verdict::Stop) => by_code,
        _ => Verdict::Rebuild,
    }
}

/// The verdict on a code alone. What is not listed, codes unknown to this version among them, aborts: nothing
/// becomes visible, and a producer that cannot even abort is made anew.
fn verdict_by_code(code: Code) -> Verdict {
    match code {
        Code::Fenced | Code::ProducerFenced | Code::InvalidProducerEpoch => Verdict::Fenced,
        Code::InvalidTransactionTimeout | Code::NotConfigured => Verdict::Stop,
        Code::OperationTimedOut
        | Code::RequestTimedOut
        | Code::QueueFull
        | Code::InProgress
        | Code::PreviousInProgress
        | Code::Conflict
        | Code::Interrupted
        | Code::Retry => Verdict::Retry,
        // The producer's own state is over, or does not match the broker's: only a new epoch helps.
        Code::Fatal
        | Code::BrokerDestroy
        | Code::GaplessGuarantee
        | Code::OutOfOrderSequenceNumber
        | Code::UnknownProducerId
        | Code::InvalidProducerIdMapping
        | Code::InvalidTransactionalState
        | Code::TransactionalIdAuthorizationFailed
        | Code::ClusterAuthorizationFailed
        | Code::UnsupportedForMessageFormat
        // The producer remembers these of a topic, and refuses it for up to a minute after it was mended.
        | Code::TopicAuthorizationFailed
        | Code::UnknownTopic
        | Code::UnknownPartition
        | Code::UnknownTopicOrPartition => Verdict::Rebuild,
        _ => Verdict::Abort,
    }
}

/// The verdict on an error of the consumer.
pub fn consumer_verdict(error: &KafkaError) -> ConsumerVerdict {
    match error {
        KafkaError::ClientConfig(..) | KafkaError::ClientCreation(_) => ConsumerVerdict::Stop,
        KafkaError::MessageConsumptionFatal(_) => ConsumerVerdict::Fenced,
        error => error.rdkafka_error_code().map_or(ConsumerVerdict::GoOn, consumer_verdict_by_code),
    }
}

fn consumer_verdict_by_code(code: Code) -> ConsumerVerdict {
    match code {
        Code::AutoOffsetReset | Code::OffsetOutOfRange | Code::LogTruncation => ConsumerVerdict::FindLost,
        // The consumer's only fatal errors are those of its identity.
        Code::Fatal | Code::Fenced | Code::FencedInstanceId => ConsumerVerdict::Fenced,
        Code::InvalidGroupId | Code::InvalidSessionTimeout | Code::NotConfigured => ConsumerVerdict::Stop,
        _ => ConsumerVerdict::GoOn,
    }
}

/// What an operator must change after [`Verdict::Stop`] or [`ConsumerVerdict::Stop`].
pub fn why_stop(role: Role, error: &KafkaError) -> String {
    let (client, table) = match role {
        Role::Consumer => ("consumer", "librdkafka.consumer"),
        Role::Producer => ("producer", "librdkafka.producer"),
    };
    match error {
        // Its value is not shown: it may be a secret.
        KafkaError::ClientConfig(_, why, name, _) => format!(
            "librdkafka refuses the {client}'s setting {name} ({why}): correct it or take it out of `{table}`"
        ),
        KafkaError::ClientCreation(why) => format!(
            "librdkafka refuses the {client}'s settings ({why}): correct those named here, in `{table}` or in `kafka`"
        ),
        error => match error.rdkafka_error_code() {
            Some(Code::InvalidTransactionTimeout) => "the brokers refuse `delivery.transaction_timeout_ms`: it must \
                                                      not be above their transaction.max.timeout.ms"
                .to_owned(),
            Some(Code::InvalidSessionTimeout) => "the brokers refuse `kafka.session_timeout_ms`: it must lie between \
                                                  their group.min.session.timeout.ms and group.max.session.timeout.ms"
                .to_owned(),
            Some(Code::InvalidGroupId) => "the brokers refuse `kafka.group`: choose another name".to_owned(),
            _ => format!("the {client} cannot go on ({error}): check its configuration"),
        },
    }
}

/// The error's code; `Unknown` for those that have none.
pub fn code_of(error: &KafkaError) -> Code {
    error.rdkafka_error_code().unwrap_or(Code::Unknown)
}

/// Back-pressure, not an error: delivery reports make room.
pub fn is_full(error: &KafkaError) -> bool {
    code_of(error) == Code::QueueFull
}

/// The record is refused for its size, by the client or by the broker.
pub fn is_too_large(code: Code) -> bool {
    matches!(code, Code::MessageSizeTooLarge | Code::MessageBatchTooLarge)
}

/// Whether the record was only thrown away because of another's failure.
pub fn is_purged(code: Code) -> bool {
    matches!(code, Code::PurgeQueue | Code::PurgeInflight)
}

/// Brokers that come and go: passes by itself.
pub fn is_passing(error: &KafkaError) -> bool {
    matches!(error.rdkafka_error_code(), Some(Code::BrokerTransportFailure | Code::AllBrokersDown))
}

/// Whether an error says that data has arrived that cannot be decoded; all others are the broker's, or of the way
/// to it.
pub fn is_undecodable(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(Code::BadMessage | Code::BadCompression | Code::NotImplemented)
    )
}

/// Whether a reader that only reads, as the audit does, gains nothing by trying longer.
pub fn is_hopeless(error: &KafkaError) -> bool {
    let by_code = |code| {
        matches!(
            code,
            Code::AutoOffsetReset
                | Code::OffsetOutOfRange
                | Code::UnknownTopic
                | Code::UnknownTopicOrPartition
                | Code::TopicAuthorizationFailed
                | Code::SaslAuthenticationFailed
        )
    };
    matches!(error, KafkaError::MessageConsumptionFatal(_))
        || error.rdkafka_error_code().is_some_and(by_code)
}
