#!/bin/sh
# Installs cni-bridge from a release: selects the archive of this machine, verifies its checksum, and runs "cni-bridge install".
#   ./install.sh [--agent] [OPTION...]
# --agent also installs /usr/local/sbin/cni-bridge-agent. All other options are those of "cni-bridge install", such as
#   ./install.sh --with-conf --pod-cidr 10.244.1.0/24
# The archive and SHA256SUMS are taken from the directory of this script, or else from the URL in CNI_BRIDGE_URL. The checksum protects
# from damaged files. It does not protect from a false SHA256SUMS: get it from a place that you trust.
set -eu

fail() {
    echo "install.sh: $*" >&2
    exit 1
}

agent=
if [ "${1:-}" = --agent ]; then
    agent=yes
    shift
fi
case ${1:-} in
    -h | --help)
        sed -n '2,7s/^# \{0,1\}//p' "$0"
        exit 0 ;;
esac

case $(uname -m) in
    x86_64 | amd64) architecture=amd64 ;;
    aarch64 | arm64) architecture=arm64 ;;
    *) fail "there is no program for the processor \"$(uname -m)\": use x86_64 or aarch64" ;;
esac
[ "$(id -u)" = 0 ] || fail "run this as root"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# get NAME: copies a file of the release to the work directory.
get() {
    if [ -n "$directory" ]; then
        [ -f "$directory/$1" ] || fail "there is no $1 in $directory"
        cp "$directory/$1" "$work/$1"
    elif command -v curl > /dev/null; then
        curl -fsSL -o "$work/$1" "$CNI_BRIDGE_URL/$1" || fail "could not download $CNI_BRIDGE_URL/$1"
    else
        wget -q -O "$work/$1" "$CNI_BRIDGE_URL/$1" || fail "could not download $CNI_BRIDGE_URL/$1"
    fi
}

directory=$(dirname -- "$0")
if [ ! -f "$directory/SHA256SUMS" ]; then
    directory=
    [ -n "${CNI_BRIDGE_URL:-}" ] || fail "there is no SHA256SUMS beside this script: download it and the archive, or set CNI_BRIDGE_URL"
fi
get SHA256SUMS
# A line is the checksum, two spaces and the name.
archive=$(sed -n "s/^[0-9a-f]*  \(cni-bridge-linux-$architecture-v[0-9A-Za-z.~+-]*\.tgz\)\$/\1/p" "$work/SHA256SUMS")
case $archive in
    '') fail "SHA256SUMS names no archive for $architecture" ;;
    *"
"*) fail "SHA256SUMS names several archives for $architecture: use the files of one release" ;;
esac
get "$archive"
cd "$work"
grep -F "  $archive" SHA256SUMS | sha256sum -c - > /dev/null 2>&1 || fail "the checksum of $archive is wrong: download it again"
mkdir tree
tar -xzf "$archive" -C tree
tree/cni-bridge install "$@"
if [ -n "$agent" ]; then
    # A running program can be replaced, but not written to.
    mkdir -p /usr/local/sbin
    cp tree/cni-bridge-agent /usr/local/sbin/.cni-bridge-agent.new
    chmod 755 /usr/local/sbin/.cni-bridge-agent.new
    mv /usr/local/sbin/.cni-bridge-agent.new /usr/local/sbin/cni-bridge-agent
    echo "installed /usr/local/sbin/cni-bridge-agent"
fi
