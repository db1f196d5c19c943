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

/**
 * A value of ENV in double quotes. `${NAME}` is the variable of the image so far, and in a variable's own value
 * `$NAME` too, as in `PATH: "/opt/bin:$PATH"`; `$${NAME}` is this text, and every other `$` is a dollar.
 */
export function quoteEnv(name: string, value: string): string {
  const quoted = value.replace(
    /["\\]|(\$?)\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))|\$/g,
    (found: string, dollar?: string, braced?: string, plain?: string) => {
      if (braced !== undefined) return dollar === "$" ? `\\\${${braced}}` : found;
      if (plain === name && dollar === "") return found;
      return found.replaceAll(/["\\$]/g, "\\$&");
    },
  );
  return `"${quoted}"`;
}
