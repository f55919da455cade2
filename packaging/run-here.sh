#!/usr/bin/env bash
# `./dev run`: a gateway for real use on this machine, in ./run (kept between starts), with the shipped policy. Prints what to export in a shell.
set -euo pipefail
cd "$(dirname "$0")/.."
sekisho=$PWD/build/release/sekisho
home=${SEKISHO_HOME:-$PWD/run}
mkdir -p "$home"
cd "$home"
if [ ! -f gateway.yaml ]; then
  cp ../config/policy.yaml policy.yaml 2>/dev/null || cp "$(dirname "$sekisho")/../../config/policy.yaml" policy.yaml
  cp "$(dirname "$sekisho")/../../config/gateway.yaml" gateway.yaml
fi
[ -f ca/ca.crt ] || "$sekisho" ca init --directory ca
"$sekisho" check -c gateway.yaml
address=$(sed -n 's/^ *- { address: "\([^"]*\)".*/\1/p' gateway.yaml | head -n 1)
cat >&2 <<TXT

このシェルで実行してください / in your shell:
  export HTTPS_PROXY=http://$address HTTP_PROXY=http://$address NO_PROXY=localhost,127.0.0.1
  export NODE_EXTRA_CA_CERTS=$home/ca/ca.crt
  cat /etc/ssl/certs/ca-certificates.crt $home/ca/ca.crt > $home/ca/bundle.crt
  export SSL_CERT_FILE=$home/ca/bundle.crt REQUESTS_CA_BUNDLE=$home/ca/bundle.crt CURL_CA_BUNDLE=$home/ca/bundle.crt
  curl https://api.deepseek.com/           # 拒否の例 / a refusal
  $sekisho audit query -c $home/gateway.yaml

TXT
exec "$sekisho" run -c gateway.yaml
