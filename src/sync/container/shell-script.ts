import { sparseReason, sparseSize, temporaryFolder, temporaryPrefix } from "../side.ts";

/**
 * What the shell in a container does for a side that has no agent there: POSIX sh, `tar`, `find`, and `stat`,
 * `readlink` and `ln` as coreutils and BusyBox have them.
 *
 * stdin is a tar of new files, links and, at its end, `do`: the calls. They stand in a temporary folder, in one at the root
 * that git ignores, until they are put in their place, so whatever breaks off before leaves nothing done. The folder that a path is in is
 * entered first and must then be the one of that name: after that no link leads out of it. What comes back are fields
 * that end with NUL: for each call its number, the answer, and an empty one.
 */
export const shellScript = `
export LC_ALL=C TZ=UTC0
umask 077
cd -P -- "$1" || exit 1
root=$(pwd -P) all=$root/${temporaryFolder} owner=$3 T=$4 format='%f %s %i %y|%z'
tmp=$all/$2
prepare() { mkdir -- "$all" 2>/dev/null && chmod 755 -- "$all" && echo '*' >"$all/.gitignore" && chmod 644 -- "$all/.gitignore"; }
# another one may be at work at the same moment
tidy() {
  rm -rf -- "$tmp"
  [ "$(ls -A -- "$all")" = .gitignore ] || return 0
  rm -f -- "$all/.gitignore"
  rmdir -- "$all" 2>/dev/null || echo '*' >"$all/.gitignore"
}
tries=0
# another one may tidy up between the two
until prepare; [ ! -L "$all" ] && mkdir -- "$tmp" 2>/dev/null; do
  tries=$((tries + 1))
  [ ! -L "$all" ] || exit 1
  [ $tries -lt 20 ] || { mkdir -- "$tmp" && break || exit 1; }
done
trap tidy EXIT
trap 'exit 1' HUP INT PIPE TERM

field() { printf '%s\\0' "$@"; }
meta() { stat -c "$format" -- "$1" 2>/dev/null; }
is() { [ "$(meta "$1")" = "$2" ]; }
stands() { [ -e "$1" ] || [ -L "$1" ]; }
enter() { cd -P -- "$root/$1" 2>/dev/null && [ "$(pwd -P; echo .)" = "$root\${1:+/}$1
." ]; }

run() {
  call=$1
  field "$1"
  if ! enter "$2"; then field missing
  else
    shift 2
    "$@" 2>"$tmp/error" || field problem "$(tail -n 1 "$tmp/error")."
  fi
  field ''
}

look() {
  m=$(meta "$1") || { field missing; return 0; }
  field stat "$m"
  [ ! -L "$1" ] || field "$(readlink -- "$1"; echo .)"
}

list() {
  field list
  stat -c "$format//%n//" .
  find . ! -name . -prune -exec stat -c "$format//%n//" {} +
  field ''
  find . ! -name . -prune -type l -exec sh -c '
    for link do printf "%s\\0" "$link" "$(readlink -- "$link"; echo .)"; done' sh {} +
  return 0
}

is_sparse() {
  set -- $(stat -c '%s %b' -- "$1")
  [ "$1" -ge ${sparseSize} ] && [ "$(($2 * 8192))" -lt "$1" ]
}

content() {
  is "$1" "$2" && [ ! -L "$1" ] && [ -f "$1" ] || { field changed; return 0; }
  ! is_sparse "$1" || { echo ${quote(sparseReason)} >&2; return 1; }
  cat -- "$1" >"$tmp/content" || return
  is "$1" "$2" || { field changed; return 0; }
  size=$(wc -c <"$tmp/content")
  field content "$((size))"
  cat "$tmp/content"
  is "$1" "$2" || field changed
}

# a name beside for what somebody wrote at that moment
beside() {
  when=$(date -u +%Y%m%dT%H%M%SZ)
  mv -n $T -- "$tmp/old" "$1.conflict-container-$when" ||
    mv -n $T -- "$tmp/old" "conflict-container-$when-$$"
}

# as before, but for what a link or a new name of it changes
is_as() { m=$(meta "$1"); [ "\${m%|*}" = "\${2%|*}" ]; }

back() {
  mv -n $T -- "$tmp/old" "$1"
  ! stands "$tmp/old" || beside "$1"
}

aside() {
  is "$1" "$2" && mv -f -- "$1" "$tmp/old" || return 1
  is_as "$tmp/old" "$2" && return 0
  back "$1"
  return 1
}

# where fractions of a second are not understood, without them
clock() { touch -c -h -d "$2" -- "$1" 2>/dev/null || touch -c -h -d "\${2%.*}" -- "$1"; }

put() {
  file=$tmp/$call
  [ "$(wc -c <"$file")" -eq "$3" ] || { echo 'its content did not arrive' >&2; return 1; }
  clock "$file" "$4" && is "$1" "$2" || { field changed; return 0; }
  if [ -n "$2" ] && [ -f "$1" ] && [ ! -L "$1" ]; then
    rm -f -- "$tmp/old"
    ln -- "$1" "$tmp/old" && mv -f $T -- "$file" "$1" || return
    is_as "$tmp/old" "$2" && rm -f -- "$tmp/old" || beside "$1"
  else
    new "$1" "$2" ln $T -- "$file" "$1" && rm -f -- "$file" || return 0
  fi
  look "$1"
}

# something that the command makes takes the place of what is expected; else the answer is given
new() {
  name=$1 want=$2
  shift 2
  if [ -z "$want" ]; then ! stands "$name" || { field changed; return 1; }
  else [ ! -d "$name" ] || [ -L "$name" ] && aside "$name" "$want" || { field changed; return 1; }
  fi
  if "$@" 2>"$tmp/error"; then rm -f -- "$tmp/old"; return 0; fi
  if stands "$name"; then field changed; else field problem "$(tail -n 1 "$tmp/error")."; fi
  [ -z "$want" ] || back "$name"
  return 1
}

link() {
  is "$1" "$2" || { field changed; return 0; }
  new "$1" "$2" ln -s $T -- "$3" "$1" || return 0
  chown -h "$owner" -- "$1" && look "$1"
}

folder() {
  ! stands "$1" || { field changed; return 0; }
  mkdir -m "$2" -- "$1" && chown -h "$owner" -- "$1" && look "$1"
}

mode() {
  stands "$1" || { field missing; return 0; }
  [ ! -L "$1" ] && { [ -f "$1" ] || [ -d "$1" ]; } || { field changed; return 0; }
  chmod "$2" -- "$1" && look "$1"
}

away() {
  aside "$1" "$2" || { field changed; return 0; }
  rm -f -- "$tmp/old" && field done
}

away_folder() {
  stands "$1" || { field missing; return 0; }
  rmdir -- "$1" 2>/dev/null && field done || field changed
}

rename() {
  stands "$1" && (enter "$2") || { field missing; return 0; }
  ! stands "$root\${2:+/}$2/$3" || { field changed; return 0; }
  mv -n $T -- "$1" "$root\${2:+/}$2/$3" && field done
}

disk() { sync && field done; }

# what an earlier one left goes; whether a name that is given is never that of a folder to move into
begin() {
  find "$root" -xdev -name '${temporaryPrefix}*' -prune ! -path "$tmp" -exec rm -rf {} +
  : >"$tmp/a" && ln -T -- "$tmp/a" "$tmp/b" && mv -fT -- "$tmp/a" "$tmp/c" && T=-T || T=
  meta . >/dev/null && ln -s -- x "$tmp/d" && [ "$(readlink -- "$tmp/d")" = x ] || return
  field begun "t$T"
}

tar -xpf - -C "$tmp" || exit 1
: >"$tmp/now"
field "$(stat -c %z -- "$tmp/now")"
. "$tmp/do"
`;

/** One word of a shell. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
