/** A word as POSIX sh reads it back; plain words stay as they are. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** `export A='x' B='y'`, sorted by name, or nothing for no variables. */
export function shellExport(variables: Readonly<Record<string, string>>): string | undefined {
  const assignments = Object.keys(variables)
    .sort()
    .map((name) => `${name}=${shellQuote(variables[name] ?? "")}`);
  return assignments.length === 0 ? undefined : `export ${assignments.join(" ")}`;
}

/** A value of ENV in double quotes. `$NAME` is replaced by the builder, as in a Dockerfile; `\$` is a plain dollar. */
export function quoteEnv(value: string): string {
  return `"${value.replaceAll(/\\(?!\$)/g, "\\\\").replaceAll('"', '\\"')}"`;
}
