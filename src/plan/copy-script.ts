/** Where the sources of the copies of a step stand while it runs: those of each under its number. */
export const copyFolder = "/run/devenv/copy";

/** Last line that a step prints whose copy failed, counted from 1. */
function printFailure(number: string): string {
  return `devenv: copy ${number} of this step failed`;
}

/** Which copy failed, by the last line that the step printed; undefined where none did. */
export function failedCopy(line: string): number | undefined {
  const [, number] = new RegExp(`^${printFailure("(\\d+)")}$`).exec(line) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** Shell functions that bring files into the image as COPY does, with one result on every engine. */
export const copyFunctions = `# copy [--chown=OWNER] [--chmod=MODE] [--] NAME… TO
# What it writes has its time afterwards: a command of the same step may look at it.
copy() {
  PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
  unset CDPATH LD_LIBRARY_PATH LD_PRELOAD POSIXLY_CORRECT
  umask 022
  devenv_copies=$((devenv_copies + 1))
  from=${copyFolder}/$((devenv_copies - 1))
  if copy_all "$@"; then
    set_times_at "$to" 2>/dev/null || true
  else
    echo "${printFailure("$devenv_copies")}" >&2
    return 1
  fi
}

copy_all() {
  owner= mode= number=0
  while :; do
    case $1 in
      --chown=*) owner=\${1#*=} ;;
      --chmod=*) mode=\${1#*=} ;;
      --) shift; break ;;
      *) break ;;
    esac
    shift
  done
  # a user alone stands for its own group too
  case $owner in
    '' | *:*) ;;
    *[!0-9]*) owner=$owner: ;;
    *) owner=$owner:$owner ;;
  esac
  for to; do :; done
  case $to in /*) ;; *) to=./$to ;; esac
  if [ "$(id -u)" != 0 ]; then
    echo "devenv copies as root, and this step runs as \\\`$(id -un)\\\`: set \\\`USER root\\\` in a \\\`dockerfile\\\` layer before" >&2
    return 1
  fi
  while [ $# -gt 1 ]; do
    if [ -d $from/$number ]; then
      copy_folder $from/$number "$to" || return
    else
      copy_file $from/$number "$to" "\${1##*/}" || return
    fi
    number=$((number + 1))
    shift
  done
}

copy_file() {
  case $2 in
    */) target=$2$3 ;;
    *) target=$2; [ ! -d "$2" ] || target=$2/$3 ;;
  esac
  if [ -d "$target" ]; then
    echo "devenv: cannot put a file in the place of the folder \\\`$target\\\`" >&2
    return 1
  fi
  make_folder "\${target%/*}/" && in_image "\${target%/*}/." || return
  rm -f "$target" && cp "$1" "$target" || return
  [ -z "$owner" ] || chown "$owner" "$target" || return
  [ -z "$mode" ] || chmod "$mode" "$target"
}

copy_folder() {
  folder=\${2%/}/
  make_folder "$folder" && in_image "$folder." || return
  # what stands in the way is replaced, not written through
  true > ${copyFolder}.probe
  replace=--remove-destination
  cp $replace ${copyFolder}.probe ${copyFolder}.copy 2>/dev/null || replace=-f
  cp -RP $replace "$1/." "$folder" || return
  [ -z "$owner" ] || each_entry "$1" | (cd "$folder" && xargs -0r chown -h "$owner") || return
  [ -z "$mode" ] || each_entry "$1" ! -type l | (cd "$folder" && xargs -0r chmod "$mode")
}

# By a link it may lead to a cache or a secret of the command that comes after.
in_image() {
  if [ "$(stat -c %d "$1" 2>/dev/null)" != "$(stat -c %d / 2>/dev/null)" ]; then
    echo "devenv: \\\`$to\\\` leads to \\\`$(cd -P "$1" && pwd)\\\`, which is no part of the image while this step runs: name that folder in its place" >&2
    return 1
  fi
}

each_entry() (
  cd "$1" && shift && find . -mindepth 1 "$@" -print0
)

# Folders on the way to what is copied belong to its owner if they are new.
make_folder() {
  [ ! -d "$1" ] || return 0
  set -- "$1" "\${1%/}"
  make_folder "\${2%/*}/" || return
  mkdir "$1" || return
  [ -z "$owner" ] || chown "$owner" "$1"
}
`;
