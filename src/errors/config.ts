import { entry, printPlace, type SourcePlace } from "./entry.ts";

/** Errors of the config. */
export const configErrors = {
  CONFIG_NOT_FOUND: entry<{ cwd: string; file?: string | undefined; end?: SearchEnd | undefined }>({
    message: ({ cwd, file, end }) =>
      file === undefined
        ? `No devenv config was found in \`${cwd}\` or any folder above it${end === undefined ? "" : `; the search ended at \`${end.folder}\`, which belongs to ${end.owner}`}`
        : `Config file \`${file}\` does not exist`,
    hint: ({ file }) =>
      file === undefined
        ? `run \`devenv init\` to write one, or write it yourself, for instance:\n  import { defineConfig } from "devenv";\n  export default defineConfig({ name: "shop", image: "debian:bookworm-slim" });`
        : "correct the path after `--config`, or leave it out to search from the working folder upwards",
  }),
  CONFIG_UNREADABLE: entry<{ file: string; reason: string }>({
    message: ({ file, reason }) => `Config file \`${file}\` could not be read: ${reason}`,
  }),
  CONFIG_SYNTAX: entry<{ place: SourcePlace; reason: string }>({
    message: ({ place, reason }) => `Config has a syntax error at \`${printPlace(place)}\`: ${reason}`,
  }),
  CONFIG_THREW: entry<{ place: SourcePlace; reason: string; hint?: string | undefined }>({
    message: ({ place, reason }) => `Config threw an error at \`${printPlace(place)}\`: ${reason}`,
    hint: ({ hint }) => hint,
  }),
  CONFIG_EXPORT_MISSING: entry<{ file: string }>({
    message: ({ file }) => `Config \`${file}\` has no default export`,
    hint: () => "write `export default defineConfig({ … })`",
  }),
  CONFIG_IMPORT_FAILED: entry<{ place: SourcePlace; reason: string; hint?: string | undefined }>({
    message: ({ place, reason }) => `Config has an import that fails at \`${printPlace(place)}\`: ${reason}`,
    hint: ({ hint }) => hint,
  }),
  CONFIG_INVALID: entry<{ file: string; problems: readonly ConfigProblem[] }>({
    message: ({ file, problems }) =>
      [
        `Config \`${file}\` has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}`,
        ...problems.map(printProblem),
      ].join("\n"),
    hint: () => "run `devenv config --schema` to see every key",
  }),
  VERSION_INEXACT: entry<{ preset: string; version: string; example: string }>({
    message: ({ preset, version, example }) =>
      `\`${preset}\` takes a version such as \`${example}\`, not \`${version}\``,
    hint: ({ example }) => `name an exact version: \`"${example}"\``,
  }),
};

/** A folder of somebody else: what is above it is not looked at. */
export interface SearchEnd {
  readonly folder: string;
  readonly owner: string;
}

/** One thing that is wrong in the config. Never holds an environment value. */
export interface ConfigProblem {
  /** `environments.dev.ports[0]`; empty for the config as a whole. */
  readonly key: string;
  readonly place?: SourcePlace | undefined;
  readonly message?: string | undefined;
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
  readonly suggestion?: string | undefined;
}

function printProblem({ key, place, message, expected, found, suggestion }: ConfigProblem): string {
  const where = place === undefined ? "" : ` (${printPlace(place)})`;
  const lines = [
    message,
    expected === undefined ? undefined : `expected  ${expected}`,
    found === undefined ? undefined : `found     ${found}`,
    suggestion,
  ].filter((line) => line !== undefined);
  return [`  ${key === "" ? "the config" : key}${where}`, ...lines.map((line) => `    ${line}`)].join("\n");
}
