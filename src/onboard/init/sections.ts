/** Keys and raw values of one `[section]`. */
export type Section = ReadonlyMap<string, string>;

/**
 * The sections of a TOML or INI file, as far as detection needs them: a value is the text of its first line, and a
 * continued value's further lines are left out.
 */
export function readSections(text: string): ReadonlyMap<string, Section> {
  const sections = new Map<string, Map<string, string>>();
  let current = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, section] = /^\[+\s*([^\]]+?)\s*\]+\s*(?:#.*)?$/.exec(line) ?? [];
    if (section !== undefined) {
      current = sections.get(section) ?? new Map();
      sections.set(section, current);
    }
    const [, key, value] = /^"?([\w.-]+)"?\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) current.set(key, value);
  }
  return sections;
}

/** A value that is text: without its quotes, or as it stands in an INI file. */
export function textOf(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const [, double, single] = /^"([^"]*)"|^'([^']*)'/.exec(value) ?? [];
  return double ?? single ?? value;
}
