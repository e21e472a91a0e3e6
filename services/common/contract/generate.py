#!/usr/bin/env python3
"""Make the C of the contract from schemas/ (see docs/architecture/events.md).

    generate.py --schemas DIR --out DIR     write the files, each only if it changed
    generate.py --schemas DIR --check       only look for mistakes
    generate.py --schemas DIR --freeze      enter the texts of all ids in frozen.json (at a release)

DIR of --schemas holds ids.json, *.avsc, old/*.avsc and problems.json.
"""

import argparse
import json
import pathlib
import sys

sys.dont_write_bytecode = True

from generator import asyncapi, codec, header, problems, tables  # noqa: E402
from generator.model import Contract, Mistake  # noqa: E402


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


def freeze(contract, path):
    frozen = {
        str(schema.id): schema.hash
        for topic in contract.topics
        for schema in topic.old + ([topic.schema] if topic.schema else [])
    }
    path.write_text(json.dumps(frozen, indent=2, sort_keys=True) + "\n", "utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--schemas", type=pathlib.Path, required=True)
    parser.add_argument("--version", default="0", help="of the documents that are made")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--out", type=pathlib.Path)
    action.add_argument("--check", action="store_true")
    action.add_argument("--freeze", action="store_true")
    args = parser.parse_args()
    try:
        contract = Contract(args.schemas)
        codes = problems.Problems(args.schemas / "problems.json")
    except Mistake as mistake:
        print(f"generate.py: {mistake}", file=sys.stderr)
        return 1
    if args.freeze:
        freeze(contract, args.schemas / "frozen.json")
    if args.out:
        write(args.out / "include/nt/topics.h", header.topics(contract))
        write(args.out / "include/nt/contract.h", header.emit(contract))
        write(args.out / "include/nt/problems.h", problems.header(codes))
        write(args.out / "contract_codecs.h", tables.codecs_header(contract))
        write(args.out / "contract_codec.c", codec.emit(contract))
        write(args.out / "contract_tables.c", tables.emit(contract))
        write(args.out / "problems.c", problems.source(codes))
        write(args.out / "asyncapi.json", asyncapi.emit(contract, args.version))
    return 0


if __name__ == "__main__":
    sys.exit(main())
