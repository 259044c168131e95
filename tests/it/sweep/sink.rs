//! The sink: each error at each request of a transactional producer.
//!
//! What is expected follows from the protocol: who may answer what, whether the request may simply be sent again,
//! whether the transaction or the producer is over. librdkafka's own table for each request decides between the
//! first two (`rdkafka_txnmgr.c`, `rdkafka_idempotence.c`, `rdkafka_request.c`).

use super::rig::{Desk, OUTPUT, config, inject, mock};
use super::{CASE_TIMEOUT, Case, Seen};
use rdkafka::error::RDKafkaErrorCode as Code;
use rdkafka::types::{RDKafkaApiKey as Api, RDKafkaRespErr};
use std::time::{Duration, Instant};

/// librdkafka sends the request again; nothing is seen of it.
const MENDED: &str = "mended";
/// The transaction is undone and sent again by the same producer.
const ABORTED: &str = "aborted";
/// By a new one.
const REBUILT: &str = "rebuilt";
/// The same, and it was somebody else who made the old one useless.
const FENCED: &str = "fenced";
/// The transaction is committed, and the producer is made anew before the next.
const SUSPECTED: &str = "suspected";
/// The same, because a call had to be repeated.
const REPEATED: &str = "repeated";
/// No producer can be had: it is tried again until one can.
const WAITED: &str = "waited";
/// The record is taken out of its batch and sent alone.
const ALONE: &str = "sent alone";
const STOPPED: &str = "stopped";
/// The loud error behind a quiet one has come up.
const MET: &str = "met";

/// A kind of request, by where in a producer's life it comes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    FindTransactionCoordinator,
    InitProducerId,
    AddPartitions,
    Produce,
    AddOffsets,
    FindGroupCoordinator,
    CommitOffsets,
    EndTransaction,
}

/// Which of the requests meets the error.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    First,
    /// In the second transaction, or when the second producer is made.
    Second,
    ThreeInARow,
    /// The first, with a loud error behind the one at hand.
    BeforeALoudOne,
}

const STEPS: [Step; 8] = [
    Step::FindTransactionCoordinator,
    Step::InitProducerId,
    Step::AddPartitions,
    Step::Produce,
    Step::AddOffsets,
    Step::FindGroupCoordinator,
    Step::CommitOffsets,
    Step::EndTransaction,
];

/// Tried everywhere, whether or not a broker in its right mind would answer so.
const EVERYWHERE: [Code; 17] = [
    Code::BrokerTransportFailure,
    Code::Unknown,
    Code::UnknownTopicOrPartition,
    Code::RequestTimedOut,
    Code::CoordinatorLoadInProgress,
    Code::CoordinatorNotAvailable,
    Code::NotCoordinator,
    Code::TopicAuthorizationFailed,
    Code::GroupAuthorizationFailed,
    Code::ClusterAuthorizationFailed,
    Code::InvalidProducerEpoch,
    Code::InvalidTransactionalState,
    Code::InvalidProducerIdMapping,
    Code::ConcurrentTransactions,
    Code::TransactionalIdAuthorizationFailed,
    Code::UnknownProducerId,
    Code::ProducerFenced,
];

impl Step {
    fn api(self) -> Api {
        match self {
            Self::FindTransactionCoordinator | Self::FindGroupCoordinator => Api::FindCoordinator,
            Self::InitProducerId => Api::InitProducerId,
            Self::AddPartitions => Api::AddPartitionsToTxn,
            Self::Produce => Api::Produce,
            Self::AddOffsets => Api::AddOffsetsToTxn,
            Self::CommitOffsets => Api::TxnOffsetCommit,
            Self::EndTransaction => Api::EndTxn,
        }
    }

    /// Comes when a producer is made, not in every transaction.
    fn is_of_start(self) -> bool {
        matches!(self, Self::FindTransactionCoordinator | Self::InitProducerId)
    }

    /// What only this request is answered with.
    fn own_codes(self) -> &'static [Code] {
        match self {
            Self::FindTransactionCoordinator | Self::FindGroupCoordinator | Self::EndTransaction => &[],
            Self::InitProducerId => &[Code::InvalidTransactionTimeout],
            Self::AddPartitions => &[Code::OperationNotAttempted, Code::InvalidRequest],
            Self::AddOffsets => &[Code::UnsupportedForMessageFormat],
            Self::CommitOffsets => &[
                Code::IllegalGeneration,
                Code::UnknownMemberId,
                Code::RebalanceInProgress,
                Code::FencedInstanceId,
                Code::OffsetMetadataTooLarge,
                Code::UnsupportedForMessageFormat,
            ],
            Self::Produce => &[
                Code::InvalidMessage,
                Code::LeaderNotAvailable,
                Code::NotLeaderForPartition,
                Code::MessageSizeTooLarge,
                Code::MessageBatchTooLarge,
                Code::NotEnoughReplicas,
                Code::NotEnoughReplicasAfterAppend,
                Code::InvalidTimestamp,
                Code::PolicyViolation,
                Code::OutOfOrderSequenceNumber,
                Code::DuplicateSequenceNumber,
                Code::KafkaStorageError,
                Code::InvalidRecord,
                Code::UnsupportedForMessageFormat,
            ],
        }
    }

    /// An error of this request that cannot go unnoticed.
    fn loud(self) -> Code {
        match self {
            Self::InitProducerId => Code::InvalidTransactionTimeout,
            Self::FindTransactionCoordinator | Self::FindGroupCoordinator => {
                Code::ClusterAuthorizationFailed
            }
            _ => Code::PolicyViolation,
        }
    }
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for step in STEPS {
        for code in EVERYWHERE.iter().chain(step.own_codes()).copied() {
            for place in [Place::First, Place::Second, Place::ThreeInARow, Place::BeforeALoudOne] {
                if step == Step::FindGroupCoordinator && is_never_asked(code, place) {
                    continue;
                }
                let expected = expected(step, code, place);
                // Only a quiet error needs a loud one behind it.
                if place == Place::BeforeALoudOne && expected != MET {
                    continue;
                }
                cases.push(Case {
                    name: format!("{step:?} {code:?} {place:?}"),
                    expected,
                    run: Box::new(move || run(step, code, place)),
                });
            }
        }
    }
    cases.extend(metadata_cases());
    cases.extend(repeated_cases());
    cases
}

/// What must come of an error at one place.
fn expected(step: Step, code: Code, place: Place) -> &'static str {
    let once = reaction(step, code);
    match (once, place) {
        (MENDED, Place::BeforeALoudOne) => MET,
        // Fenced again within a minute.
        (FENCED, Place::ThreeInARow) if step != Step::FindGroupCoordinator => STOPPED,
        (FENCED, _) if step == Step::InitProducerId => WAITED,
        (MENDED | REBUILT, Place::ThreeInARow) if step == Step::FindGroupCoordinator => {
            of_group_coordinator(code, place)
        }
        // The abort meets the second one.
        (ABORTED, Place::ThreeInARow) if step == Step::EndTransaction && !needs_bump(code) => REBUILT,
        _ => once,
    }
}

/// The producer remembers where its group's coordinator is, and asks the same way for its own when that moves; and
/// no broker answers the question who the coordinator is with "not I".
fn is_never_asked(code: Code, place: Place) -> bool {
    place == Place::Second || code == Code::NotCoordinator
}

/// The producer's id is unknown: librdkafka has it raised at the coordinator when it aborts.
fn needs_bump(code: Code) -> bool {
    matches!(code, Code::UnknownProducerId | Code::InvalidProducerIdMapping)
}

/// What must come of an error that is met once.
fn reaction(step: Step, code: Code) -> &'static str {
    match code {
        Code::BrokerTransportFailure => return SUSPECTED,
        Code::InvalidTransactionTimeout => return STOPPED,
        Code::InvalidProducerEpoch | Code::ProducerFenced if step != Step::FindTransactionCoordinator => {
            return FENCED;
        }
        _ => {}
    }
    match step {
        // An id that may not be used is no reason to stop: somebody will allow it.
        Step::FindTransactionCoordinator | Step::InitProducerId if is_forbidden(code) => WAITED,
        Step::FindTransactionCoordinator | Step::InitProducerId => MENDED,
        Step::Produce => of_produce(code),
        Step::FindGroupCoordinator => of_group_coordinator(code, Place::First),
        _ if is_over(step, code) => REBUILT,
        _ if is_repeated(step, code) => MENDED,
        _ => ABORTED,
    }
}

/// The whole producer may not do what it does.
fn is_forbidden(code: Code) -> bool {
    matches!(code, Code::TransactionalIdAuthorizationFailed | Code::ClusterAuthorizationFailed)
}

/// The broker's view of the transaction is another than the client's: there is nothing left to abort.
fn is_over(step: Step, code: Code) -> bool {
    is_forbidden(code)
        || matches!(code, Code::InvalidTransactionalState | Code::UnsupportedForMessageFormat)
        || (step == Step::CommitOffsets && code == Code::InvalidProducerIdMapping)
}

/// The coordinator is elsewhere, starting or busy; or the topic is not known there yet.
fn is_repeated(step: Step, code: Code) -> bool {
    match code {
        Code::CoordinatorLoadInProgress
        | Code::CoordinatorNotAvailable
        | Code::NotCoordinator
        | Code::ConcurrentTransactions => true,
        Code::UnknownTopicOrPartition => step != Step::EndTransaction,
        Code::RequestTimedOut => matches!(step, Step::AddOffsets | Step::CommitOffsets),
        _ => false,
    }
}

/// Asked for by the first transaction that commits offsets, and when the group's coordinator has moved.
fn of_group_coordinator(code: Code, place: Place) -> &'static str {
    match code {
        // librdkafka asks three times, then forgets that it did: the call does not return.
        Code::CoordinatorNotAvailable | Code::CoordinatorLoadInProgress | Code::RequestTimedOut
            if place == Place::ThreeInARow =>
        {
            REBUILT
        }
        Code::CoordinatorNotAvailable | Code::CoordinatorLoadInProgress | Code::RequestTimedOut => MENDED,
        // The error is taken for one of the request that was to be sent there.
        code => reaction(Step::CommitOffsets, code),
    }
}

fn of_produce(code: Code) -> &'static str {
    match code {
        // The leader is elsewhere, or the replicas are behind. Sent again under the same sequence number.
        Code::InvalidMessage
        | Code::UnknownTopicOrPartition
        | Code::LeaderNotAvailable
        | Code::NotLeaderForPartition
        | Code::RequestTimedOut
        | Code::CoordinatorLoadInProgress
        | Code::CoordinatorNotAvailable
        | Code::NotCoordinator
        | Code::NotEnoughReplicas
        | Code::NotEnoughReplicasAfterAppend
        | Code::KafkaStorageError => MENDED,
        Code::MessageSizeTooLarge | Code::MessageBatchTooLarge => ALONE,
        // A record that is refused leaves a gap in the sequence. So does one that is said to be there already and is
        // not, as here: a broker that says so means it, and all is well.
        _ => REBUILT,
    }
}

fn run(step: Step, code: Code, place: Place) -> Result<Seen, String> {
    let mock = mock();
    let mut desk = Desk::new(&config(&mock.bootstrap_servers(), &[]));
    let codes = match place {
        Place::First | Place::Second => vec![code],
        Place::ThreeInARow => vec![code; 3],
        Place::BeforeALoudOne => vec![code, step.loud()],
    };
    let is_second = place == Place::Second;
    if step.is_of_start() && !is_second {
        inject(&mock, step.api(), &codes);
    }
    if let Err(stopped) = desk.sink.prepare() {
        return stopped_with(code, step, &format!("{stopped:?}"));
    }
    let made = desk.group.counts();
    if is_second {
        if step.is_of_start() {
            // The next transaction wants a new producer.
            inject(&mock, Api::EndTxn, &[Code::BrokerTransportFailure]);
        }
        desk.publish()?;
        if desk.failed > 0 {
            return Err("the transaction before has failed".to_owned());
        }
        inject(&mock, step.api(), &codes);
    } else if !step.is_of_start() {
        inject(&mock, step.api(), &codes);
    }
    // The second settles what the first has left for later; the third is as if nothing had been.
    for _ in 0..2 {
        if let Err(why) = desk.publish() {
            return stopped_with(code, step, &why);
        }
    }
    let failed = desk.failed;
    desk.publish()?;
    if desk.failed > failed {
        return Err("a transaction long after the error has failed".to_owned());
    }
    seen(&desk, step, place, made)
}

/// The sink has stopped: it must say what is to be done.
fn stopped_with(code: Code, step: Step, why: &str) -> Result<Seen, String> {
    let wanted = match code {
        Code::InvalidProducerEpoch | Code::ProducerFenced => "kafka.instance",
        _ => "delivery.transaction_timeout_ms",
    };
    if !why.contains(wanted) {
        return Err(format!("stopped, and does not speak of {wanted}: {why}"));
    }
    let is_loud = step == Step::InitProducerId && code != Code::InvalidTransactionTimeout;
    let reaction = if is_loud && wanted != "kafka.instance" { MET } else { STOPPED };
    Ok(Seen { reaction, detail: why.to_owned() })
}

/// What has come of it, from the outside: answers and metrics.
fn seen(desk: &Desk, step: Step, place: Place, made: usize) -> Result<Seen, String> {
    let rebuilds = |cause| desk.rebuilds(cause);
    let (failed, fenced, error) = (desk.failed, rebuilds("fenced"), rebuilds("error"));
    let suspected = rebuilds("connection") + rebuilds("repeated_call");
    let is_second_start = step.is_of_start() && place == Place::Second;
    let tries = desk.group.counts();
    let retries = if is_second_start { tries - made - suspected } else { made - 1 };
    if rebuilds("start") != 1 {
        return Err("the producer was made twice at the start".to_owned());
    }
    let refused = aborted(desk, "refused");
    let detail = format!(
        "{failed} undone, {refused} of them for their size; rebuilt {error} times, {fenced} fenced, {suspected} \
         suspected; {retries} retries at the start"
    );
    let reaction = match (failed, fenced, error) {
        (0, 0, 0) if place == Place::BeforeALoudOne && retries > 0 => MET,
        (0, 0, 0) if retries > 0 => WAITED,
        (0, 0, 0) if suspected > usize::from(is_second_start) => SUSPECTED,
        (0, 0, 0) => MENDED,
        _ if place == Place::BeforeALoudOne => MET,
        (_, 0, _) if refused == failed => ALONE,
        (_, 0, 0) => ABORTED,
        (_, 0, _) => REBUILT,
        (_, _, _) => FENCED,
    };
    Ok(Seen { reaction, detail })
}

fn aborted(desk: &Desk, reason: &str) -> usize {
    let name = format!("copydesk_transactions_aborted_total{{reason=\"{reason}\"}} ");
    let text = desk.metrics.render();
    let count = text.lines().find_map(|line| line.strip_prefix(&name)).expect("a series for each reason");
    count.parse().expect("a whole number")
}

/// A topic that is missing, forbidden or without a leader when the producer is made, once and several times.
fn metadata_cases() -> Vec<Case> {
    let codes = [
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
    ];
    let case = |code: RDKafkaRespErr, times| Case {
        name: format!("Metadata {:?} {times} times", Code::from(code)),
        expected: WAITED,
        run: Box::new(move || metadata(code, times)),
    };
    codes.into_iter().flat_map(|code| [case(code, 1), case(code, 3)]).collect()
}

fn metadata(code: RDKafkaRespErr, times: usize) -> Result<Seen, String> {
    let mock = mock();
    let mut desk = Desk::new(&config(&mock.bootstrap_servers(), &[]));
    mock.topic_error(OUTPUT, code).expect("a topic");
    let group = desk.group.clone();
    let started = Instant::now();
    std::thread::scope(|scope| {
        let prepared = scope.spawn(|| desk.sink.prepare());
        while group.refused() < times && started.elapsed() < CASE_TIMEOUT {
            std::thread::sleep(Duration::from_millis(5));
        }
        mock.topic_error(OUTPUT, RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR).expect("a topic");
        prepared.join().expect("the sink does not panic").expect("the sink is ready");
    });
    desk.publish()?;
    let (failed, refused) = (desk.failed, desk.group.refused());
    let reaction = if failed == 0 && refused >= times { WAITED } else { MENDED };
    Ok(Seen { reaction, detail: format!("{failed} undone, {refused} questions refused") })
}

/// An error that librdkafka mends by itself, for longer than one call may take: the call is repeated.
fn repeated_cases() -> Vec<Case> {
    let case = |api, times| Case {
        name: format!("{api:?} ConcurrentTransactions {times} times"),
        expected: REPEATED,
        run: Box::new(move || repeated(api, times)),
    };
    // One such call may take as long as a transaction may, the other ten seconds. The same request is sent again
    // after 0.1 s, 0.2 s and so on, at most one.
    vec![case(Api::AddOffsetsToTxn, 8), case(Api::EndTxn, 15)]
}

fn repeated(api: Api, times: usize) -> Result<Seen, String> {
    let mock = mock();
    let short = [("DELIVERY__TRANSACTION_TIMEOUT_MS", "1000")];
    let mut desk = Desk::new(&config(&mock.bootstrap_servers(), &short));
    desk.sink.prepare().expect("the sink is ready");
    inject(&mock, api, &vec![Code::ConcurrentTransactions; times]);
    desk.publish()?;
    if desk.rebuilds("repeated_call") > 0 {
        return Err("the producer was made anew before the transaction was over".to_owned());
    }
    desk.publish()?;
    let (failed, repeated) = (desk.failed, desk.rebuilds("repeated_call"));
    let reaction = if (failed, repeated) == (0, 1) { REPEATED } else { MENDED };
    Ok(Seen { reaction, detail: format!("{failed} undone, {repeated} rebuilt") })
}
