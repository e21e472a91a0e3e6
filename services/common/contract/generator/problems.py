"""<nt/problems.h> and problems.c from schemas/problems.json."""

import re

from .model import Mistake, load
from .text import NOTE, c_string

LANGUAGES = ("en", "ko")
TEXTS = ("title", "detail", "next")


class Problems:
    def __init__(self, path):
        self.items = load(path)["problems"]
        codes = [item.get("code", "") for item in self.items]
        if codes != sorted(set(codes)):
            raise Mistake(f"{path}: keep it sorted by code, each once")
        for item in self.items:
            self._check(f"{path}: {item['code']}", item)

    def _check(self, where, item):
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", item["code"]):
            raise Mistake(f"{where}: a code is kebab-case")
        if type(item.get("status")) is not int or not 400 <= item["status"] <= 599:
            raise Mistake(f"{where}: status is 400 to 599")
        params = item.get("params")
        if not isinstance(params, list):
            raise Mistake(f"{where}: params is a list of names")
        if set(item) != {"code", "status", "params", *LANGUAGES}:
            raise Mistake(f"{where}: has code, status, params, {' and '.join(LANGUAGES)}")
        for language in LANGUAGES:
            texts = item[language]
            if set(texts) != set(TEXTS) or not all(texts.values()):
                raise Mistake(f"{where}: {language} has {', '.join(TEXTS)}, none empty")
            for key, text in texts.items():
                for name in re.findall(r"\{([^}]*)\}", text):
                    if name not in params:
                        raise Mistake(f"{where}: {language} {key}: {{{name}}} is not in params")


def constant(code):
    return "NT_PROBLEM_" + code.upper().replace("-", "_")


def header(problems):
    out = NOTE.format(source="schemas/problems.json")
    out += "#ifndef NT_PROBLEMS_H\n#define NT_PROBLEMS_H\n\n#include <nt/problem.h>\n\n"
    width = max(len(constant(item["code"])) for item in problems.items)
    for item in problems.items:
        params = f" /* {item['status']}; {', '.join(item['params']) or 'no parameters'} */"
        out += f"#define {constant(item['code']):{width}} {c_string(item['code'])}{params}\n"
    return out + f"\n#define NT_PROBLEMS_COUNT {len(problems.items)}\n\n#endif\n"


def source(problems):
    out = NOTE.format(source="schemas/problems.json")
    out += "#include <nt/problems.h>\n\nconst struct nt_problem nt_problems[] = {\n"
    for item in problems.items:
        out += f"    {{\n        .code = {c_string(item['code'])},\n        .status = {item['status']},\n"
        if item["params"]:
            params = ", ".join(c_string(name) for name in item["params"])
            out += f"        .params = (const char *const[]){{{params}}},\n"
            out += f"        .params_count = {len(item['params'])},\n"
        out += "        .texts = {\n"
        for language in LANGUAGES:
            out += f"            [NT_LANGUAGE_{language.upper()}] = {{\n"
            for key in TEXTS:
                out += f"                .{key} = {c_string(item[language][key])},\n"
            out += "            },\n"
        out += "        },\n    },\n"
    return out + "};\n\nconst size_t nt_problems_count = NT_PROBLEMS_COUNT;\n"
