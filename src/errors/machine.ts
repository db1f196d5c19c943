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
  ENV_FILE_INVALID: entry<{ key: string; place: SourcePlace; reason: EnvFileTrouble }>({
    message: ({ key, place, reason }) =>
      `\`${key}\` names \`${place.file}\`, which cannot be read at \`${printPlace(place)}\`: ${envFileTroubles[reason][0]}`,
    hint: ({ reason }) => envFileTroubles[reason][1],
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

const writeName = "write `NAME=value`; quote a value that goes over several lines";
const writeDollar = "write `$$` where a dollar is meant, or put the value into single quotes";
const saveAsUtf8 = "save the file as UTF-8";

/** What is wrong with an env file, and what to do about it; nothing of the file is in either. */
const envFileTroubles = {
  "blank-in-name": ["a name has a blank in it", writeName],
  "character-in-name": ["a name has a character that no name may have", writeName],
  "no-name": ["there is no name before the `=`", writeName],
  "quote-not-closed": [
    "the quote that begins here is never closed",
    "close it; within the quotes write it with a backslash",
  ],
  "text-after-quote": [
    "there is something after the closing quote",
    "quote the whole value; a comment begins with `#`",
  ],
  "lone-dollar": ["a `$` in this value begins no variable", writeDollar],
  "brace-not-closed": ["a `${` in this value is never closed", writeDollar],
  "variable-required": [
    "this value needs a variable that is not set",
    "set the variable, or define it in a line before",
  ],
  "utf-16": ["it is UTF-16, or UTF-32", saveAsUtf8],
  "zero-byte": ["it has a byte of zero, which no variable can hold", saveAsUtf8],
  "no-utf-8": ["it is not UTF-8", saveAsUtf8],
} as const;

type EnvFileTrouble = keyof typeof envFileTroubles;
