/** The shell script that every RUN of devenv sources first: what it gives a command, and what it makes of its traces. */
import { copyFunctions } from "./copy-script.ts";

/** Build secret that holds the host's certificates and how to use them; empty on a host that has none of its own. */
export const hostSecret = "devenv-host";

/** 2020-01-01T00:00:00Z: the time of everything that a build makes, in seconds; each step adds its number. */
export const buildTimeSeconds = 1_577_836_800;

/** Folder of the script in the build context. */
export const scriptFolder = ".devenv/build";

/** What a command finds in the step's own folder in memory. */
export const stepFolder = "/run/devenv";

/**
 * Start of a step's shell text; what stands in its parentheses may exit, set options or traps as it likes. The number
 * counts from the first step upon the base: a file that a later step writes anew in the same size has another time
 * than before, by which alone some engines see that it belongs into the layer.
 */
export function begin(number: number | undefined): string {
  return `${number === undefined ? "" : `devenv_step=${number}; `}. ${stepFolder}/build/begin`;
}

/** End of it: normalises what the command wrote, or ends with the command's exit code. */
export const finish = "finish $?";

/** What `finish` is told where all that the step wrote has its time already. */
export const settled = "--settled";

const stamp = `${stepFolder}/stamp`;

/** Files that tell of the time or the machine of a build; nothing needs what stands in them. */
const volatileFiles = [
  "/etc/machine-id",
  "/var/cache/apt/*.bin",
  "/var/cache/ldconfig/aux-cache",
  "/var/log/alternatives.log",
  "/var/log/apt/*.log",
  "/var/log/apt/*.xz",
  "/var/log/apk.log",
  "/var/log/bootstrap.log",
  "/var/log/btmp",
  "/var/log/dpkg.log",
  "/var/log/faillog",
  "/var/log/fontconfig.log",
  "/var/log/lastlog",
  "/var/log/wtmp",
];

/** What tools keep for a later run: in the home of the step's user, and in `/tmp`. A layer is quicker to fetch without. */
const caches = [
  ...[".npm", ".node-gyp", ".bundle/cache", ".pnpm-state", ".yarn/berry/cache", ".wget-hsts", ".lesshst"],
  ...["composer", "go-build", "node", "node-gyp", "npm", "pip", "pip-tools", "pnpm", "pypoetry", "uv", "yarn"].map(
    (name) => `.cache/${name}`,
  ),
].map((place) => `"$devenv_home/${place}"`);
const temporary = [
  "node-compile-cache",
  "v8-compile-cache-*",
  "npm-*",
  "yarn--*",
  "pip-*",
  "uv-*",
  "go-build*",
  "hsperfdata_*",
];
const cachePlaces = [...caches, ...temporary.map((name) => `/tmp/${name}`)].join(" ");

/** Where the engine mounts something of its own, or the step does. */
const mounts = ["/proc", "/sys", "/dev", stepFolder, "/run/secrets", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf"];

/** For any POSIX shell, BusyBox's too; a step of a user other than root has rights to part of the files only. */
export const buildScript = `# Made by devenv: sourced by every RUN that it writes.
[ ! -s ${stepFolder}/host ] || . ${stepFolder}/host
# modules that a command imports would be kept with the time of their source
export SOURCE_DATE_EPOCH=${buildTimeSeconds} PYTHONDONTWRITEBYTECODE=1
devenv_time=$((${buildTimeSeconds} + \${devenv_step:-0}))
true > ${stamp} || exit
# also what has the time of an earlier step, as programs give it to a copy: in the same size it would be taken for that
devenv_newer="-cnewer ${stamp} -newermt @${buildTimeSeconds - 1}"
if find ${stamp} $devenv_newer >/dev/null 2>&1; then
  # file times come from a clock of ticks: what the command writes is newer than the stamp
  sleep 0.01 2>/dev/null || sleep 1
else
  # BusyBox compares whole seconds
  devenv_newer="-newer ${stamp}"
  touch -d "@$(($(date +%s) - 1))" ${stamp}
fi
devenv_copies=0
devenv_home=\${HOME:-/root}
devenv_kept=
for place in ${cachePlaces}; do
  [ ! -e "$place" ] || devenv_kept="$devenv_kept $place "
done

# finish EXIT_CODE [PLACE…] [--settled] [--mkdir=FOLDER…]: make mount points for the next step, give what the command wrote one time, and empty what tells of this build.
# Nothing is deleted that may be in a layer below: the mark of it carries a time.
finish() {
  [ "$1" = 0 ] || exit "$1"
  PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
  shift
  only=
  for place do
    case $place in
      --mkdir=*) mkdir -p "\${place#--mkdir=}" 2>/dev/null || true ;;
      *) only=1 ;;
    esac
  done
  if [ -n "$only" ]; then
    for place do
      [ "$place" = ${settled} ] || set_times_at "\${place#--mkdir=}" 2>/dev/null || true
    done
    return 0
  fi
  for file in ${volatileFiles.join(" ")}; do
    if [ -f "$file" ] && [ "$file" -nt ${stamp} ]; then { true > "$file"; } 2>/dev/null || true; fi
  done
  if [ -f /var/lib/dbus/machine-id ] && [ /var/lib/dbus/machine-id -nt ${stamp} ]; then
    [ -L /var/lib/dbus/machine-id ] || rm -f /var/lib/dbus/machine-id
  fi
  date_passwords /etc/shadow
  date_passwords /etc/shadow-
  date_java_certificates
  drop_caches
  set_times / 2>/dev/null || true
}

# What a package made keys of: an image would give them to everyone who has it. Keys of a layer below stay.
drop_host_keys() {
  for file in /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub; do
    if [ -f "$file" ] && [ "$file" -nt ${stamp} ]; then rm -f "$file"; fi
  done
}

# Java's key store notes when each certificate was put into it, and has a digest of it all under a password that is the same everywhere.
date_java_certificates() {
  file=/etc/ssl/certs/java/cacerts
  if [ -f $file ] && [ -w $file ] && [ $file -nt ${stamp} ] && command -v perl >/dev/null; then
    perl -MDigest::SHA=sha1 -e '
      local $/;
      open my $in, "<:raw", $ARGV[0] or exit;
      my $all = <$in>;
      my $body = substr $all, 0, -20;
      my $seal = join("", map "\\0$_", split //, "changeit") . "Mighty Aphrodite";
      exit if substr($body, 0, 8) ne "\\xfe\\xed\\xfe\\xed\\0\\0\\0\\2" or sha1($seal . $body) ne substr $all, -20;
      my ($at, @entries) = 12;
      while ($at < length $body) {
        my ($tag, $alias) = unpack "N n/a", substr $body, $at;
        exit if $tag != 2;
        my $head = 6 + length $alias;
        my ($type, $certificate) = unpack "n/a N/a", substr $body, $at + $head + 8;
        my $rest = 6 + length($type) + length $certificate;
        push @entries, substr($body, $at, $head) . pack("Q>", $ARGV[1] * 1000) . substr $body, $at + $head + 8, $rest;
        $at += $head + 8 + $rest;
      }
      my $dated = substr($body, 0, 12) . join "", sort @entries;
      open my $out, ">:raw", $ARGV[0] or exit;
      print $out $dated, sha1($seal . $dated);
    ' $file ${buildTimeSeconds} 2>/dev/null || true
  fi
}

# Those that the step made: not what it found, where a cache of the user's may be mounted.
drop_caches() {
  for place in ${cachePlaces}; do
    case $devenv_kept in
      *" $place "*) ;;
      *) [ ! -e "$place" ] || rm -rf "$place" 2>/dev/null || true ;;
    esac
  done
}

# Bases without manual pages lack their folders too, and some packages link pages there.
make_man_folders() {
  for number in 1 2 3 4 5 6 7 8; do
    mkdir -p /usr/share/man/man$number || return
  done
}

# Names of Debian packages, or of what packages provide.
require_packages() {
  dpkg-query -W -f '\${db:Status-Abbrev}, \${Package}, \${Provides}\\n' | sed -n 's/^ii *,//p' | tr , '\\n' |
    sed 's/^ *//; s/[ :(].*//' > ${stepFolder}/packages-there
  lacking=
  for name do
    grep -qxF -e "$name" ${stepFolder}/packages-there || lacking="$lacking $name"
  done
  [ -n "$lacking" ] || return 0
  echo "devenv-lock.json has no pin for what this layer asks for:$lacking" >&2
  echo "Run: devenv lock --update$lacking" >&2
  return 1
}

# What was written in and below one place, and the folders on the way to it: quicker than a search of everything.
set_times_at() {
  case $1 in [./]*) ;; *) set -- "./$1" ;; esac
  if [ -d "$1" ]; then
    folder=$(cd -P "$1" && pwd) || return
    set_times "$folder"
  else
    folder=$(cd -P "\${1%/*}/" && pwd) || return
    set_times "$1"
  fi
  while :; do
    [ ! "$folder" -nt ${stamp} ] || touch -hd @$devenv_time "$folder"
    [ "$folder" != / ] || break
    folder=\${folder%/*}
    folder=\${folder:-/}
  done
}

# Some programs write today as the day on which a password was changed.
date_passwords() {
  if [ -w "$1" ] && [ "$1" -nt ${stamp} ]; then
    today=$(($(date +%s) / 86400))
    sed "s/^\\([^:]*:[^:]*:\\)$today:/\\1$((SOURCE_DATE_EPOCH / 86400)):/" "$1" > ${stepFolder}/shadow
    cat ${stepFolder}/shadow > "$1"
  fi
}

set_times() {
  find "$1" -xdev \\( ${mounts.map((path) => `-path ${path}`).join(" -o ")} \\) -prune -o \\
    $devenv_newer -exec touch -hd @$devenv_time {} +
}

${copyFunctions}`;
