"""Every reason that the balancer's core can give stands in schemas/reasons.json, and no other.

Usage: reasons.py CORE_FOLDER REASONS_JSON
"""

import json
import pathlib
import re
import sys

core, manifest = map(pathlib.Path, sys.argv[1:])
known = set(json.loads(manifest.read_text("utf-8"))["reasons"])
given = set()
for source in core.glob("*.c"):
    given |= set(re.findall(r'"((?:fits|plan|move|reject)\.[a-z-]+)"', source.read_text("utf-8")))
for key in sorted(given - known):
    print(f"{key} is given by the core, but is not in {manifest.name}")
for key in sorted(known - given):
    print(f"{key} is in {manifest.name}, but the core never gives it")
sys.exit(given != known)
