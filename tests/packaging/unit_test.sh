#!/usr/bin/env bash
# The systemd units are accepted without a warning and stays confined. Skipped (77) where systemd is not installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v systemd-analyze >/dev/null || { echo "skipped: needs systemd"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# The program is not installed here; everything else is judged as shipped.
sed -E "s#^(ExecStart|ExecStartPre)=sekisho#\\1=true#" packaging/sekisho.service > "$folder/sekisho.service"
cp packaging/sekisho.socket "$folder/"
said=$(systemd-analyze verify --man=no "$folder/sekisho.socket" "$folder/sekisho.service" 2>&1) || { echo "$said"; exit 1; }
[ -z "$said" ] || { echo "$said"; exit 1; }
score=$(systemd-analyze security --offline=true --no-pager "$folder/sekisho.service" | sed -n 's/.*exposure level[^:]*: \([0-9.]*\).*/\1/p')
echo "exposure $score (0 = none, 10 = all)"
awk -v s="$score" 'BEGIN { exit !(s != "" && s <= 1.5) }'
