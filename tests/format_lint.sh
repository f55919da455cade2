#!/usr/bin/env bash
# Refuses code that clang-format 14 would change.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files '*.cpp' '*.h' | xargs clang-format-14 --dry-run --Werror
echo "format: clean"
