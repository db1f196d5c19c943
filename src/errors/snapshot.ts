import { entry, listNames } from "./entry.ts";
import { printSecretFiles, type SecretFile } from "./secret-files.ts";

/** Errors of taking, restoring and removing snapshots. */
export const snapshotErrors = {
  SNAPSHOT_NAME_INVALID: entry<{ name: string; isReserved: boolean }>({
    exit: 2,
    message: ({ name, isReserved }) =>
      isReserved
        ? `A snapshot cannot be called \`${name}\`: \`devenv snapshot ${name}\` is a command`
        : `\`${name}\` cannot be the name of a snapshot`,
    hint: ({ isReserved }) =>
      isReserved
        ? "choose another name"
        : "a name has letters, digits, `_`, `.` and `-`, at most 128 of them, and begins with a letter, a digit or `_`",
  }),
  SNAPSHOT_EXISTS: entry<{ name: string; environment: string }>({
    message: ({ name, environment }) => `Environment \`${environment}\` has a snapshot \`${name}\` already`,
    hint: ({ name }) => `choose another name, or remove it with \`devenv snapshot rm ${name}\``,
  }),
  SNAPSHOT_UNKNOWN: entry<{
    name: string;
    environment?: string | undefined;
    known: readonly string[];
    /** Image of a snapshot of this name that another project of the same name has. */
    elsewhere?: string | undefined;
  }>({
    message: ({ name, environment, known }) =>
      environment === undefined
        ? `There is no snapshot \`${name}\`; the project has ${listNames(known)}`
        : `There is no snapshot \`${name}\` of environment \`${environment}\`; it has ${listNames(known)}`,
    hint: ({ elsewhere }) =>
      elsewhere === undefined
        ? "run `devenv snapshot list` to see the snapshots"
        : `another project of the same name has one: if it is the one you mean, name it \`${elsewhere}\``,
  }),
  SNAPSHOT_AMBIGUOUS: entry<{ name: string; environments: readonly string[] }>({
    exit: 2,
    message: ({ name, environments }) => `Several environments have a snapshot \`${name}\`: ${listNames(environments)}`,
    hint: ({ environments }) => `name one: \`--env ${environments[0]}\``,
  }),
  SNAPSHOT_UNFINISHED: entry<{ environment: string }>({
    message: ({ environment }) =>
      `Environment \`${environment}\` is not finished: its create hook has not succeeded yet, and a restored snapshot does not run it`,
    hint: ({ environment }) => `run \`devenv up ${environment}\`, then take the snapshot`,
  }),
  SNAPSHOT_IN_USE: entry<{ name: string; environment: string; containers: readonly string[] }>({
    message: ({ name, environment, containers }) =>
      `Snapshot \`${name}\` of environment \`${environment}\` is in use by ${containers.length === 1 ? "container" : "containers"} ${listNames(containers)}`,
    hint: ({ environment }) =>
      `remove what uses it first: \`devenv down ${environment}\`, in the folder that it belongs to`,
  }),
  SNAPSHOT_HOLDS_SECRET: entry<{
    name: string;
    environment: string;
    files: readonly SecretFile[];
  }>({
    message: ({ name, environment, files }) =>
      [
        `Snapshot \`${name}\` of environment \`${environment}\` was not taken: it would hold the value of a secret`,
        ...printSecretFiles(files),
      ].join("\n"),
    hint: ({ files }) =>
      `remove the value from ${files.length === 1 ? "this file" : "these files"} and take the snapshot again; secrets stand in \`/run/secrets\`, which no snapshot holds`,
  }),
};
