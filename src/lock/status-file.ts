/** What dpkg keeps of the packages that are installed. */

/** A status file without these packages. */
export function withoutPackages(status: string, names: readonly string[]): string {
  const stanzas = status.split(/\n\n+/).map((stanza) => stanza.trim());
  const left = stanzas.filter((stanza) => stanza !== "" && !names.includes(packageOf(stanza)));
  return left.map((stanza) => `${stanza}\n\n`).join("");
}

function packageOf(stanza: string): string {
  return /^Package: *(\S+)/m.exec(stanza)?.[1] ?? "";
}
