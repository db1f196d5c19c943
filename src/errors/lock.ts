import { entry } from "./entry.ts";

/** Errors of the lock. */
export const lockErrors = {
  LOCK_MISSING: entry<{ file: string; key: string; wanted: string }>({
    message: ({ file, key, wanted }) => `There is no \`${file}\`, and \`${key}\` needs a pin for \`${wanted}\``,
    hint: ({ file }) => `run \`devenv lock\` and commit \`${file}\`; \`--no-frozen\` lets this command write it`,
  }),
  LOCK_STALE: entry<LockStaleDetails>({
    message: ({ key, wanted, lockedAs, platform, lockedFor }) => {
      if (lockedFor.length > 0) {
        const others = lockedFor.map((one) => `\`${one}\``).join(", ");
        return `The lock is stale: \`${key}\` is \`${wanted}\`, which is locked for ${others}, but not for \`${platform}\``;
      }
      if (wanted === undefined) return `The lock is stale: \`${key}\` is not there any more, locked as \`${lockedAs}\``;
      return lockedAs === undefined || lockedAs === wanted
        ? `The lock is stale: \`${key}\` is \`${wanted}\`, which is not locked for \`${platform}\``
        : `The lock is stale: \`${key}\` is \`${wanted}\`, locked as \`${lockedAs}\``;
    },
    hint: ({ file, platform, lockedFor }) => {
      const command = lockedFor.length > 0 ? `devenv lock --platform ${platform}` : "devenv lock";
      return `run \`${command}\` and commit \`${file}\`; \`--no-frozen\` lets this command write it`;
    },
  }),
  LOCK_ELSEWHERE: entry<{ key: string; platform: string; reason: string }>({
    message: ({ key, platform, reason }) =>
      `What \`${key}\` is on \`${platform}\` can be found out there alone: ${reason}`,
    hint: ({ platform }) => `run \`devenv lock\` on \`${platform}\``,
  }),
  LOCK_OUTDATED: entry<{ file: string; differences: readonly string[] }>({
    message: ({ file, differences }) =>
      [`\`${file}\` is not what \`devenv lock\` would write`, ...differences.map((line) => `  ${line}`)].join("\n"),
    hint: ({ file }) => `run \`devenv lock\` and commit \`${file}\``,
  }),
  BASE_CHANGED: entry<{ key: string; reference: string; locked: string; actual: string }>({
    message: ({ key, reference, locked, actual }) =>
      `\`${key}\` is \`${reference}\`, which is another image in this engine than the lock says: its layers are \`${actual}\`, locked \`${locked}\``,
    hint: ({ reference }) =>
      `bring the image that was locked into this engine, or take this one with \`devenv lock --update ${reference}\``,
  }),
  LOCK_INVALID: entry<{ file: string; reason: string }>({
    message: ({ file, reason }) => `Lock file \`${file}\` cannot be understood: ${reason}`,
    hint: ({ file }) => `restore \`${file}\` from your history and run \`devenv lock\``,
  }),
  LOCK_CONFLICT: entry<{ file: string; line: number }>({
    message: ({ file, line }) => `Lock file \`${file}\` has a merge conflict in line ${line}`,
    hint: () => "run `devenv lock`, which keeps the pins of both sides, and commit what it wrote",
  }),
  LOCK_VERSION: entry<{ file: string; version: number; known: number }>({
    message: ({ file, version, known }) =>
      `Lock file \`${file}\` has version ${version}; this devenv knows versions up to ${known}`,
    hint: () => "update devenv",
  }),
  LOCK_UNREADABLE: entry<{ file: string; reason: string }>({
    message: ({ file, reason }) => `Lock file \`${file}\` could not be read: ${reason}`,
  }),
  LOCK_UNWRITABLE: entry<{ file: string; reason: string }>({
    message: ({ file, reason }) => `Lock file \`${file}\` could not be written: ${reason}`,
    hint: ({ file }) =>
      `make the folder of \`${file}\` writable, or run with \`--frozen\` from a lock that is complete`,
  }),
  LOCK_NAME_UNKNOWN: entry<{ names: readonly string[]; similar: readonly string[] }>({
    exit: 2,
    message: ({ names }) => `The lock pins nothing that is called ${names.map((name) => `\`${name}\``).join(", ")}`,
    hint: ({ similar }) =>
      similar.length > 0
        ? `did you mean ${similar.map((name) => `\`${name}\``).join(" or ")}?`
        : "name a package, an image, a `bootstrap(…)` or an address, as it stands in the lock",
  }),
  CONTAINER_STALE: entry<{ environment: string; reasons: readonly string[] }>({
    message: ({ environment, reasons }) =>
      `The container of \`${environment}\` is not what the config and the lock describe: ${reasons.join(", ")}`,
    hint: ({ environment }) => `run \`devenv up ${environment}\``,
  }),
};

export interface LockStaleDetails {
  readonly file: string;
  /** Config key. */
  readonly key: string;
  /** Undefined where the config has nothing there any more. */
  readonly wanted: string | undefined;
  readonly lockedAs?: string | undefined;
  readonly platform: string;
  /** Other platforms that it is locked for. */
  readonly lockedFor: readonly string[];
}
