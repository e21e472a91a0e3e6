#!/bin/sh
# The formatter agrees with every C file.
set -eu
find services tests -name '*.[ch]' -not -path '*/corpus/*' -print0 | xargs -0r clang-format --dry-run -Werror
