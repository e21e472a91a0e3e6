"""Small helpers of the emitters."""

import textwrap

NOTE = "/* Made by services/common/contract/generate.py from {source}. Change those. */\n"

C_TYPES = {
    "string": "const char *",
    "long": "int64_t ",
    "int": "int32_t ",
    "boolean": "bool ",
    "double": "double ",
    "float": "float ",
    "bytes": "struct nt_span ",
}
OPT_TYPES = {
    "long": "struct nt_opt_i64 ",
    "int": "struct nt_opt_i32 ",
    "boolean": "struct nt_opt_bool ",
    "double": "struct nt_opt_f64 ",
}


def c_string(text):
    """A C string literal, ASCII only, one line however long."""
    parts = []
    for byte in text.encode():
        char = chr(byte)
        if char in '"\\':
            parts.append("\\" + char)
        elif char == "\n":
            parts.append("\\n")
        elif 32 <= byte < 127 and char != "?":
            parts.append(char)
        else:
            parts.append(f"\\{byte:03o}")
    return '"' + "".join(parts) + '"'


def c_long_string(text, indent="        "):
    """The literal in several lines, for long texts; cut between characters."""
    pieces = [text[at : at + 70] for at in range(0, len(text), 70)] or [""]
    return ("\n" + indent).join(c_string(piece) for piece in pieces)


def comment(text, indent=""):
    """A comment of one line, or a block where it is longer."""
    text = text.replace("*/", "* /")
    if len(indent) + len(text) + 6 <= 100:
        return f"{indent}/* {text} */\n"
    lines = textwrap.wrap(text, 96 - len(indent))
    return "".join([f"{indent}/*\n"] + [f"{indent} * {line}\n" for line in lines] + [f"{indent} */\n"])
