"""<nt/contract.h>: the topics, the structs and the functions on them."""

from .text import C_TYPES, NOTE, OPT_TYPES, comment


def c_type(type_):
    """The declaration up to the name: 'int64_t ', 'struct nt_spec '."""
    return f"struct nt_{type_.record.c} " if type_.record else C_TYPES[type_.kind]


def declarations(field):
    type_, name = field.type, field.name
    if type_.shape == "one":
        return [f"{c_type(type_)}{name};"]
    if type_.shape == "optional":
        if type_.kind == "string":
            return [f"const char *{name};"]
        if type_.record:
            return [f"struct nt_{type_.record.c} *{name};"]
        return [f"{OPT_TYPES[type_.kind]}{name};"]
    if type_.shape == "map":
        return [f"struct nt_pair *{name};", f"size_t {name}_count;"]
    return [f"{c_type(type_)}*{name};", f"size_t {name}_count;"]


def remark(field):
    parts = [field.doc] if field.doc else []
    if field.type.shape == "optional" and field.type.kind in ("string", "record"):
        parts.append("or NULL")
    return "; ".join(parts)


def struct(record, topic):
    about = record.doc
    if topic:
        about = f"{about.rstrip('.')}. Value of {topic.enum}."
    out = comment(about.strip()) if about else ""
    out += f"struct nt_{record.c} {{\n"
    for field in record.fields:
        lines = declarations(field)
        note = remark(field)
        if note and len(lines) == 1 and len(lines[0]) + len(note) + 11 <= 100:
            out += f"    {lines[0]} /* {note} */\n"
            continue
        if note:
            out += comment(note, "    ")
        out += "".join(f"    {line}\n" for line in lines)
    return out + "};\n"


def functions(record, is_top):
    c = record.c
    out = ""
    if is_top:
        out += (f"int nt_{c}_encode(const struct nt_{c} *from, struct nt_buf *out, "
                "struct nt_error *err);\n"
                f"int nt_{c}_decode(struct nt_arena *arena, struct nt_span bytes, "
                f"struct nt_{c} **ret,\n    struct nt_error *err);\n")
    out += (f"struct json_t *nt_{c}_to_json(const struct nt_{c} *from);\n"
            f"struct nt_{c} *nt_{c}_clone(struct nt_arena *arena, const struct nt_{c} *from);\n"
            f"void nt_{c}_copy(struct nt_arena *arena, struct nt_{c} *to, const struct nt_{c} *from);\n"
            f"bool nt_{c}_is_equal(const struct nt_{c} *a, const struct nt_{c} *b);\n"
            f"extern const struct nt_record_info nt_{c}_info;\n")
    return out


def emit(contract):
    out = NOTE.format(source="the schemas and ids.json")
    out += """/*
 * What flows through Kafka: the topics, a struct for each record, and functions on them. What holds
 * for all of them (limits, errors, ownership, empty values) is said in <nt/contract_base.h>.
 */
#ifndef NT_CONTRACT_H
#define NT_CONTRACT_H

#include <nt/contract_base.h>

"""
    for record in contract.records.values():
        topic = contract.tops.get(record.name)
        out += struct(record, topic) + "\n" + functions(record, topic) + "\n"
    return out + "#endif\n"


def topics(contract):
    """<nt/topics.h>"""
    out = NOTE.format(source="schemas/ids.json")
    out += "#ifndef NT_TOPICS_H\n#define NT_TOPICS_H\n\n"
    out += "/* Indexes nt_topics[] of <nt/contract.h>. */\nenum nt_topic {\n"
    for topic in contract.topics:
        out += f"    {topic.enum}, /* {topic.name}; key: {topic.key} */\n"
    return out + f"}};\n\n#define NT_TOPIC_COUNT {len(contract.topics)}\n\n#endif\n"
