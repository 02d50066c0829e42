"""Plays a cluster of Kafka with the brokers that librdkafka brings for its own tests.

LIBRDKAFKA names the library. The first line that is printed says where the brokers are. Then each line of the input is a command, answered by
a line: `create TOPIC PARTITIONS`, `down BROKER`, `up BROKER`,
`refuse REQUEST CODE TIMES`, `produce TOPIC CODEC MODEL VALUE TIMES`. It ends with its input.
"""

import ctypes
import os
import sys

library = ctypes.CDLL(os.environ["LIBRDKAFKA"])
for name in ("rd_kafka_conf_new", "rd_kafka_new", "rd_kafka_mock_cluster_new"):
    getattr(library, name).restype = ctypes.c_void_p
library.rd_kafka_new.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
library.rd_kafka_mock_cluster_new.argtypes = [ctypes.c_void_p, ctypes.c_int]
library.rd_kafka_mock_cluster_bootstraps.argtypes = [ctypes.c_void_p]
library.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
library.rd_kafka_mock_topic_create.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_int]
library.rd_kafka_mock_broker_set_down.argtypes = [ctypes.c_void_p, ctypes.c_int32]
library.rd_kafka_mock_broker_set_up.argtypes = [ctypes.c_void_p, ctypes.c_int32]
library.rd_kafka_mock_push_request_errors_array.argtypes = [
    ctypes.c_void_p,
    ctypes.c_int16,
    ctypes.c_size_t,
    ctypes.POINTER(ctypes.c_int),
]

library.rd_kafka_conf_set.argtypes = [ctypes.c_void_p, *[ctypes.c_char_p] * 3, ctypes.c_size_t]

PRODUCER = 0
reason = ctypes.create_string_buffer(512)
configuration = library.rd_kafka_conf_new()
# The client itself goes nowhere, and says so only in its log.
library.rd_kafka_conf_set(configuration, b"log_level", b"0", reason, len(reason))
client = library.rd_kafka_new(PRODUCER, configuration, reason, len(reason))
if not client:
    sys.exit(reason.value.decode())
cluster = library.rd_kafka_mock_cluster_new(client, 1)
# Groups are there at once: nobody else joins.
if hasattr(library, "rd_kafka_mock_group_initial_rebalance_delay_ms"):
    delay = library.rd_kafka_mock_group_initial_rebalance_delay_ms
    delay.argtypes = [ctypes.c_void_p, ctypes.c_int32]
    delay(cluster, 0)


TOPIC, VALUE, KEY, FLAGS, HEADER, END = 1, 4, 5, 7, 9, 0
COPY = 2


def produce(topic, codec, model, value, times):
    """Has librdkafka itself send a value under the keys 0, 1, … in one batch, packed by a codec."""
    own = library.rd_kafka_conf_new()
    bootstraps = library.rd_kafka_mock_cluster_bootstraps(cluster)
    settings = {
        b"bootstrap.servers": bootstraps,
        b"compression.codec": codec.encode(),
        b"linger.ms": b"200",
    }
    for name, setting in settings.items():
        if library.rd_kafka_conf_set(own, name, setting, reason, len(reason)) != 0:
            sys.exit(reason.value.decode())
    producer = ctypes.c_void_p(library.rd_kafka_new(PRODUCER, own, reason, len(reason)))
    body, name = value.encode(), model.encode()
    size = ctypes.c_size_t
    for at in range(int(times)):
        key = str(at).encode()
        library.rd_kafka_producev(
            producer,
            *(TOPIC, topic.encode()),
            *(FLAGS, COPY),
            *(KEY, key, size(len(key))),
            *(VALUE, body, size(len(body))),
            *(HEADER, b"mlserver-model", name, size(len(name))),
            END,
        )
    code = library.rd_kafka_flush(producer, 10_000)
    library.rd_kafka_destroy(producer)
    return code


def perform(command, *arguments):
    if command == "produce":
        return produce(*arguments)
    if command == "create":
        topic, partitions = arguments
        return library.rd_kafka_mock_topic_create(cluster, topic.encode(), int(partitions), 1)
    if command == "refuse":
        request, code, times = (int(argument) for argument in arguments)
        errors = (ctypes.c_int * times)(*[code] * times)
        library.rd_kafka_mock_push_request_errors_array(cluster, request, times, errors)
        return 0
    switch = {"down": library.rd_kafka_mock_broker_set_down, "up": library.rd_kafka_mock_broker_set_up}
    return switch[command](cluster, int(arguments[0]))


print(library.rd_kafka_mock_cluster_bootstraps(cluster).decode(), flush=True)
for line in sys.stdin:
    print(perform(*line.split()), flush=True)
