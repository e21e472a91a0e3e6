# Sourced by ./neaptide: the tests, each part in a container made from neaptide/test.
# shellcheck shell=bash disable=SC2154 # url, began_ms and the functions are those of ./neaptide

all_parts=(lint unit clang tidy fuzz web stack playback readme)
# Only when asked for: upgrade builds the images of two versions, bench prints figures for docs/benchmarks.md, demo
# takes five minutes of its own.
known_parts=("${all_parts[@]}" upgrade bench demo)

# Containers of tests read the tree from their standard input, so that nothing is mounted and nothing written.
pack_tree() {
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
            [ ! -e "$file" ] || printf '%s\0' "$file"
        done | tar --null --no-recursion -T - -c
    else
        tar -c --exclude=./build --exclude=node_modules --exclude=./web/dist .
    fi
}

runner=neaptide-test-runner

# Run harness/inner PART in a container, its output on ours and in the part's log.
run_inside() { # PART DOCKER-OPTIONS...
    local part=$1 status=0
    shift
    docker rm -fv "$runner" >/dev/null 2>&1 || true
    # The compiler's and npm's caches are all that outlives a run.
    # Tests of copied layers set the marks that overlayfs keeps in trusted attributes: that needs SYS_ADMIN, and a
    # /tmp that is not itself an overlay.
    docker create -i --init --name "$runner" --cap-add SYS_ADMIN -v /tmp -v neaptide-test-cache:/cache -e CI -e NEAPTIDE_PRESET -e NEAPTIDE_TESTS "$@" neaptide/test \
        bash -c 'mkdir -p /src && tar -xC /src && cd /src && exec tests/integration/harness/inner "$1"' - "$part" >/dev/null
    pack_tree | docker start -ai "$runner" 2>&1 | tee "$logs/test-$part.log" || status=1
    docker cp "$runner:/artifacts/." "$artifacts" >/dev/null 2>&1 || true
    docker rm -fv "$runner" >/dev/null 2>&1 || true
    return $status
}

# Each host may use every core: room for several servers of each size, and no test keeps a core busy.
NEAPTIDE_HOST_CPU_MILLI=$(($(nproc) * 1000))
export NEAPTIDE_HOST_CPU_MILLI

# Run harness/inner PART in a container on the stack's network, with what tests of a stack may use.
run_on_stack() { # PART DOCKER-OPTIONS...
    local part=$1
    shift
    run_inside "$part" --network "${COMPOSE_PROJECT_NAME}_inner" --cap-add NET_ADMIN \
        -v "$NEAPTIDE_MACHINE_SOCKET:/var/run/docker.sock" -e DOCKER_HOST=unix:///var/run/docker.sock \
        -e COMPOSE_PROJECT_NAME -e NEAPTIDE_URL="$url" -e NEAPTIDE_DOMAIN \
        -e NEAPTIDE_HTTP_PORT -e NEAPTIDE_TCP_FIRST -e NEAPTIDE_TCP_LAST -e NEAPTIDE_BIND \
        -e NEAPTIDE_HOST_CPU_MILLI -e NEAPTIDE_HOST_MEM_MB -e NEAPTIDE_FAULTS_KILLS -e NEAPTIDE_FAULTS_SEED \
        -e NEAPTIDE_SETUP_TOKEN="$(in_service api cat /var/lib/neaptide/secrets/setup-token)" "$@"
}

# One stack of its own for the tests in FOLDER of tests/integration.
run_stack() { # PART FOLDER
    local part=$1
    if ! start_stack; then
        count_failure "$part" 'the stack did not become healthy'
        keep_service_logs "$part"
        take_down -v >/dev/null 2>&1
        return 1
    fi
    local status=0
    run_on_stack "$part" -e NEAPTIDE_FOLDER="$2" || status=1
    [ $status -eq 0 ] || keep_service_logs "$part"
    step "take down the $part stack" take_down -v || true
    return $status
}

# An installation whose clock runs at 360x from a Monday 03:00 on, and plays recorded curves.
run_playback() {
    make_volumes >/dev/null
    write_curves 0
    NEAPTIDE_CLOCK_LOAD0_MS=1793588400000 NEAPTIDE_CLOCK_RATE=360 NEAPTIDE_MODE=off \
        NEAPTIDE_PLAYBACK_FILE=/var/lib/neaptide/playback/curves.csv run_stack playback playback
}

keep_service_logs() { # PART
    local service _
    mkdir -p "$artifacts/logs-$1"
    project_states | while IFS='|' read -r service _; do
        docker logs "$(project_containers --filter "label=com.docker.compose.service=$service" | head -n1)" \
            >"$artifacts/logs-$1/$service.log" 2>&1 || true
    done
}

count_failure() { # PART WHAT: a failure outside of ctest, in its words, so that the sum has it
    printf '0%% tests passed, 1 tests failed out of 1\n\t  1 - %s: %s (Failed)\n' "$1" "$2" | tee -a "$logs/test-$1.log"
}

# The README's commands, as a newcomer types them, out of the file: in a copy of the tree and as an
# installation of its own. Following a journal ends by itself only here.
run_readme() {
    local copy command number=0 failed=0
    local as=(env COMPOSE_PROJECT_NAME=neaptide-readme NEAPTIDE_HTTP_PORT=18188 NEAPTIDE_TCP_FIRST=24000 NEAPTIDE_TCP_LAST=24099)
    copy=$(mktemp -d "${TMPDIR:-/tmp}/neaptide-readme-XXXXXX")
    pack_tree | tar -x -C "$copy"
    (
        cd "$copy" || exit 1
        while IFS= read -r command; do
            number=$((number + 1))
            printf '$ %s\n' "$command"
            local limit=600 status=0
            [[ $command != *journal* ]] || limit=5
            "${as[@]}" timeout --signal=INT "$limit" bash -c "$command" </dev/null || status=$?
            [ $status -eq 0 ] || { [[ $command = *journal* ]] && [ $status -eq 124 ]; } || failed=$((failed + 1))
        done < <(awk '/^```/ {is_shell = $0 == "```sh"; next} is_shell' README.md | grep -v 'neaptide test$')
        "${as[@]}" ./neaptide down --wipe --yes || failed=$((failed + 1))
        printf '%d%% tests passed, %d tests failed out of %d\n' \
            $((100 * (number + 1 - failed) / (number + 1))) "$failed" $((number + 1)) | tee "$logs/test-readme.log"
        [ "$failed" -eq 0 ]
    )
    local status=$?
    rm -rf "$copy"
    return $status
}

# `up` of this tree over an installation of the commit before it (NEAPTIDE_UPGRADE_FROM names another), as an
# installation of its own. It builds images of both, so it comes last.
run_upgrade() {
    local from old log=$logs/test-upgrade.log
    if ! from=$(git rev-parse --verify -q "${NEAPTIDE_UPGRADE_FROM:-HEAD~1}^{commit}"); then
        echo 'SKIPPED: this clone does not have the commit before this one' | tee "$log"
        echo '100% tests passed, 0 tests failed out of 0' >>"$log"
        return 0
    fi
    old=$(mktemp -d "${TMPDIR:-/tmp}/neaptide-old-XXXXXX")
    printf 'from %s\n' "$(git log -1 --format='%h %s' "$from")"
    # For this function and all that it calls.
    local -x COMPOSE_PROJECT_NAME=neaptide-upgrade NEAPTIDE_HTTP_PORT=18288 NEAPTIDE_TCP_FIRST=25000 NEAPTIDE_TCP_LAST=25099
    local url=http://console.$NEAPTIDE_DOMAIN:$NEAPTIDE_HTTP_PORT status=0
    git clone -q --shared . "$old" && git -C "$old" checkout -q --detach "$from" && upgrade_steps "$old" || status=1
    ./neaptide down --wipe --yes >/dev/null || status=1
    rm -rf "$old"
    return $status
}

upgrade_steps() { # OLD-TREE
    if ! { "$1/neaptide" up && run_on_stack before-upgrade; }; then
        count_failure upgrade 'the earlier version did not run'
        return 1
    fi
    local before
    before=$(cat "$artifacts/before.json")
    rm "$artifacts/before.json"
    if ! ./neaptide up; then
        count_failure upgrade 'up over the earlier version'
        return 1
    fi
    run_on_stack after-upgrade -e NEAPTIDE_BEFORE="$before" || return 1
    must_refuse 'older than what is installed' "$1/neaptide" up || return 1
    run_restore "$before"
}

must_refuse() { # WORDS COMMAND...
    local words=$1
    shift
    if "$@" >"$logs/refused.log" 2>&1 || ! grep -q "$words" "$logs/refused.log"; then
        tail -n 20 "$logs/refused.log"
        count_failure upgrade "not refused: $*"
        return 1
    fi
}

# Kafka's disk is lost, and comes back from a backup: the same must still be there.
run_restore() { # BEFORE
    local saved=$logs/saved.backup
    if ! { ./neaptide backup "$saved" && ./neaptide down; }; then
        count_failure upgrade 'backup'
        return 1
    fi
    must_refuse 'still there' ./neaptide restore "$saved" || return 1
    docker volume rm "${COMPOSE_PROJECT_NAME}_kafka" >/dev/null
    if ! ./neaptide restore "$saved"; then
        count_failure upgrade 'restore'
        return 1
    fi
    run_on_stack after-restore -e NEAPTIDE_BEFORE="$1" || return 1
    echo '100% tests passed, 0 tests failed out of 3' >>"$logs/test-upgrade.log"
}

# The demonstration from beginning to end: its guide ends well only when the tide was seen and avoided.
run_demo() {
    local log=$logs/test-demo.log status=0
    env -u COMPOSE_PROJECT_NAME NEAPTIDE_HTTP_PORT=18388 NEAPTIDE_TCP_FIRST=26000 NEAPTIDE_TCP_LAST=26099 \
        ./neaptide demo || status=1
    env -u COMPOSE_PROJECT_NAME ./neaptide demo --stop || status=1
    if [ -n "$(docker ps -aq --filter label=com.docker.compose.project=neaptide-demo)" ] ||
        docker volume ls -q | grep -q '^neaptide-demo_'; then
        echo 'something of the demonstration is left'
        status=1
    fi
    if [ $status -eq 0 ]; then
        echo '100% tests passed, 0 tests failed out of 1' >>"$log"
    else
        count_failure demo 'the tide was not avoided, or not cleaned up'
    fi
    return $status
}

run_part() { # PART
    printf '\n=== %s\n' "$1"
    case $1 in
    stack | bench) run_stack "$1" . ;;
    playback) run_playback ;;
    readme) run_readme ;;
    upgrade) run_upgrade ;;
    demo) run_demo ;;
    *) run_inside "$1" ;;
    esac
}

# The sum of all parts in the words of ctest, which is what CI reads.
sum_up() {
    printf '\n=== all parts\n'
    cat "$logs"/test-*.log | awk -v seconds="$(($(now_ms) - began_ms))" '
        / tests passed, [0-9]+ tests failed out of / {
            failed += $4
            total += $NF
        }
        /^\t *[0-9]+ - .*\(.*\)/ {names = names $0 "\n"}
        END {
            printf "%d%% tests passed, %d tests failed out of %d\n\n", total ? int(100 * (total - failed) / total) : 0, failed, total
            printf "Total Test time (real) = %.2f sec\n", seconds / 1000
            if (names) printf "\nThe following tests FAILED:\n%s", names
        }'
}

# Whatever an earlier run left, of the tests only.
clean_up() {
    docker rm -fv "$runner" >/dev/null 2>&1 || true
    local -x COMPOSE_PROJECT_NAME
    for COMPOSE_PROJECT_NAME in neaptide-readme neaptide-upgrade neaptide-test; do
        take_down -v >/dev/null 2>&1 || true
    done
}

end_tests() {
    local status=$?
    trap - EXIT INT TERM
    clean_up
    stop_dockerd
    exit $status
}

run_tests() { # PARTS...
    local parts=("$@") part failed=() known=" ${known_parts[*]} "
    [ ${#parts[@]} -gt 0 ] || parts=("${all_parts[@]}")
    for part in "${parts[@]}"; do
        [[ $known == *" $part "* ]] || fail "there is no part $part" "one or more of:$known"
    done
    lock
    trap end_tests EXIT
    trap 'exit 130' INT TERM
    logs=$(mktemp -d "${TMPDIR:-/tmp}/neaptide-test-XXXXXX")
    artifacts=${NEAPTIDE_ARTIFACTS:-$logs/artifacts}
    mkdir -p "$artifacts"

    ensure_installed
    ensure_running
    clean_up
    check_machine
    build_images test || fail 'an image was not built' 'see above'
    for part in "${parts[@]}"; do
        run_part "$part" || failed+=("$part")
        # A part that died before its ctest could speak must not pass for nothing.
        grep -q 'tests failed out of' "$logs/test-$part.log" 2>/dev/null || count_failure "$part" 'ended before any test'
    done
    sum_up
    [ -z "$(ls -A "$artifacts")" ] || printf '\nScreenshots and logs: %s\n' "$artifacts"
    [ ${#failed[@]} -eq 0 ] || fail "these parts failed: ${failed[*]}" "logs are in $logs" "./neaptide test ${failed[*]}"
    [ -n "${NEAPTIDE_ARTIFACTS-}" ] || [ -n "$(ls -A "$artifacts")" ] || rm -rf "$logs"
}
