/** The shell script that asks apt, in an image, what it would install; it fails never, but writes what went wrong. */
import { targetFormat } from "../../lock/apt-report.ts";
import type { PackageSet } from "../../lock/lockfile.ts";
import { shellQuote } from "../../plan/quote.ts";
import { type ResolverInput, reportPath, resolverFolder } from "./resolver.ts";

/** Preferred versions win over newer ones; a priority of 1000 would also take back what the image has installed. */
const preferredPriority = 999;

export function aptScript({ packages, prefer, architecture }: ResolverInput): string {
  return `# Made by devenv: writes to ${reportPath} what apt would install.
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
work=/run/devenv/apt
set -- ${packages.map(shellQuote).join(" ")}
mkdir -p $work/sources.list.d $work/preferences.d $work/archives/partial $work/repository
cp -RL /etc/apt/sources.list.d/. $work/sources.list.d/ 2>/dev/null
cp -RL /etc/apt/preferences.d/. $work/preferences.d/ 2>/dev/null
# files that a cache has would not be listed: an empty one
options="-o Dir::Etc::sourceparts=$work/sources.list.d -o Dir::Etc::preferencesparts=$work/preferences.d
 -o Dir::Cache::archives=$work/archives -o Acquire::Languages=none -o APT::Update::Error-Mode=any"
cat > $work/preferences.d/devenv.pref <<'END'
${preferences(prefer)}END
${architecture === undefined ? "" : elsewhereScript(architecture)}
${preferScript}
${reportScript}`;
}

function preferences(prefer: PackageSet): string {
  return Object.entries(prefer)
    .map(([name, { version }]) => `Package: ${name}\nPin: version ${version}\nPin-Priority: ${preferredPriority}\n\n`)
    .join("");
}

/** The state and the sources of an image that cannot run here. Ubuntu has its architectures in two places. */
function elsewhereScript(architecture: string): string {
  const [from, to] = ["(archive|security)\\.ubuntu\\.com/ubuntu", "ports.ubuntu.com/ubuntu-ports"];
  const isPorted = !["amd64", "i386"].includes(architecture);
  const places = isPorted ? `s,//${from},//${to},` : `s,//${to},//archive.ubuntu.com/ubuntu,`;
  return `
cp ${resolverFolder.step}/status $work/status
for file in ${resolverFolder.step}/installed/*.deb; do
  [ -e "$file" ] || continue
  dpkg-deb -f "$file"
  echo "Status: install ok installed"
  echo
done >> $work/status
cp -L /etc/apt/sources.list $work/sources.list 2>/dev/null || : > $work/sources.list
find $work/sources.list $work/sources.list.d -type f -exec sed -i -E -e '${places}' {} +
options="$options -o APT::Architecture=${architecture} -o APT::Architectures=${architecture}
 -o Dir::State::status=$work/status -o Dir::Etc::sourcelist=$work/sources.list"
`;
}

/** A repository of the preferred files, on the step's folder in memory. */
const preferScript = `if [ -d ${resolverFolder.step}/files ]; then
  ln -s ${resolverFolder.step}/files $work/repository/files
  for file in ${resolverFolder.step}/files/*.deb; do
    dpkg-deb -f "$file"
    echo "Filename: files/\${file##*/}"
    echo "Size: $(stat -c %s "$file")"
    echo "SHA256: $(sha256sum "$file" | cut -d ' ' -f 1)"
    echo
  done > $work/repository/Packages
  echo "deb [trusted=yes] file:$work/repository ./" > $work/sources.list.d/devenv.list
fi
`;

const reportScript = `report_failure() {
  { echo "== failure"; echo "$1"; echo "== unknown"; cat $work/unknown; echo "== output"; head -n 40; } > ${reportPath}
}
errors() {
  grep '^E:' $work/log || tail -n 10 $work/log
}
# no archive has it: neither by name, in the version that is asked for, nor as something that another provides
is_unknown() {
  name=\${1%%=*}; name=\${name%%/*}; name=\${name%%:*}
  found=$(apt-cache $options madison "$name" 2>/dev/null)
  case $1 in
    *=*'*'*) return 1 ;;
    *=*) ! echo "$found" | grep -qF "| \${1#*=} |" && ! echo "$found" | grep -qF " \${1#*=} |" ;;
    *) [ -z "$found" ] && ! apt-cache $options showpkg "$name" 2>/dev/null | sed '1,/^Reverse Provides/d' | grep -q . ;;
  esac
}
: > $work/unknown
if ! apt-get $options update > $work/log 2>&1; then
  errors | report_failure update
  exit 0
fi
ask() {
  apt-get $options install --print-uris -y --no-install-recommends -o Acquire::ForceHash=SHA256 "$@"
}
if ! ask -qq -- "$@" > $work/uris 2> $work/log; then
  for package; do if is_unknown "$package"; then echo "$package"; fi; done > $work/unknown
  if [ -s $work/unknown ]; then
    errors | report_failure unknown
  else
    # indented lines say what depends on what; quieter, apt leaves them out
    { ask -q -- "$@" 2>/dev/null | grep '^ '; errors; } | report_failure unsolvable
  fi
  exit 0
fi
{
  echo "== uris"
  cat $work/uris
  echo "== targets"
  apt-get $options indextargets --format ${shellQuote(targetFormat)} 'Created-By: Packages'
  echo "== listings"
  apt-cache $options madison $(sed -n "s/^'[^']*' \\([^_]*\\)_.*/\\1/p" $work/uris)
} > ${reportPath} 2>/dev/null
exit 0
`;
