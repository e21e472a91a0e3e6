"""Schemas and the manifest as objects, checked. Every mistake raises Mistake with what to do."""

import hashlib
import json
import pathlib
import re

FIRST_ID = 100001
SCALARS = ("string", "long", "int", "boolean", "double", "float", "bytes")
OPTIONALS = ("string", "long", "int", "boolean", "double", "record")
# The fewest bytes that a value of the type takes on the wire: bounds what a count may claim.
LEAST = {"string": 1, "long": 1, "int": 1, "boolean": 1, "double": 8, "float": 4, "bytes": 1}
C_WORDS = set(
    "auto break case char const continue default do double else enum extern float for goto if "
    "inline int long register restrict return short signed sizeof static struct switch typedef "
    "union unsigned void volatile while bool true false asm typeof errno stdin stdout unix linux".split()
)


class Mistake(Exception):
    """Something in schemas/ that a person has to change."""


def snake(name):
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).replace("-", "_").lower()


def load(path):
    def no_duplicates(pairs):
        keys = [key for key, _ in pairs]
        for key in keys:
            if keys.count(key) > 1:
                raise Mistake(f"{path}: the key {key!r} is there twice")
        return dict(pairs)

    try:
        return json.loads(path.read_text("utf-8"), object_pairs_hook=no_duplicates)
    except OSError as error:
        raise Mistake(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise Mistake(f"{path}: not JSON in UTF-8: {error}") from error


class Type:
    """A field's type. shape: one, optional, array or map; kind: a scalar's name or 'record'."""

    def __init__(self, shape, kind, record=None):
        self.shape, self.kind, self.record = shape, kind, record

    def text(self):
        inner = self.record.name if self.record else self.kind
        return inner if self.shape == "one" else f"{self.shape}<{inner}>"

    def item_least(self):
        return self.record.least() if self.record else LEAST[self.kind]

    def least(self):
        return self.item_least() if self.shape == "one" else 1


class Field:
    def __init__(self, name, type_, doc, has_default, default):
        self.name, self.type, self.doc = name, type_, doc
        self.has_default, self.default = has_default, default


class Record:
    def __init__(self, name, doc, fields):
        self.name, self.doc, self.fields = name, doc, fields
        self.c = snake(name)

    def least(self):
        return sum(field.type.least() for field in self.fields)

    def by_name(self):
        return {field.name: field for field in self.fields}

    def shape_text(self, deep=True):
        """Equal for two records that mean the same bytes, names and defaults."""
        parts = []
        for field in self.fields:
            inner = field.type.record.shape_text() if deep and field.type.record else ""
            default = json.dumps(field.default, sort_keys=True) if field.has_default else "-"
            parts.append(f"{field.name}:{field.type.text()}{inner}={default}")
        return self.name + "{" + ",".join(parts) + "}"


class Schema:
    """One file: a top record, the records inside it, and its text without white space."""

    def __init__(self, path, schema_id):
        self.path, self.id = path, schema_id
        raw = load(path)
        self.text = json.dumps(raw, ensure_ascii=False, separators=(",", ":"))
        self.hash = hashlib.sha256(self.text.encode()).hexdigest()
        self.records = {}
        self._open = set()
        if not isinstance(raw, dict) or raw.get("type") != "record":
            raise Mistake(f"{path}: the top must be a record")
        self.top = self._record(raw)

    def _fail(self, where, what):
        raise Mistake(f"{self.path}: {where}: {what}")

    def _record(self, raw):
        name = raw.get("name", "")
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
            self._fail(name or "a record", "a record's name is CamelCase, without dots")
        if name in self.records or name in self._open:
            self._fail(name, "defined twice; name it where it is used again")
        if raw.get("aliases"):
            self._fail(name, "no aliases: add a field with a default instead of renaming")
        self._open.add(name)
        fields, seen = [], set()
        for item in raw.get("fields", []):
            field = self._field(name, item)
            if field.name in seen:
                self._fail(f"{name}.{field.name}", "two fields of one name")
            seen.update((field.name, field.name + "_count") if field.type.shape in ("array", "map")
                        else (field.name,))
            fields.append(field)
        if not fields:
            self._fail(name, "a record needs a field")
        self._open.discard(name)
        self.records[name] = record = Record(name, raw.get("doc", ""), fields)
        return record

    def _field(self, record, raw):
        name = raw.get("name", "")
        where = f"{record}.{name}"
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            self._fail(where, "a field's name is snake_case")
        if name in C_WORDS:
            self._fail(where, "a word of C cannot name a field")
        if raw.get("aliases"):
            self._fail(where, "no aliases: add a field with a default instead of renaming")
        type_ = self._type(where, raw.get("type"))
        if "default" in raw:
            check_default(f"{self.path}: {where}", type_, raw["default"])
        elif type_.shape == "optional":
            self._fail(where, 'a nullable field needs "default": null')
        return Field(name, type_, raw.get("doc", ""), "default" in raw, raw.get("default"))

    def _type(self, where, raw):
        if isinstance(raw, list):
            if len(raw) != 2 or raw[0] != "null":
                self._fail(where, 'the only union is ["null", T]')
            inner = self._type(where, raw[1])
            if inner.shape != "one" or inner.kind not in OPTIONALS:
                self._fail(where, f"{inner.text()} cannot be nullable; leave it empty instead")
            return Type("optional", inner.kind, inner.record)
        if isinstance(raw, str):
            if raw in SCALARS:
                return Type("one", raw)
            if raw in self.records:
                return Type("one", "record", self.records[raw])
            self._fail(where, f"unknown type {raw!r}; scalars are {', '.join(SCALARS)}")
        kind = raw.get("type") if isinstance(raw, dict) else None
        if kind == "record":
            return Type("one", "record", self._record(raw))
        if kind == "array":
            inner = self._type(where, raw.get("items"))
            if inner.shape != "one" or inner.kind in ("boolean", "bytes"):
                self._fail(where, f"no arrays of {inner.text()}")
            return Type("array", inner.kind, inner.record)
        if kind == "map":
            if self._type(where, raw.get("values")).text() != "string":
                self._fail(where, "the only map is of strings")
            return Type("map", "string")
        if kind in SCALARS and raw.get("logicalType") in (None, "timestamp-millis"):
            if raw.get("logicalType") and kind != "long":
                self._fail(where, "timestamp-millis is a long")
            return Type("one", kind)
        self._fail(where, f"cannot use {json.dumps(raw)}; kinds and states are strings")


def check_default(where, type_, value):
    """Only what C can say: a scalar of the right kind, null, [], {} or a record of such."""
    ok = {
        "optional": lambda: value is None,
        "array": lambda: value == [],
        "map": lambda: value == {},
    }.get(type_.shape)
    if ok is None:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        ok = {
            "string": lambda: isinstance(value, str),
            "bytes": lambda: value == "",
            "boolean": lambda: isinstance(value, bool),
            "int": lambda: type(value) is int and -(2**31) <= value < 2**31,
            "long": lambda: type(value) is int and -(2**63) < value < 2**63,
            "double": lambda: is_number,
            "float": lambda: is_number,
            "record": lambda: isinstance(value, dict),
        }[type_.kind]
    if not ok():
        raise Mistake(f"{where}: {json.dumps(value)} is no default for {type_.text()}")
    if type_.shape == "one" and type_.kind == "record":
        for field in type_.record.fields:
            if field.name in value:
                check_default(f"{where}.{field.name}", field.type, value[field.name])
            elif not field.has_default:
                raise Mistake(f"{where}: the default lacks {field.name}")


def check_evolution(one, other):
    """FULL: each reads what the other writes. Called for every pair, hence transitive."""
    def records(a, b, where):
        if a.name != b.name:
            raise Mistake(f"{where}: the record {a.name} was renamed to {b.name}")
        ours, theirs = a.by_name(), b.by_name()
        for name in sorted(set(ours) ^ set(theirs)):
            field = ours.get(name) or theirs.get(name)
            if not field.has_default:
                raise Mistake(f"{where}.{name}: only a field with a default may come or go")
        for name in sorted(set(ours) & set(theirs)):
            x, y = ours[name].type, theirs[name].type
            if x.text() != y.text():
                raise Mistake(f"{where}.{name}: was {x.text()}, is {y.text()}; "
                              "a new meaning needs a new field or a topic .v2")
            if x.record:
                records(x.record, y.record, f"{where}.{name}")

    records(one.top, other.top, f"{other.path} against {one.path}: {one.top.name}")


class Topic:
    KEYS = {"topic", "name", "schema", "id", "key", "writer", "partitions", "compact",
            "retention_ms", "retention_bytes", "flush_messages"}

    def __init__(self, path, raw):
        for key in ("topic", "name", "schema", "id", "key", "writer", "partitions", "compact"):
            if key not in raw:
                raise Mistake(f"{path}: {raw.get('topic', raw)}: {key} is missing")
        unknown = set(raw) - self.KEYS
        if unknown:
            raise Mistake(f"{path}: {raw['topic']}: unknown {', '.join(sorted(unknown))}")
        self.short, self.name, self.key = raw["topic"], raw["name"], raw["key"]
        self.writer, self.schema_name, self.id = raw["writer"], raw["schema"], raw["id"]
        self.partitions, self.is_compact = raw["partitions"], raw["compact"]
        self.retention_ms = raw.get("retention_ms", 0)
        self.retention_bytes = raw.get("retention_bytes", 0)
        self.flush_messages = raw.get("flush_messages", 0)
        if not re.fullmatch(r"neaptide(\.[a-z][a-z0-9-]*)+\.v[0-9]+", self.name):
            raise Mistake(f"{path}: {self.name}: lower case, dots and hyphens, ending in .v1")
        if not re.fullmatch(r"[a-z][a-z0-9-]*", self.short):
            raise Mistake(f"{path}: {self.short}: a topic's short word is kebab-case")
        if (self.schema_name is None) != (self.id is None):
            raise Mistake(f"{path}: {self.short}: schema and id come together")
        if not self.is_compact and not self.retention_ms:
            raise Mistake(f"{path}: {self.short}: what is not compacted needs retention_ms")
        self.enum = "NT_TOPIC_" + self.short.replace("-", "_").upper()
        self.schema, self.old = None, []  # current Schema, older ones by rising id


class Contract:
    """Everything in a folder like schemas/."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        path = folder / "ids.json"
        manifest = load(path)
        self.topics = [Topic(path, raw) for raw in manifest["topics"]]
        self._ids = {int(i): "retired" for i in manifest.get("retired_ids", [])}
        for what in ("short", "name", "enum"):
            values = [getattr(topic, what) for topic in self.topics]
            for value in values:
                if values.count(value) > 1:
                    raise Mistake(f"{path}: {value} is there twice")
        by_schema = {topic.schema_name: topic for topic in self.topics if topic.id is not None}
        if len(by_schema) != sum(topic.id is not None for topic in self.topics):
            raise Mistake(f"{path}: one record type a topic: a schema is named twice")
        for topic in self.topics:
            if topic.id is not None:
                self._claim(path, topic.id, topic.short)
                topic.schema = Schema(folder / f"{topic.schema_name}.avsc", topic.id)
        self._old(folder, by_schema)
        for file in sorted(folder.glob("*.avsc")):
            if file.stem not in by_schema:
                raise Mistake(f"{file}: no topic of ids.json uses it")
        self._frozen(folder / "frozen.json")
        self.records = self._merge()
        self.tops = {topic.schema.top.name: topic for topic in by_schema.values()}
        if len(self.tops) != len(by_schema):
            raise Mistake(f"{path}: two topics have a record of the same name at the top")

    def _claim(self, path, schema_id, owner):
        if type(schema_id) is not int or schema_id < FIRST_ID:
            raise Mistake(f"{path}: {owner}: an id is a number from {FIRST_ID} up")
        if schema_id in self._ids:
            raise Mistake(f"{path}: id {schema_id} of {owner} belongs to {self._ids[schema_id]}; "
                          "ids are never reused")
        self._ids[schema_id] = owner

    def _old(self, folder, by_schema):
        for file in sorted((folder / "old").glob("*.avsc")):
            match = re.fullmatch(r"(.+)\.([0-9]+)", file.stem)
            if not match or match[1] not in by_schema:
                raise Mistake(f"{file}: old schemas are named <schema>.<id>.avsc")
            topic = by_schema[match[1]]
            self._claim(file, int(match[2]), topic.short)
            topic.old.append(Schema(file, int(match[2])))
        for topic in by_schema.values():
            topic.old.sort(key=lambda schema: schema.id)
            if topic.old and topic.old[-1].id > topic.id:
                raise Mistake(f"{folder}/ids.json: {topic.short}: the newest id must be the largest")
            versions = topic.old + [topic.schema]
            for index, new in enumerate(versions):
                for old in versions[:index]:
                    check_evolution(old, new)

    def _frozen(self, path):
        """Once released, the text of an id never changes."""
        frozen = load(path) if path.exists() else {}
        for topic in self.topics:
            for schema in topic.old + ([topic.schema] if topic.schema else []):
                expected = frozen.pop(str(schema.id), schema.hash)
                if expected != schema.hash:
                    raise Mistake(f"{schema.path}: id {schema.id} is released with another text: "
                                  f"keep that as old/{topic.schema_name}.{schema.id}.avsc and give "
                                  "the new one a new id in ids.json")
        for schema_id in frozen:
            if self._ids.get(int(schema_id)) != "retired":
                raise Mistake(f"{path}: id {schema_id} is released but its schema is gone; list it "
                              "in retired_ids of ids.json")

    def _merge(self):
        """Current records by name, children first; one name, one meaning."""
        merged, seen = {}, {}
        for topic in self.topics:
            for record in topic.schema.records.values() if topic.schema else ():
                text = record.shape_text(deep=False)
                docs = [record.doc] + [field.doc for field in record.fields]
                if record.name in merged and seen[record.name][:2] != (text, docs):
                    raise Mistake(f"{topic.schema.path}: {record.name} differs from that of "
                                  f"{seen[record.name][2]}; one name, one meaning")
                if record.name not in merged:
                    merged[record.name] = record
                    seen[record.name] = (text, docs, topic.schema.path)
        return merged
