#!/bin/sh
# Creates the three topics of docker-compose.yml; topics that exist already are left as they are.
#   create-topics.sh BROKERS
# KAFKA_TOPICS names the tool: by default the one inside the apache/kafka image.
set -eu

brokers=${1:?usage: create-topics.sh BROKERS}
tool=${KAFKA_TOPICS:-/opt/kafka/bin/kafka-topics.sh}

create() {
    # shellcheck disable=SC2086 # the tool may be a command with an argument
    $tool --bootstrap-server "$brokers" --create --if-not-exists --topic "$@"
}

# Equal partition counts, so that output partition = input partition and keyless records keep their order.
create articles.raw --partitions 12
# Output runs to 4-5 times the input, so these two take larger records than Kafka's 1 MiB.
create articles.enriched --partitions 12 --config max.message.bytes=8388608
create articles.dead-letter --partitions 12 --config max.message.bytes=8388608
