"""asyncapi.json: the public topics for third parties, as AsyncAPI 3.0."""

import json

AVRO = "application/vnd.apache.avro+json;version=1.9.0"
PRIVATE = "neaptide.internal."

ABOUT = """What Neaptide writes into Kafka, for whoever wants to read it: one record type a topic, Avro \
behind Confluent's five-byte prefix, described by CloudEvents 1.0 headers. The schemas are served \
read-only under /registry. Read with isolation.level=read_committed. At least once: who needs each \
record once looks at ce_id."""


def text_header(about, **more):
    return {"type": "string", "description": about, **more}


def headers(topic, pattern):
    """CloudEvents in binary mode (their binding for Kafka, 1.0.2), and the W3C's trace context."""
    return {
        "type": "object",
        "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time",
                     "ce_dataschema", "content-type"],
        "properties": {
            "ce_specversion": {"type": "string", "const": "1.0"},
            "ce_id": text_header("UUIDv7, another for each record"),
            "ce_type": text_header("what it is", pattern=pattern),
            "ce_source": text_header("/neaptide/<service>/<instance>",
                                     pattern=f"^/neaptide/{topic.writer}/"),
            "ce_subject": text_header("what it is about: " + topic.key),
            "ce_time": text_header("when it was written (wall time, UTC)", format="date-time"),
            "ce_dataschema": {"type": "string", "const": f"urn:neaptide:schema:{topic.id}"},
            "content-type": {"type": "string", "const": "application/avro"},
            "traceparent": text_header("of the request that led to it, where there was one"),
        },
    }


def configuration(topic):
    settings = {}
    policy = (["compact"] if topic.is_compact else []) + \
             (["delete"] if topic.retention_ms or not topic.is_compact else [])
    settings["cleanup.policy"] = policy
    if topic.retention_ms:
        settings["retention.ms"] = topic.retention_ms
    if topic.retention_bytes:
        settings["retention.bytes"] = topic.retention_bytes
    return settings


def kind_of(topic):
    return topic.name.removeprefix("neaptide.").rsplit(".", 1)[0]


def type_pattern(topic):
    """Events are named by what happened (server.started), states by their topic (server.state)."""
    kind = kind_of(topic)
    happened = kind.removesuffix(".events")
    word = r"\.[a-z-]+" if happened != kind else ""
    return "^io\\.neaptide\\." + happened.replace(".", "\\.") + word + r"\.v1$"


def emit(contract, version):
    channels, operations = {}, {}
    for topic in contract.topics:
        if topic.schema is None or topic.name.startswith(PRIVATE):
            continue
        word = topic.schema.top.name
        about = topic.schema.top.doc
        channels[topic.short] = {
            "address": topic.name,
            "description": about,
            "messages": {
                word: {
                    "name": word,
                    "summary": about,
                    "contentType": "application/avro",
                    "headers": headers(topic, type_pattern(topic)),
                    "payload": {"schemaFormat": AVRO, "schema": json.loads(topic.schema.text)},
                    "bindings": {"kafka": {
                        "key": {"type": "string", "description": topic.key},
                        "schemaIdLocation": "payload",
                        "schemaIdPayloadEncoding": "confluent",
                        "bindingVersion": "0.5.0",
                    }},
                }
            },
            "bindings": {"kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": configuration(topic),
                "bindingVersion": "0.5.0",
            }},
        }
        channel = {"$ref": f"#/channels/{topic.short}"}
        operations[f"{topic.writer}-writes-{topic.short}"] = {
            "action": "send",
            "channel": channel,
            "summary": f"The {topic.writer} alone writes it.",
            "messages": [{"$ref": f"#/channels/{topic.short}/messages/{word}"}],
        }
    document = {
        "asyncapi": "3.0.0",
        "id": "urn:neaptide:events",
        "info": {
            "title": "Neaptide events",
            "version": version,
            "description": ABOUT,
            "license": {"name": "Apache-2.0"},
            "tags": [{"name": "kafka"}, {"name": "cloudevents"}],
        },
        "defaultContentType": "application/avro",
        "servers": {
            "inner": {
                "host": "kafka:9092",
                "protocol": "kafka",
                "description": "On the installation's inner network; elsewhere what NEAPTIDE_KAFKA names.",
                "bindings": {"kafka": {
                    "schemaRegistryUrl": "http://api:8080/registry",
                    "schemaRegistryVendor": "confluent",
                    "bindingVersion": "0.5.0",
                }},
            }
        },
        "channels": channels,
        "operations": operations,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
