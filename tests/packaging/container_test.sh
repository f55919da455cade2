#!/usr/bin/env bash
# container_test.sh MAKE_MMDB: builds docker/Dockerfile without a Docker engine, on a base made by debootstrap, and starts what comes out
# as a container engine would: unprivileged user, read-only root, no network but its own.
# Root is needed; where debootstrap, buildah or name spaces are missing it says so and leaves 77 (ctest: skipped).
# The base and the layers with packages are kept in build/container between runs.
set -euo pipefail
make_mmdb=$(realpath "$1")
cd "$(dirname "$0")/../.."
work=$PWD/build/container
base=$work/base.tar

skip() { echo "skipped: $*"; exit 77; }
fail() { echo "FAILED: $*" >&2; exit 1; }
passed() { echo "ok: $*"; }

[ "$(id -u)" = 0 ] || skip "needs root"
for tool in debootstrap buildah; do command -v "$tool" >/dev/null || skip "needs $tool (apt-get install $tool)"; done
unshare --mount --net true 2>/dev/null || skip "needs name spaces"
mkdir -p "$work"
images=(--root "$work/storage" --runroot "$work/runroot")

# This machine's own Debian mirrors, as apt knows them: "uri suite component" a line.
mirrors() { apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT) $(ORIGIN)' 'Created-By: Packages' | awk '$4=="Debian"{print $1,$2,$3}' | sort -u; }

# What apt, the resolver and TLS need on this machine goes into the base of the test, never into the repository.
make_base() {
  local tree=$work/base mirror
  [ -n "$(mirrors)" ] || apt-get -q update
  mirror=$(mirrors | awk '$2=="bookworm"{print $1; exit}')
  [ -n "$mirror" ] || skip "no Debian 12 mirror in apt's sources"
  rm -rf "$tree"
  debootstrap --variant=minbase --include=ca-certificates bookworm "$tree" "$mirror"
  mirrors | sed 's/^/deb /' > "$tree/etc/apt/sources.list"
  apt-config dump | grep -E '^Acquire::(https?::Proxy |Check-)' > "$tree/etc/apt/apt.conf.d/90machine" || true
  echo force-unsafe-io > "$tree/etc/dpkg/dpkg.cfg.d/unsafe-io"   # as in Debian's own images: a crash costs the test only
  if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null; then
    cp /usr/local/share/ca-certificates/*.crt "$tree/usr/local/share/ca-certificates/"
    chroot "$tree" update-ca-certificates
  fi
  rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/*
  tar -C "$tree" -cf "$base.new" . && mv "$base.new" "$base"
  rm -rf "$tree"
}

build_image() {
  if ! buildah "${images[@]}" inspect --type image sekisho-base >/dev/null 2>&1; then
    local container
    container=$(buildah "${images[@]}" from scratch)
    buildah "${images[@]}" add -q "$container" "$base" /
    buildah "${images[@]}" commit -q "$container" sekisho-base
    buildah "${images[@]}" rm "$container" >/dev/null
  fi
  # Objects that ./dev build has compiled already are taken from its cache: only the preprocessor runs.
  local cache=${CCACHE_DIR:-$PWD/build/ccache}
  mkdir -p "$cache"
  buildah "${images[@]}" bud --format docker --isolation chroot --layers --pull-never --volume "$(realpath "$cache"):/ccache" \
    --build-arg CCACHE_DIR=/ccache --build-arg BASE=localhost/sekisho-base -f docker/Dockerfile -t sekisho-test .
}

# Runs a command in the image as its user, on a read-only root with the two writable places the compose file gives.
in_container() {
  unshare --mount --net --pid --fork --kill-child bash -euc '
    root=$1 etc=$2 state=$3; shift 3
    ip link set lo up 2>/dev/null || true
    mount --bind "$root" "$root"
    mount --bind "$etc" "$root/etc/sekisho"
    mount --bind "$state" "$root/var/lib/sekisho"
    mount -t tmpfs -o size=16m tmpfs "$root/tmp"
    mount -t proc proc "$root/proc"
    for d in null zero urandom random; do touch "$root/dev/$d" 2>/dev/null || true; mount --bind "/dev/$d" "$root/dev/$d"; done
    mount -o remount,bind,ro "$root"
    mount -o remount,bind,ro "$root/etc/sekisho"
    cd /
    exec chroot --userspec=10001:10001 --groups= "$root" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/var/lib/sekisho "$@"
  ' _ "$root" "$etc" "$state" "$@"
}

check_configuration() {
  local said
  said=$(buildah "${images[@]}" inspect --type image --format '{{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.StopSignal}}' sekisho-test)
  [[ "$said" == sekisho\ *"/usr/bin/sekisho"*SIGTERM ]] || fail "user, entry point or stop signal: $said"
  passed "the image names the user sekisho, the binary and SIGTERM"
  [ "$(chroot --userspec=sekisho "$root" id -u)" = 10001 ] || fail "sekisho is not user 10001"
  [ -z "$(find "$root" -xdev -user 10001 ! -path "$root/etc/sekisho" ! -path "$root/var/lib/sekisho" -print -quit)" ] || fail "the service owns files of its own image"
  [ -z "$(find "$root/usr/bin/sekisho" "$root/usr/share/sekisho" -perm /022 -print -quit)" ] || fail "program files others may write"
  passed "user 10001 owns nothing but its configuration and state"
}

# The files a customer puts beside the shipped example, made with the image's own commands.
make_configuration() {
  rm -rf "$work/etc" "$work/state"
  mkdir -p "$work/etc/geo" "$work/state"
  cp docker/gateway.yaml config/policy.yaml "$work/etc/"
  "$make_mmdb" "$work/etc/geo/country.mmdb" "127.0.0.0/8 JP" >/dev/null
  chown -R 10001:10001 "$work/etc" "$work/state"
  chmod 700 "$work/state"
  chroot --userspec=10001:10001 --groups= "$root" true
  etc=$work/etc state=$work/state
  unshare --mount bash -euc 'mount --bind "$2" "$1/etc/sekisho"; chroot --userspec=10001:10001 --groups= "$1" /usr/bin/sekisho ca init --directory /etc/sekisho/ca' _ "$root" "$etc" >/dev/null
}

start_and_stop() {
  local ready
  in_container /usr/bin/sekisho check -c /etc/sekisho/gateway.yaml || fail "check refuses the shipped files"
  passed "check accepts docker/gateway.yaml and the shipped policy"
  # One shell inside: start, ask as the health check does, stop with the image's signal.
  in_container /bin/bash -euc '
    touch /root-is-writable 2>/dev/null && { echo "the root can be written"; exit 1; }
    touch /etc/sekisho/writable 2>/dev/null && { echo "the configuration can be written"; exit 1; }
    coproc gateway { exec /usr/bin/sekisho run -c /etc/sekisho/gateway.yaml 2>/var/lib/sekisho/log; }
    pid=$gateway_PID
    IFS= read -r ready <&"${gateway[0]}" || { cat /var/lib/sekisho/log; exit 1; }
    echo "$ready"
    curl -fsS --unix-socket /var/lib/sekisho/admin.sock http://localhost/readyz; echo
    curl -fsS http://127.0.0.1:8080/ca.crt | grep -q "BEGIN CERTIFICATE"
    grep -E "^(Uid|NoNewPrivs|CapEff):" /proc/$pid/status || true
    kill -TERM "$pid"
    wait "$pid"
    /usr/bin/sekisho audit verify -c /etc/sekisho/gateway.yaml
  ' > "$work/run.log" 2>&1 || { cat "$work/run.log" >&2; fail "the gateway does not run on a read-only root"; }
  cat "$work/run.log"
  grep -q '"event":"listening"' "$work/run.log" || fail "no ready line"
  grep -q '"ready":true' "$work/run.log" || fail "not ready"
  passed "starts on a read-only root, is ready, stops on SIGTERM, its journal verifies"
}

[ -f "$base" ] || make_base
build_image
container=$(buildah "${images[@]}" from --pull-never localhost/sekisho-test)
trap 'buildah "${images[@]}" rm "$container" >/dev/null 2>&1 || true' EXIT
version=$(buildah "${images[@]}" run --isolation chroot "$container" -- /usr/bin/sekisho --version)
[[ "$version" == sekisho\ [0-9]* ]] || fail "version: $version"
passed "$version"
root=$(buildah "${images[@]}" mount "$container")
check_configuration
make_configuration
start_and_stop
