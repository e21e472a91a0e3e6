#!/usr/bin/env python3
"""clang-tidy over every C file that a build folder compiles, one process a core.

    tidy.py BUILD_FOLDER [--cache FOLDER] [--limit-s SECONDS]

What was clean stays clean: a file is looked at again only when something that it is compiled from, its flags,
the rules or clang-tidy itself changed. The cache remembers that by the digest of all of these. When the
time is over, what was not looked at is named, and is not an error: the next run goes on from there.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLEAN, BAD, LATE = range(3)


def compiled(build):
    """(file, its command) of what is ours and was not generated, each file once."""
    commands = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if path.is_relative_to(ROOT) and not path.is_relative_to(build):
            commands[path] = entry
    return sorted(commands.items())


def rules(path):
    """Every .clang-tidy that has a say in a file."""
    return b"".join((folder / ".clang-tidy").read_bytes()
                    for folder in path.parents
                    if folder.is_relative_to(ROOT) and (folder / ".clang-tidy").exists())


def without_output(command):
    """The command's words up to what it writes: what decides how the file is read."""
    words, kept = iter(command), []
    for word in words:
        if word in ("-o", "-MF", "-MT"):
            next(words)
        elif word not in ("-c", "-MD"):
            kept.append(word)
    return kept


def digest(path, entry, version):
    """Of all that decides clang-tidy's answer; None where the file does not compile."""
    words = without_output(shlex.split(entry["command"]))
    while not words[0].endswith("clang"):
        words.pop(0)  # ccache
    # Comments are kept: some of them speak to clang-tidy.
    read = subprocess.run([*words, "-E", "-C"], cwd=entry["directory"], capture_output=True, check=False)
    if read.returncode != 0:
        return None
    whole = hashlib.sha256(version + rules(path) + " ".join(words).encode() + read.stdout)
    return whole.hexdigest()


def check(path, entry, options):
    if time.monotonic() > options.end:
        return path, LATE, ""
    key = digest(path, entry, options.version)
    mark = options.cache / key if key and options.cache else None
    if mark and mark.exists():
        mark.touch()
        return path, CLEAN, ""
    said = subprocess.run(["clang-tidy", "--quiet", "-p", options.build, path], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, check=False)
    if said.returncode != 0:
        return path, BAD, said.stdout
    if mark:
        mark.touch()
    return path, CLEAN, ""


def forget_old(cache, days=30):
    """Marks that no run has needed for long."""
    oldest = time.time() - days * 86400
    for mark in cache.iterdir():
        if mark.stat().st_mtime < oldest:
            mark.unlink()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--cache", type=pathlib.Path, default=os.environ.get("NEAPTIDE_TIDY_CACHE"))
    parser.add_argument("--limit-s", type=float, default=150)
    options = parser.parse_args()
    options.end = time.monotonic() + options.limit_s
    options.version = subprocess.run(["clang-tidy", "--version"], capture_output=True, check=True).stdout
    if options.cache:
        options.cache.mkdir(parents=True, exist_ok=True)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda one: check(*one, options), compiled(options.build)))
    if options.cache:
        forget_old(options.cache)
    bad = [(path, said) for path, status, said in results if status == BAD]
    late = [path for path, status, _ in results if status == LATE]
    for path, said in bad:
        print(said or f"{path}: clang-tidy failed and said nothing")
    if late:
        print(f"the time is over; not looked at: {' '.join(str(path.relative_to(ROOT)) for path in late)}")
    print(f"{len(results)} files, {len(bad)} with findings, {len(late)} not looked at")
    if not results:
        sys.exit("nothing is compiled there: was the folder configured?")
    sys.exit(1 if bad else 0)


main()
