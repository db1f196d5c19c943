/** The shell script that asks apk, in an image, what it would install; it fails never, but writes what went wrong. */
import type { PackageSet } from "../../lock/lockfile.ts";
import { shellQuote } from "../../plan/quote.ts";
import { type ResolverInput, reportPath, resolverFolder } from "./resolver.ts";

/**
 * apk installs for real, but for the packages' scripts, in an image that nobody keeps: its database then says what
 * came, and its cache has the files, whose content repositories do not name.
 */
export function apkScript({ packages, prefer }: ResolverInput): string {
  return `# Made by devenv: writes to ${reportPath} what apk would install.
export LC_ALL=C
work=/run/devenv/apk
cache=/.devenv-apk
mkdir -p $work/repository $work/index $cache
: > $work/unknown
set -- ${packages.map(shellQuote).join(" ")}
add_packages() {
  apk_here $trust add --no-scripts "$@" ${constraints(packages, prefer).map(shellQuote).join(" ")}
}
${reportScript}`;
}

/** No other version of a preferred package may come, though it need not come at all; what is asked for by version says so itself. */
function constraints(packages: readonly string[], prefer: PackageSet): readonly string[] {
  const versioned = new Set(packages.filter((one) => /[=<>~]/.test(one)).map((one) => one.replace(/[=<>~@].*/, "")));
  return Object.entries(prefer)
    .filter(([name]) => !versioned.has(name))
    .flatMap(([name, { version }]) => [`!${name}<${version}`, `!${name}>${version}`]);
}

const reportScript = `report_failure() {
  { echo "== failure"; echo "$1"; echo "== unknown"; cat $work/unknown; echo "== output"; head -n 40 $work/log; } > ${reportPath}
  rm -rf $cache
  exit 0
}
if ! command -v apk >/dev/null; then
  echo "the image has no apk" > $work/log
  report_failure update
fi
arch=$(apk --print-arch)
installed=/lib/apk/db/installed
[ -f $installed ] || installed=/usr/lib/apk/db/installed
# what is installed, one line a package; each record starts with its checksum
packages() {
  sed 's/\\r$//' $installed | awk '
    /^C:/ { sum = substr($0, 3) } /^P:/ { name = substr($0, 3) } /^V:/ { version = substr($0, 3) } /^A:/ { arch = substr($0, 3) }
    /^$/ { if (name != "") print name, version, arch, sum; name = "" }
    END { if (name != "") print name, version, arch, sum }'
}
cat /etc/apk/repositories /etc/apk/repositories.d/*.list 2>/dev/null | sed 's/#.*//; s/^[[:space:]]*//; s/[[:space:]]*$//; /^$/d' > $work/repositories
apk_here() {
  apk --no-progress --repositories-file $work/repositories --cache-dir $cache "$@"
}
# signatures of the repositories are checked here
if ! apk_here update > $work/log 2>&1; then
  report_failure update
fi
number=0
sed 's/^@[^ ]* *//' $work/repositories | sort -u | while read -r repository; do
  number=$((number + 1))
  index=\${repository%/}/$arch/APKINDEX.tar.gz
  for sum in sha1sum sha256sum; do
    file=$cache/APKINDEX.$(printf %s "$index" | $sum | cut -c 1-8).tar.gz
    if [ -f "$file" ]; then
      tar -xzOf "$file" APKINDEX > $work/index/$number 2>/dev/null
      echo "$repository" > $work/index/$number.url
    fi
  done
done
trust=
if [ -d ${resolverFolder.step}/files ]; then
  mkdir -p $work/repository/$arch
  ln -s ${resolverFolder.step}/files/*.apk $work/repository/$arch/
  apk index --quiet --rewrite-arch $arch -o $work/repository/$arch/APKINDEX.tar.gz $work/repository/$arch/*.apk > $work/log 2>&1 || report_failure unsolvable
  tags=$(sed -n 's/^\\(@[^ ]*\\) .*/\\1 /p' $work/repositories | sort -u)
  for tag in '' $tags; do echo "$tag\${tag:+ }$work/repository"; done >> $work/repositories
  # of the index of locked files only: the others were checked when they were fetched
  trust=--allow-untrusted
fi
# neither by name nor as something that another provides
is_unknown() {
  name=\${1#!}; name=\${name%%[=<>~@]*}
  ! apk_here $trust search --quiet --exact "$name" 2>/dev/null | grep -q .
}
# one line at least: BusyBox takes an empty list for one that fits all
{ echo -; packages; } > $work/before
if ! add_packages "$@" > $work/log 2>&1; then
  for package; do if is_unknown "$package"; then echo "$package"; fi; done > $work/unknown
  grep -v '^fetch \\|^([0-9]*/[0-9]*) ' $work/log > $work/errors
  mv $work/errors $work/log
  [ ! -s $work/unknown ] || report_failure unknown
  report_failure unsolvable
fi
packages | grep -vxF -f $work/before > $work/after
{
  echo "== files"
  while read -r name version arch sum; do
    file=
    for one in $cache/$name-$version.????????.apk; do [ ! -f "$one" ] || file=$one; done
    from=-
    for index in $work/index/*.url; do
      if [ "$from" = - ] && grep -qxF "C:$sum" \${index%.url}; then from=$(cat $index); fi
    done
    digest=- size=-
    if [ -n "$file" ]; then digest=$(sha256sum "$file" | cut -d ' ' -f 1) size=$(stat -c %s "$file"); fi
    echo "$name $version $arch $digest $size $from"
  done < $work/after
} > ${reportPath} 2>/dev/null
rm -rf $cache
exit 0
`;
