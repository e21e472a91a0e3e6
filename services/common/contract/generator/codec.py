"""contract_codec.c: one reader for each record and known writer, one writer for each record."""

from .header import c_type
from .text import NOTE, c_string

WORD = {"string": "string", "long": "long", "int": "int", "boolean": "bool", "double": "double",
        "float": "float", "bytes": "bytes"}


def guard(call, name, side):
    return f"    if (!{call})\n        return nt_{side}_at({side}, {c_string(name)});\n"


def runs(fields, known):
    """The fields in order; doubles and floats that follow one another together: one check of the
    length serves them all."""
    out = []
    for field in fields:
        is_fixed = (field.type.text() in ("double", "float") and field.name in known)
        if is_fixed and out and out[-1][-1].type.text() in ("double", "float") \
                and out[-1][-1].name in known:
            out[-1].append(field)
        else:
            out.append([field])
    return out


def read_run(run):
    size = sum(field.type.least() for field in run)
    out = guard(f"nt_in_has(in, {size})", run[0].name, "in")
    for field in run:
        out += f"    to->{field.name} = nt_in_take_{field.type.kind}(in);\n"
    return out


class Readers:
    """Emits readers on demand; two writers' records of one shape share one."""

    def __init__(self, contract):
        self.current = contract.records
        self.done = {}  # shape text -> function's word
        self.out = ""

    def word(self, record, schema_id):
        """The reader of what record's writer wrote, filling the newest struct of that name."""
        newest = self.current[record.name]
        shape = record.shape_text()
        if shape not in self.done:
            word = record.c if newest.shape_text() == shape else f"{record.c}_{schema_id}"
            body = self._reader(record, newest, schema_id, word)
            self.done[shape] = word
            self.out += body
        return self.done[shape]

    def _reader(self, record, newest, schema_id, word):
        known = newest.by_name()
        missing = [field for field in known.values() if field.name not in record.by_name()]
        body = ""
        for field in missing:
            body += default(f"to->{field.name}", field.type, field.default)
        for run in runs(record.fields, known):
            if len(run) > 1:
                body += read_run(run)
            elif run[0].name in known:
                body += self._read(run[0], schema_id)
            else:
                body += self._skip(run[0], schema_id)
        out = f"static bool read_{word}(struct nt_in *in, void *record)\n{{\n"
        out += f"    struct nt_{record.c} *to = record;\n\n"
        return out + body + "    return true;\n}\n\n"

    def _read(self, field, schema_id):
        type_, name = field.type, field.name
        if type_.shape == "map":
            return guard(f"nt_in_map(in, &to->{name}, &to->{name}_count)", name, "in")
        if type_.shape == "array":
            word = self._array(type_, schema_id)
            return guard(f"read_{word}_array(in, &to->{name}, &to->{name}_count)", name, "in")
        if type_.shape == "optional":
            if type_.record:
                word = self.word(type_.record, schema_id)
                record = f"struct nt_{type_.record.c}"
                return (f"    bool has_{name} = false;\n"
                        + guard(f"nt_in_branch(in, &has_{name})", name, "in")
                        + f"    if (has_{name}) {{\n"
                        f"        to->{name} = NT_NEW(in->arena, {record});\n"
                        f"        if (!read_{word}(in, to->{name}))\n"
                        f"            return nt_in_at(in, {c_string(name)});\n    }}\n")
            return guard(f"nt_in_opt_{WORD[type_.kind]}(in, &to->{name})", name, "in")
        if type_.record:
            return guard(f"read_{self.word(type_.record, schema_id)}(in, &to->{name})", name, "in")
        return guard(f"nt_in_{WORD[type_.kind]}(in, &to->{name})", name, "in")

    def _array(self, type_, schema_id):
        item = self.word(type_.record, schema_id) if type_.record else WORD[type_.kind]
        key = ("array", item)
        if key in self.done:
            return item
        self.done[key] = item
        c = c_type(type_)
        read = f"read_{item}(in, &items[i])" if type_.record else f"nt_in_{item}(in, &items[i])"
        self.out += (
            f"static bool read_{item}_array(struct nt_in *in, {c}**ret_items, size_t *ret_count)\n{{\n"
            "    struct nt_in_array array = {.size = sizeof(**ret_items), "
            f".least = {type_.item_least()}}};\n\n"
            "    while (nt_in_block(in, &array)) {\n"
            f"        {c}*items = array.items;\n"
            "        for (size_t i = array.read; i < array.count; i++) {\n"
            f"            if (!{read})\n"
            "                return nt_in_at_index(in, i);\n"
            "        }\n"
            "    }\n"
            "    *ret_items = array.items;\n"
            "    *ret_count = array.count;\n"
            "    return in->problem == NULL;\n}\n\n")
        return item

    def _skip(self, field, schema_id):
        """A field that is gone since: its bytes are checked and dropped."""
        type_, name = field.type, field.name
        if type_.shape == "map":
            return guard("nt_in_skip_map(in)", name, "in")
        if type_.shape == "array":
            array = f"{{.least = {type_.item_least()}}}"
            return (f"    struct nt_in_array {name} = {array};\n"
                    f"    while (nt_in_block(in, &{name})) {{\n"
                    f"        for (size_t i = {name}.read; i < {name}.count; i++) {{\n"
                    f"            if (!{self._skip_one(type_, schema_id)})\n"
                    f"                return nt_in_at_item(in, {c_string(name)}, i);\n        }}\n    }}\n"
                    + guard("nt_in_is_good(in)", name, "in"))
        if type_.shape == "optional":
            return (f"    bool has_{name} = false;\n"
                    + guard(f"nt_in_branch(in, &has_{name})", name, "in")
                    + f"    if (has_{name} && !{self._skip_one(type_, schema_id)})\n"
                    f"        return nt_in_at(in, {c_string(name)});\n")
        return guard(self._skip_one(type_, schema_id), name, "in")

    def _skip_one(self, type_, schema_id):
        if not type_.record:
            return f"nt_in_skip_{WORD[type_.kind]}(in)"
        skipper = self._skipper(type_.record, schema_id)
        return f"skip_{skipper}(in)"

    def _skipper(self, record, schema_id):
        key = ("skip", record.shape_text())
        if key not in self.done:
            word = f"{record.c}_{schema_id}"
            body = "".join(self._skip(field, schema_id) for field in record.fields)
            self.done[key] = word
            self.out += f"static bool skip_{word}(struct nt_in *in)\n{{\n{body}    return true;\n}}\n\n"
        return self.done[key]


def default(target, type_, value):
    """Statements that fill a field its writer did not know; zeros need none."""
    if type_.shape != "one":
        return ""
    if type_.record:
        out = ""
        for field in type_.record.fields:
            inner = value[field.name] if field.name in value else field.default
            out += default(f"{target}.{field.name}", field.type, inner)
        return out
    if type_.kind == "string":
        return f"    {target} = {c_string(value)};\n"
    if type_.kind == "bytes" or not value:
        return ""
    if type_.kind == "boolean":
        return f"    {target} = true;\n"
    if type_.kind == "long":
        return f"    {target} = INT64_C({value});\n"
    return f"    {target} = {value!r}{'f' if type_.kind == 'float' else ''};\n"


def writer(record):
    out = f"static bool write_{record.c}(struct nt_out *out, const void *record)\n{{\n"
    out += f"    const struct nt_{record.c} *from = record;\n\n"
    for field in record.fields:
        out += write(field)
    return out + "    return true;\n}\n\n"


def write(field):
    type_, name = field.type, field.name
    if type_.shape == "map":
        return guard(f"nt_out_map(out, from->{name}, from->{name}_count)", name, "out")
    if type_.shape == "array":
        each = (f"write_{type_.record.c}(out, &from->{name}[i])" if type_.record
                else f"nt_out_{WORD[type_.kind]}(out, from->{name}[i])")
        return (guard(f"nt_out_array(out, from->{name}, from->{name}_count)", name, "out")
                + f"    for (size_t i = 0; i < from->{name}_count; i++) {{\n"
                f"        if (!{each})\n"
                f"            return nt_out_at_item(out, {c_string(name)}, i);\n    }}\n"
                + guard("nt_out_array_end(out)", name, "out"))
    if type_.shape == "optional":
        if type_.record:
            return (guard(f"nt_out_branch(out, from->{name} != NULL)", name, "out")
                    + f"    if (from->{name} != NULL && !write_{type_.record.c}(out, from->{name}))\n"
                    f"        return nt_out_at(out, {c_string(name)});\n")
        return guard(f"nt_out_opt_{WORD[type_.kind]}(out, from->{name})", name, "out")
    if type_.record:
        return guard(f"write_{type_.record.c}(out, &from->{name})", name, "out")
    return guard(f"nt_out_{WORD[type_.kind]}(out, from->{name})", name, "out")


def emit(contract):
    """The C text, and for each topic its [(schema id, reader's word)] with the newest last."""
    readers = Readers(contract)
    versions = {}
    for topic in contract.topics:
        if topic.schema:
            versions[topic.short] = [(schema.id, readers.word(schema.top, schema.id))
                                     for schema in topic.old + [topic.schema]]
    out = NOTE.format(source="the schemas")
    out += "#include <nt/contract.h>\n\n#include \"contract_codecs.h\"\n#include \"in.h\"\n#include \"out.h\"\n\n"
    out += "/* --- readers: bytes to structs */\n\n" + readers.out
    out += "/* --- writers: structs to bytes */\n\n"
    out += "".join(writer(record) for record in contract.records.values())
    out += "/* --- which reader for which writer's schema */\n\n"
    for topic in contract.topics:
        if topic.schema:
            out += codec(topic, versions[topic.short])
    return out


def codec(topic, versions):
    c = topic.schema.top.c
    out = f"static const struct nt_reader {c}_readers[] = {{\n"
    out += "".join(f"    {{.schema_id = {i}, .read = read_{word}}},\n" for i, word in versions)
    out += (f"}};\n\nconst struct nt_codec nt_{c}_codec = {{\n"
            f"    .info = &nt_{c}_info,\n    .schema_id = {topic.id},\n    .write = write_{c},\n"
            f"    .readers = {c}_readers,\n    .readers_count = {len(versions)},\n}};\n\n"
            f"int nt_{c}_encode(const struct nt_{c} *from, struct nt_buf *out, struct nt_error *err)\n"
            f"{{\n    return nt_codec_encode(&nt_{c}_codec, from, out, err);\n}}\n\n"
            f"int nt_{c}_decode(struct nt_arena *arena, struct nt_span bytes, struct nt_{c} **ret,\n"
            f"    struct nt_error *err)\n{{\n"
            f"    struct nt_{c} *to = NT_NEW(arena, struct nt_{c});\n"
            f"    int status = nt_codec_decode(&nt_{c}_codec, arena, bytes, to, err);\n"
            "    if (status < 0)\n        return status;\n    *ret = to;\n    return 0;\n}\n\n")
    return out
