#!/usr/bin/env bash
# What ./neaptide lets the client's container see of this machine: with a docker that only says what it is asked.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/tree" "$folder/bin" "$folder/work/sub" "$folder/data" "$folder/out"
export HOME=$folder/home
cp neaptide "$folder/tree/"
touch "$folder/work/here.csv" "$folder/data/there.csv" "$folder/data/two words.csv"
cat >"$folder/bin/docker" <<'END'
#!/bin/sh
[ "$1" != run ] || printf '%s\n' "$@"
END
chmod +x "$folder/bin/docker"

cd "$folder/work"
PATH=$folder/bin:$PATH "$folder/tree/neaptide" word --input here.csv ../data/there.csv "--fleet=$folder/data/two words.csv" \
    --missing nowhere.csv --output ../out/new.csv </dev/null >"$folder/asked"

fail() {
    echo "$1; asked was:"
    cat "$folder/asked"
    exit 1
}
for mount in "work:$folder/work:ro" "work/here.csv:$folder/work/here.csv:ro" "data/there.csv:$folder/data/there.csv:ro" \
    "data/two words.csv:$folder/data/two words.csv:ro" "out:$folder/out:rw" \
    "home/.config/neaptide:$folder/home/.config/neaptide"; do
    grep -qxF "$folder/$mount" "$folder/asked" || fail "$mount is not mounted"
done
[ "$(grep -cxF -- -v "$folder/asked")" = 6 ] || fail 'other than six mounts'
grep -qxF -- "$(id -u):$(id -g)" "$folder/asked" || fail 'not as the caller'
tail -n 1 "$folder/asked" | grep -qxF ../out/new.csv || fail 'the words are not handed on as they are'
