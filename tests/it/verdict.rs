//! What is done about each Kafka error, by table: every code that librdkafka knows has its row.
//!
//! The middle column is for the producer and the transaction calls where librdkafka says no more than the code,
//! the last one for the consumer. `sweep` provokes the errors and looks at what is done.

use copydesk::kafka::{ConsumerVerdict, Role, Verdict, consumer_verdict, verdict, why_stop};
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::types::{RDKafkaConfRes, RDKafkaRespErr};
use std::collections::BTreeSet;

const ROWS: [(Code, Verdict, ConsumerVerdict); 173] = [
    (Code::Begin, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::BadMessage, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::BadCompression, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::BrokerDestroy, Verdict::Rebuild, ConsumerVerdict::GoOn),
    (Code::Fail, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::BrokerTransportFailure, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::CriticalSystemResource, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::Resolve, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::MessageTimedOut, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::PartitionEOF, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnknownPartition, Verdict::Rebuild, ConsumerVerdict::GoOn),
    (Code::FileSystem, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnknownTopic, Verdict::Rebuild, ConsumerVerdict::GoOn),
    (Code::AllBrokersDown, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InvalidArgument, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::OperationTimedOut, Verdict::Retry, ConsumerVerdict::GoOn),
    (Code::QueueFull, Verdict::Retry, ConsumerVerdict::GoOn),
    (Code::ISRInsufficient, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::NodeUpdate, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::SSL, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::WaitingForCoordinator, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnknownGroup, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InProgress, Verdict::Retry, ConsumerVerdict::GoOn),
    (Code::PreviousInProgress, Verdict::Retry, ConsumerVerdict::GoOn),
    (Code::ExistingSubscription, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::AssignPartitions, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::RevokePartitions, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::Conflict, Verdict::Retry, ConsumerVerdict::GoOn),
    (Code::State, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnknownProtocol, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::NotImplemented, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::Authentication, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::NoOffset, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::Outdated, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::TimedOutQueue, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnsupportedFeature, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::WaitCache, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::Interrupted, Verdict::Retry, ConsumerVerdict::GoOn),
    (Code::KeySerialization, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::ValueSerialization, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::KeyDeserialization, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::ValueDeserialization, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::Partial, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::ReadOnly, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::NoEnt, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::Underflow, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InvalidType, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::Retry, Verdict::Retry, ConsumerVerdict::GoOn),
    (Code::PurgeQueue, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::PurgeInflight, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::Fatal, Verdict::Rebuild, ConsumerVerdict::Fenced),
    (Code::Inconsistent, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::GaplessGuarantee, Verdict::Rebuild, ConsumerVerdict::GoOn),
    (Code::PollExceeded, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnknownBroker, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::NotConfigured, Verdict::Stop, ConsumerVerdict::Stop),
    (Code::Fenced, Verdict::Fenced, ConsumerVerdict::Fenced),
    (Code::Application, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::AssignmentLost, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::Noop, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::AutoOffsetReset, Verdict::Abort, ConsumerVerdict::FindLost),
    (Code::LogTruncation, Verdict::Abort, ConsumerVerdict::FindLost),
    (Code::InvalidDifferentRecord, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::DestroyBroker, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::End, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::Unknown, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::NoError, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::OffsetOutOfRange, Verdict::Abort, ConsumerVerdict::FindLost),
    (Code::InvalidMessage, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnknownTopicOrPartition, Verdict::Rebuild, ConsumerVerdict::GoOn),
    (Code::InvalidMessageSize, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::LeaderNotAvailable, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::NotLeaderForPartition, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::RequestTimedOut, Verdict::Retry, ConsumerVerdict::GoOn),
    (Code::BrokerNotAvailable, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::ReplicaNotAvailable, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::MessageSizeTooLarge, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::StaleControllerEpoch, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::OffsetMetadataTooLarge, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::NetworkException, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::CoordinatorLoadInProgress, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::CoordinatorNotAvailable, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::NotCoordinator, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InvalidTopic, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::MessageBatchTooLarge, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::NotEnoughReplicas, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::NotEnoughReplicasAfterAppend, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InvalidRequiredAcks, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::IllegalGeneration, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InconsistentGroupProtocol, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InvalidGroupId, Verdict::Abort, ConsumerVerdict::Stop),
    (Code::UnknownMemberId, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InvalidSessionTimeout, Verdict::Abort, ConsumerVerdict::Stop),
    (Code::RebalanceInProgress, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InvalidCommitOffsetSize, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::TopicAuthorizationFailed, Verdict::Rebuild, ConsumerVerdict::GoOn),
    (Code::GroupAuthorizationFailed, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::ClusterAuthorizationFailed, Verdict::Rebuild, ConsumerVerdict::GoOn),
    (Code::InvalidTimestamp, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnsupportedSASLMechanism, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::IllegalSASLState, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnsupportedVersion, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::TopicAlreadyExists, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InvalidPartitions, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InvalidReplicationFactor, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InvalidReplicaAssignment, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InvalidConfig, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::NotController, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InvalidRequest, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnsupportedForMessageFormat, Verdict::Rebuild, ConsumerVerdict::GoOn),
    (Code::PolicyViolation, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::OutOfOrderSequenceNumber, Verdict::Rebuild, ConsumerVerdict::GoOn),
    (Code::DuplicateSequenceNumber, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InvalidProducerEpoch, Verdict::Fenced, ConsumerVerdict::GoOn),
    (Code::InvalidTransactionalState, Verdict::Rebuild, ConsumerVerdict::GoOn),
    (Code::InvalidProducerIdMapping, Verdict::Rebuild, ConsumerVerdict::GoOn),
    (Code::InvalidTransactionTimeout, Verdict::Stop, ConsumerVerdict::GoOn),
    (Code::ConcurrentTransactions, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::TransactionCoordinatorFenced, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::TransactionalIdAuthorizationFailed, Verdict::Rebuild, ConsumerVerdict::GoOn),
    (Code::SecurityDisabled, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::OperationNotAttempted, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::KafkaStorageError, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::LogDirNotFound, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::SaslAuthenticationFailed, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnknownProducerId, Verdict::Rebuild, ConsumerVerdict::GoOn),
    (Code::ReassignmentInProgress, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::DelegationTokenAuthDisabled, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::DelegationTokenNotFound, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::DelegationTokenOwnerMismatch, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::DelegationTokenRequestNotAllowed, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::DelegationTokenAuthorizationFailed, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::DelegationTokenExpired, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InvalidPrincipalType, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::NonEmptyGroup, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::GroupIdNotFound, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::FetchSessionIdNotFound, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InvalidFetchSessionEpoch, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::ListenerNotFound, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::TopicDeletionDisabled, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::FencedLeaderEpoch, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnknownLeaderEpoch, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnsupportedCompressionType, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::StaleBrokerEpoch, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::OffsetNotAvailable, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::MemberIdRequired, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::PreferredLeaderNotAvailable, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::GroupMaxSizeReached, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::FencedInstanceId, Verdict::Abort, ConsumerVerdict::Fenced),
    (Code::EligibleLeadersNotAvailable, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::ElectionNotNeeded, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::NoReassignmentInProgress, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::GroupSubscribedToTopic, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InvalidRecord, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnstableOffsetCommit, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::ThrottlingQuotaExceeded, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::ProducerFenced, Verdict::Fenced, ConsumerVerdict::GoOn),
    (Code::ResourceNotFound, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::DuplicateResource, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnacceptableCredential, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InconsistentVoterSet, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::InvalidUpdateVersion, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::FeatureUpdateFailed, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::PrincipalDeserializationFailure, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnknownTopicId, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::FencedMemberEpoch, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnreleasedInstanceId, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnsupportedAssignor, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::StaleMemberEpoch, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::UnknownSubscriptionId, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::TelemetryTooLarge, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::RebootstrapRequired, Verdict::Abort, ConsumerVerdict::GoOn),
    (Code::EndAll, Verdict::Abort, ConsumerVerdict::GoOn),
];

#[test]
fn each_error_code_has_its_verdict() {
    for (code, expected, of_consumer) in ROWS {
        for error in [KafkaError::MessageProduction(code), KafkaError::Flush(code)] {
            assert_eq!(verdict(&error), expected, "{error}");
        }
        assert_eq!(consumer_verdict(&KafkaError::MessageConsumption(code)), of_consumer, "{code}");
    }
}

/// All that librdkafka can say, by number.
#[test]
fn no_error_code_is_without_a_row() {
    let known = (-1_000..=2_000).filter_map(|number| RDKafkaRespErr::try_from(number).ok()).map(Code::from);
    let known: BTreeSet<i32> = known.map(|code| code as i32).collect();
    let rows: Vec<i32> = ROWS.iter().map(|(code, ..)| *code as i32).collect();
    assert!(known.len() > 140, "{} codes", known.len());
    assert_eq!(rows.iter().copied().collect::<BTreeSet<_>>(), known);
    assert_eq!(rows.len(), known.len(), "a code has two rows");
}

#[test]
fn an_error_without_a_code_aborts_and_one_of_the_configuration_stops() {
    assert_eq!(verdict(&KafkaError::Canceled), Verdict::Abort);
    assert_eq!(consumer_verdict(&KafkaError::Canceled), ConsumerVerdict::GoOn);
    let fatal = KafkaError::MessageConsumptionFatal(Code::UnknownMemberId);
    assert_eq!(consumer_verdict(&fatal), ConsumerVerdict::Fenced);
    let secret = || "hush".to_owned();
    let setting = KafkaError::ClientConfig(
        RDKafkaConfRes::RD_KAFKA_CONF_INVALID,
        "Configuration property out of range".to_owned(),
        "ssl.truststore.hush.hush".replace("hush", "x"),
        secret(),
    );
    let both = KafkaError::ClientCreation("`acks` must be `all`".to_owned());
    for error in [&setting, &both] {
        assert_eq!((verdict(error), consumer_verdict(error)), (Verdict::Stop, ConsumerVerdict::Stop));
    }
    let why = why_stop(Role::Producer, &setting);
    assert!(why.contains("ssl.truststore.x.x") && why.contains("`librdkafka.producer`"), "{why}");
    assert!(why.contains("out of range") && !why.contains(&secret()), "{why}");
    let why = why_stop(Role::Consumer, &both);
    assert!(why.contains("`acks` must be `all`") && why.contains("`librdkafka.consumer`"), "{why}");
}

#[test]
fn what_only_another_configuration_mends_names_the_option() {
    for (code, role, option) in [
        (Code::InvalidTransactionTimeout, Role::Producer, "delivery.transaction_timeout_ms"),
        (Code::InvalidSessionTimeout, Role::Consumer, "kafka.session_timeout_ms"),
        (Code::InvalidGroupId, Role::Consumer, "kafka.group"),
    ] {
        let why = why_stop(role, &KafkaError::Global(code));
        assert!(why.contains(option), "{why}");
    }
}
