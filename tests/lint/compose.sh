#!/bin/sh
# The compose file is accepted: by 1.29, which the test image has, and by what NEAPTIDE_COMPOSE names, compose v2
# for instance.
set -eu
export COMPOSE_PROJECT_NAME=neaptide-lint
for compose in docker-compose "${NEAPTIDE_COMPOSE-}"; do
    [ -z "$compose" ] || "$compose" config -q
done
