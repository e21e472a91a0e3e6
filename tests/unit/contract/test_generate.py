#!/usr/bin/env python3
"""The mistakes that generate.py must refuse, each made in a copy of the test's own schemas."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
GENERATE = ROOT / "services/common/contract/generate.py"
sys.dont_write_bytecode = True
sys.path.insert(0, str(GENERATE.parent))

from generator.model import Contract, Mistake  # noqa: E402
from generator.problems import Problems  # noqa: E402


def run(folder, *args):
    return subprocess.run(
        [sys.executable, str(GENERATE), "--schemas", str(folder), *(args or ("--check",))],
        capture_output=True,
        text=True,
        check=False,
    )


class Mistakes(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name) / "schemas"
        self.fresh()

    def fresh(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(HERE / "schemas", self.folder)

    def tearDown(self):
        self.temporary.cleanup()

    def edit(self, name, change):
        path = self.folder / name
        content = json.loads(path.read_text("utf-8"))
        change(content)
        path.write_text(json.dumps(content), "utf-8")

    def refused(self, *parts):
        with self.assertRaises(Mistake) as caught:
            Contract(self.folder)
            Problems(self.folder / "problems.json")
        for part in parts:
            self.assertIn(part, str(caught.exception))

    def field(self, change, name="thing.avsc", index=0):
        self.edit(name, lambda schema: change(schema["fields"][index]))

    def add_field(self, type_, **more):
        self.edit("other.avsc",
                  lambda schema: schema["fields"].append({"name": "new", "type": type_, **more}))

    # --- the program

    def test_mistakes_are_one_line_on_stderr(self):
        (self.folder / "other.avsc").unlink()
        result = run(self.folder)
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"\Agenerate.py: .*other.avsc: No such file.*\n\Z")

    # --- the manifest

    def test_good_ones_pass(self):
        self.assertEqual(run(self.folder).returncode, 0)
        self.assertEqual(run(ROOT / "schemas").returncode, 0)

    def test_an_id_twice(self):
        self.edit("ids.json", lambda ids: ids["topics"][1].update(id=200005))
        self.refused("id 200005", "never reused")

    def test_an_older_versions_id(self):
        self.edit("ids.json", lambda ids: ids["topics"][1].update(id=200001))
        self.refused("id 200001", "never reused")

    def test_a_retired_id(self):
        self.edit("ids.json", lambda ids: ids["topics"][1].update(id=200004))
        self.refused("id 200004", "retired")

    def test_too_small_an_id(self):
        self.edit("ids.json", lambda ids: ids["topics"][1].update(id=7))
        self.refused("100001 up")

    def test_the_newest_has_the_largest_id(self):
        self.edit("ids.json", lambda ids: ids["topics"][0].update(id=100001))
        self.refused("the newest id must be the largest")

    def test_a_missing_schema(self):
        (self.folder / "other.avsc").unlink()
        self.refused("other.avsc", "No such file")

    def test_a_schema_without_a_topic(self):
        shutil.copy(self.folder / "other.avsc", self.folder / "stray.avsc")
        self.refused("stray.avsc", "no topic")

    def test_an_old_schema_of_nothing(self):
        shutil.copy(self.folder / "other.avsc", self.folder / "old/stray.200009.avsc")
        self.refused("stray.200009", "<schema>.<id>.avsc")

    def test_names_of_topics(self):
        self.edit("ids.json", lambda ids: ids["topics"][0].update(name="neaptide.test_things.v1"))
        self.refused("lower case, dots and hyphens")

    def test_a_topic_twice(self):
        self.edit("ids.json", lambda ids: ids["topics"][2].update(topic="others"))
        self.refused("others is there twice")

    def test_a_topic_that_keeps_everything(self):
        self.edit("ids.json", lambda ids: ids["topics"][1].pop("retention_ms"))
        self.refused("others", "retention_ms")

    def test_an_unknown_setting(self):
        self.edit("ids.json", lambda ids: ids["topics"][1].update(retention_mss=1))
        self.refused("unknown retention_mss")

    # --- schemas

    def test_not_json(self):
        (self.folder / "other.avsc").write_text("{", "utf-8")
        self.refused("other.avsc", "not JSON")

    def test_a_key_twice(self):
        (self.folder / "other.avsc").write_text('{"type": "record", "type": "record"}', "utf-8")
        self.refused("'type' is there twice")

    def test_unions(self):
        for union in (["string", "null"], ["null", "string", "long"], ["null", "bytes"],
                      ["null", {"type": "array", "items": "long"}]):
            self.fresh()
            self.add_field(union, default=None)
            self.refused("Other.new")

    def test_nullable_needs_its_default(self):
        self.add_field(["null", "string"])
        self.refused("Other.new", '"default": null')

    def test_enums(self):
        self.add_field({"type": "enum", "name": "E", "symbols": ["A"]})
        self.refused("Other.new", "kinds and states are strings")

    def test_unknown_types(self):
        self.add_field("strnig")
        self.refused("Other.new", "'strnig'")

    def test_words_of_c(self):
        self.field(lambda field: field.update(name="default"))
        self.refused("Thing.default", "a word of C")

    def test_names_of_fields(self):
        self.field(lambda field: field.update(name="camelCase"))
        self.refused("snake_case")

    def test_a_field_twice(self):
        self.edit("other.avsc", lambda schema: schema["fields"].append(schema["fields"][0]))
        self.refused("Other.id", "two fields of one name")

    def test_defaults_fit_their_type(self):
        for type_, default in (("string", 1), ("long", "1"), ("int", 2**31), ("boolean", 0),
                               ({"type": "array", "items": "long"}, [1]), ("Part", {"size": 1})):
            self.fresh()
            self.add_field(type_, default=default)
            self.refused("Other.new")

    def test_one_name_one_meaning(self):
        self.edit("other.avsc", lambda schema: schema["fields"][3]["type"].update(doc="different"))
        self.refused("Part differs", "one name, one meaning")

    # --- evolution

    def test_a_dropped_field_without_default(self):
        self.edit("thing.avsc", lambda schema: schema["fields"].pop(2))
        self.refused("Thing.count", "only a field with a default may come or go")

    def test_an_added_field_without_default(self):
        self.edit("thing.avsc",
                  lambda schema: schema["fields"].append({"name": "new", "type": "long"}))
        self.refused("Thing.new", "only a field with a default may come or go")

    def test_a_changed_type(self):
        self.field(lambda field: field.update(type="int"), index=2)
        self.refused("Thing.count", "was long, is int")

    def test_a_renamed_record(self):
        self.edit("thing.avsc", lambda schema: schema.update(name="Thingy"))
        self.refused("renamed")

    def test_a_change_deep_inside(self):
        for name in ("thing.avsc", "other.avsc"):
            self.edit(name, lambda schema: [
                field["type"].get("items", field["type"])["fields"].pop(1)
                for field in schema["fields"] if "Part" in json.dumps(field["type"])
                and isinstance(field["type"], dict)])
        self.refused("Thing.main.size", "only a field with a default")

    def test_a_field_that_comes_back_as_another(self):
        """Dropped in version 2, so only a comparison of all pairs sees it."""
        self.edit("thing.avsc", lambda schema: schema["fields"].append(
            {"name": "old_text", "type": "long", "default": 0}))
        self.refused("thing.200001", "Thing.old_text", "was string, is long")

    # --- released schemas

    def test_frozen_ones_cannot_change(self):
        self.assertEqual(run(self.folder, "--freeze").returncode, 0)
        self.assertEqual(run(self.folder).returncode, 0)
        self.edit("other.avsc", lambda schema: schema.update(doc="changed"))
        self.refused("id 200002 is released with another text", "other.200002.avsc")

    def test_frozen_ones_cannot_vanish(self):
        self.assertEqual(run(self.folder, "--freeze").returncode, 0)
        (self.folder / "old/thing.200001.avsc").unlink()
        self.refused("id 200001 is released but its schema is gone")

    # --- problems

    def problem(self, **change):
        self.edit("problems.json", lambda content: content["problems"][0].update(change))

    def test_problems(self):
        self.problem(code="Too-Little")
        self.refused("kebab-case")
        self.problem(code="too-little", status=200)
        self.refused("400 to 599")
        self.problem(status=409, params=[])
        self.refused("{name} is not in params")
        self.problem(params=["name", "have_bytes", "want_milli", "until_ms"], ko={"title": "x"})
        self.refused("ko has title, detail, next")
        self.edit("problems.json",
                  lambda content: content["problems"].append(content["problems"][0]))
        self.refused("sorted by code")

    # --- writing

    def test_unchanged_files_keep_their_time(self):
        out = pathlib.Path(self.temporary.name) / "out"
        self.assertEqual(run(self.folder, "--out", str(out)).returncode, 0)
        before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
        self.assertEqual(len(before), 8)
        self.assertEqual(run(self.folder, "--out", str(out)).returncode, 0)
        self.assertEqual(before, {path: path.stat().st_mtime_ns for path in before})


if __name__ == "__main__":
    unittest.main()
