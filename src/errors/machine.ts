import { entry, printPlace, type SourcePlace } from "./entry.ts";

/** Errors of what an environment takes from this machine: ports, variables and secrets. */
export const machineErrors = {
  PORTS_EXHAUSTED: entry<{ first: number; last: number }>({
    message: ({ first, last }) => `No port from ${first} to ${last} is free on this machine`,
    hint: () => "take environments down that you do not use: `devenv down`",
  }),
  DISK_FULL: entry<{ folder: string; freeBytes: number; reason: string }>({
    message: ({ folder, freeBytes, reason }) =>
      `The disk of the container engine is full, only ${Math.round(freeBytes / 1e6)} MB are free at \`${folder}\`:\n${indent(reason)}`,
    hint: () => "make room there, as with `devenv prune` or `docker system prune`, then run the command again",
  }),
  ENV_FILE_UNREADABLE: entry<{ key: string; file: string; reason: string }>({
    message: ({ key, file, reason }) => `\`${key}\` names \`${file}\`, which cannot be read: ${reason}`,
    hint: ({ file }) => `create \`${file}\`, or remove it from \`envFile\``,
  }),
  ENV_FILE_INVALID: entry<{ key: string; place: SourcePlace }>({
    message: ({ key, place }) =>
      `\`${key}\` names \`${place.file}\`, where \`${printPlace(place)}\` has no variable name before its \`=\``,
    hint: () => "write `NAME=value` with a name of letters, digits and `_`; quote a value that goes over several lines",
  }),
  SECRET_UNAVAILABLE: entry<SecretDetails>({
    message: ({ name, key, reason, source, from }) =>
      `Secret \`${name}\` of \`${key}\` cannot be had from ${sourceWords[source]} \`${from}\`: ${reason}`,
    hint: ({ source, from }) => secretHints[source](from),
  }),
};

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}

export interface SecretDetails {
  readonly name: string;
  /** Place of the secret in the config. */
  readonly key: string;
  readonly source: "env" | "file" | "command";
  /** The variable, the file or the command, as written. */
  readonly from: string;
  /** Never holds anything of the value. */
  readonly reason: string;
}

const sourceWords = { env: "variable", file: "file", command: "command" };

const secretHints: Readonly<Record<SecretDetails["source"], (from: string) => string>> = {
  env: (from) => `set it before you run devenv: \`export ${from}=…\``,
  file: (from) => `create \`${from}\` and see that you may read it, or correct the path`,
  command: (from) => `see that \`${from}\` prints the secret when you run it in the project's folder`,
};
