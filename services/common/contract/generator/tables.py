"""contract_tables.c: descriptions of the records, the topics and the schemas."""

from .text import NOTE, c_long_string, c_string

KIND = {"string": "STRING", "long": "I64", "int": "I32", "boolean": "BOOL", "double": "F64",
        "float": "F32", "bytes": "BYTES", "record": "RECORD"}


def field_row(record, field):
    type_ = field.type
    struct = f"struct nt_{record.c}"
    row = (f".name = {c_string(field.name)}, .kind = NT_KIND_{KIND[type_.kind]}, "
           f".shape = NT_SHAPE_{type_.shape.upper()},\n     "
           f".offset = offsetof({struct}, {field.name})")
    if type_.shape in ("array", "map"):
        row += f", .count_offset = offsetof({struct}, {field.name}_count)"
    if type_.record:
        row += f",\n     .record = &nt_{type_.record.c}_info"
    return f"    {{{row}}},\n"


def record_info(record):
    c = record.c
    out = f"static const struct nt_field_info {c}_fields[] = {{\n"
    out += "".join(field_row(record, field) for field in record.fields)
    out += (f"}};\n\nconst struct nt_record_info nt_{c}_info = {{\n"
            f"    .name = {c_string(record.name)},\n    .size = sizeof(struct nt_{c}),\n"
            f"    .fields = {c}_fields,\n    .fields_count = {len(record.fields)},\n}};\n\n"
            f"struct json_t *nt_{c}_to_json(const struct nt_{c} *from)\n"
            f"{{\n    return nt_record_to_json(&nt_{c}_info, from);\n}}\n\n"
            f"void nt_{c}_copy(struct nt_arena *arena, struct nt_{c} *to, const struct nt_{c} *from)\n"
            f"{{\n    nt_record_copy(&nt_{c}_info, arena, to, from);\n}}\n\n"
            f"struct nt_{c} *nt_{c}_clone(struct nt_arena *arena, const struct nt_{c} *from)\n"
            "{\n    if (from == NULL)\n        return NULL;\n"
            f"    struct nt_{c} *to = NT_NEW(arena, struct nt_{c});\n"
            f"    nt_record_copy(&nt_{c}_info, arena, to, from);\n    return to;\n}}\n\n"
            f"bool nt_{c}_is_equal(const struct nt_{c} *a, const struct nt_{c} *b)\n"
            f"{{\n    return nt_record_is_equal(&nt_{c}_info, a, b);\n}}\n\n")
    return out


def topic_row(topic):
    out = f"    [{topic.enum}] = {{\n"
    rows = [
        ("short_name", c_string(topic.short)), ("name", c_string(topic.name)),
        ("kind", c_string(topic.name.removeprefix("neaptide.").rsplit(".", 1)[0])),
        ("key", c_string(topic.key)), ("writer", c_string(topic.writer)),
        ("partitions", topic.partitions), ("is_compact", "true" if topic.is_compact else "false"),
        ("retention_ms", f"INT64_C({topic.retention_ms})"),
        ("retention_bytes", f"INT64_C({topic.retention_bytes})"),
        ("flush_messages", f"INT64_C({topic.flush_messages})"), ("schema_id", topic.id or 0),
    ]
    if topic.schema:
        rows += [("schema", f"schema_{topic.id}"), ("codec", f"&nt_{topic.schema.top.c}_codec")]
    return out + "".join(f"        .{name} = {value},\n" for name, value in rows) + "    },\n"


def emit(contract):
    out = NOTE.format(source="the schemas and ids.json")
    out += '#include <nt/contract.h>\n\n#include <stddef.h>\n\n#include "contract_codecs.h"\n\n'
    for record in contract.records.values():
        out += record_info(record)
    rows = []
    for topic in contract.topics:
        versions = topic.old + ([topic.schema] if topic.schema else [])
        for number, schema in enumerate(versions, 1):
            out += (f"static const char schema_{schema.id}[] =\n    "
                    + c_long_string(schema.text, "    ") + ";\n\n")
            rows.append(f"    {{.id = {schema.id}, .version = {number}, .topic = {topic.enum}, "
                        f".text = schema_{schema.id}}},\n")
    out += "const struct nt_topic_info nt_topics[NT_TOPIC_COUNT] = {\n"
    out += "".join(topic_row(topic) for topic in contract.topics) + "};\n\n"
    out += "const struct nt_schema_info nt_schemas[] = {\n" + "".join(rows) + "};\n\n"
    out += f"const size_t nt_schemas_count = {len(rows)};\n"
    return out


def codecs_header(contract):
    """contract_codecs.h: private; what contract_tables.c needs of contract_codec.c."""
    tops = [topic.schema.top.c for topic in contract.topics if topic.schema]
    return (NOTE.format(source="the schemas and ids.json")
            + "#ifndef NT_CONTRACT_CODECS_H\n#define NT_CONTRACT_CODECS_H\n\n#include \"codec.h\"\n\n"
            + "".join(f"extern const struct nt_codec nt_{c}_codec;\n" for c in tops)
            + "\n#endif\n")
