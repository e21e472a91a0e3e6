#!/usr/bin/env python3
"""The sentences and words that the page shows (say.*, word.*), as a C table: one wording for both.

    texts.py EN.ts KO.ts OUT.c
"""

import pathlib
import re
import sys

TOKEN = re.compile(r"""
    (?P<space>\s+|//[^\n]*|/\*.*?\*/)
  | '(?P<single>(?:[^'\\]|\\.)*)'
  | "(?P<double>(?:[^"\\]|\\.)*)"
  | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<mark>[{}:,;=<>+])
""", re.VERBOSE | re.DOTALL)


def fail(path, text, at, what):
    line = text.count("\n", 0, at) + 1
    sys.exit(f"texts.py: {path}:{line}: {what}")


def tokens(path):
    text, at, out = path.read_text("utf-8"), 0, []
    start = re.search(r"(export default|const \w+: Messages =) (?=\{)", text)
    if not start:
        fail(path, text, 0, "where do the messages begin?")
    at = start.end()
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            fail(path, text, at, f"cannot read {text[at:at + 20]!r}")
        kind = match.lastgroup
        if kind in ("single", "double"):
            out.append(("text", re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), match[kind])))
        elif kind != "space":
            out.append((kind, match[kind]))
        at = match.end()
        if out and out[-1] == ("mark", ";"):
            break
    return out


def messages(path):
    """key: text, or key: { one: text, other: text }."""
    found, items = {}, tokens(path)
    at = 1  # behind the brace

    def text():
        nonlocal at
        value = ""
        while items[at][0] == "text":
            value += items[at][1]
            at += 1
            if items[at] == ("mark", "+"):
                at += 1
        return value

    while items[at] != ("mark", "}"):
        key = items[at][1]
        if items[at + 1] != ("mark", ":"):
            sys.exit(f"texts.py: {path}: {key}: no colon")
        at += 2
        if items[at] == ("mark", "{"):
            forms = {}
            at += 1
            while items[at] != ("mark", "}"):
                form = items[at][1]
                at += 2
                forms[form] = text()
                at += items[at] == ("mark", ",")
            at += 1
            found[key] = (forms["one"], forms["other"])
        else:
            value = text()
            found[key] = (value, value)
        at += items[at] == ("mark", ",")
    return found


def c_text(text):
    """Without the page's <b>; trigraphs cannot arise, because only ASCII is left as it is."""
    text = re.sub(r"</?b>", "", text)
    out = "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else f"\\{b:03o}" for b in text.encode())
    return f'"{out}"'


def main():
    en, ko = messages(pathlib.Path(sys.argv[1])), messages(pathlib.Path(sys.argv[2]))
    keys = sorted(key for key in en if key.startswith(("say.", "word.")))
    missing = [key for key in keys if key not in ko]
    if missing or not keys:
        sys.exit(f"texts.py: {sys.argv[2]}: no {', '.join(missing) or 'messages'}")
    out = "/* Made by services/cli/verbs/texts.py from the page's messages. Change those. */\n"
    out += '#include "texts.h"\n\nconst struct text page_texts[] = {\n'
    for key in keys:
        forms = ", ".join(c_text(form) for form in (*en[key], *ko[key]))
        out += f"    {{{c_text(key)}, {{{forms}}}}},\n"
    out += f"}};\nconst size_t page_texts_count = {len(keys)};\n"
    pathlib.Path(sys.argv[3]).write_text(out, "utf-8")


main()
