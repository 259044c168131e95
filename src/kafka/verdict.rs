//! The one place that maps a Kafka error to what is to be done about it.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// What to do after an error of a transaction call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The same call again.
    Retry,
    /// Abort the transaction and send it again.
    Abort,
    /// This producer is of no more use: make a new one, then send again.
    Rebuild,
    /// Another producer has taken the transactional id: rebuild, and stop when it happens twice in a row.
    Fenced,
}

/// The verdict on an error of begin, send, send-offsets, commit or abort.
pub fn verdict(error: &KafkaError) -> Verdict {
    let code = error.rdkafka_error_code();
    if code.is_some_and(is_fenced) {
        return Verdict::Fenced;
    }
    if let KafkaError::Transaction(error) = error {
        if error.is_fatal() {
            return Verdict::Rebuild;
        }
        if error.txn_requires_abort() {
            return Verdict::Abort;
        }
        if error.is_retriable() {
            return Verdict::Retry;
        }
    }
    match code {
        Some(RDKafkaErrorCode::Fatal | RDKafkaErrorCode::State) => Verdict::Rebuild,
        Some(RDKafkaErrorCode::OperationTimedOut | RDKafkaErrorCode::RequestTimedOut) => Verdict::Retry,
        _ => Verdict::Abort,
    }
}

fn is_fenced(code: RDKafkaErrorCode) -> bool {
    matches!(code, RDKafkaErrorCode::Fenced | RDKafkaErrorCode::ProducerFenced)
}
