import type { ProjectFolder } from "./folder.ts";

export interface DebianSource {
  readonly name: string;
  /** Python packages of the distribution that it is built and tested with. */
  readonly packages: readonly string[];
}

/** A Debian source package of a Python project: what `debian/control` says. */
export function readDebianSource(folder: ProjectFolder): DebianSource | undefined {
  const control = folder.read("debian/control");
  if (control === undefined) return undefined;
  const [source = ""] = control.replace(/^#.*\n/gm, "").split(/\n\s*\n/);
  const needed = ["Build-Depends", "Build-Depends-Indep"].flatMap((field) => dependencies(fieldOf(source, field)));
  const packages = needed.filter((name) => /^python3?-/.test(name) && !isOfPackaging(name));
  const isPython = needed.some((name) => /^(dh-python|dh-sequence-python3|python3(-.*)?)$/.test(name));
  return isPython ? { name: fieldOf(source, "Source"), packages } : undefined;
}

function fieldOf(paragraph: string, field: string): string {
  const [, value = ""] = new RegExp(`^${field}:((?:.*)(?:\\n[ \\t].*)*)`, "m").exec(paragraph) ?? [];
  return value.trim();
}

/** Package names of a dependency list; the first of alternatives, and nothing that only documentation needs. */
function dependencies(list: string): readonly string[] {
  return list
    .split(",")
    .filter((item) => !item.includes("<!nodoc>"))
    .map((item) => /^\s*([a-z0-9][a-z0-9+.-]*)/.exec(item)?.[1])
    .filter((name) => name !== undefined);
}

/** Interpreters come with the preset, and documentation is built by the package, not by its developer. */
function isOfPackaging(name: string): boolean {
  return /^python3-(all(-dev|-dbg)?|dev|dbg|sphinx.*|docutils)$/.test(name);
}
