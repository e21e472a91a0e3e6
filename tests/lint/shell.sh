#!/bin/bash
# Shellcheck agrees with every shell script: whatever says so in its first line, and what those source.
set -euo pipefail
scripts=(neaptide tests/integration/harness/outer.sh)
while IFS= read -r file; do
    scripts+=("$file")
done < <(grep -rlIE --exclude-dir=node_modules --exclude-dir=build '^#!/(usr/)?bin/(env )?(ba)?sh' .ci services tests | sort)
shellcheck -x "${scripts[@]}"
