#!/bin/sh
# Pages that people see without the console have both languages.
set -eu
status=0
for page in services/images/edge/pages/*.html services/images/templates/web/start/*.html; do
    for language in ko en; do
        grep -q "<section lang=\"$language\">" "$page" || { echo "$page has no section in $language"; status=1; }
    done
done
exit $status
