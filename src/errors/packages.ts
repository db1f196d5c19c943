import { entry } from "./entry.ts";

/** Errors of locked packages. */
export const packageErrors = {
  PACKAGE_GONE: entry<PackageDetails & PackageGoneDetails>({
    message: ({ name, version, archive, current, places }) =>
      [
        `Package \`${name}\` is locked to version \`${version}\`, which archive \`${archive}\` no longer has; it has version \`${current ?? "unknown"}\` now`,
        ...places.map(({ url, reason }) => `  ${url}: ${reason}`),
      ].join("\n"),
    hint: ({ name, archive, places }) =>
      [
        `run \`devenv lock --update ${name}\` to take the newer one, or name a snapshot archive in \`packages.snapshot\``,
        ...(places.length === 0 ? [`, or say where the archive is in \`packages.mirrors.${archive}\``] : []),
      ].join(""),
  }),
  PACKAGE_ARCHIVE_UNKNOWN: entry<PackageDetails & { archive: string }>({
    message: ({ name, version, archive }) =>
      `Package \`${name}\` is locked to version \`${version}\` of archive \`${archive}\`, and this machine does not know where that archive is`,
    hint: ({ archive }) =>
      `name its address, as the \`URIs\` of its source say it, in the config: \`packages: { mirrors: { ${JSON.stringify(archive)}: "https://…" } }\``,
  }),
  PACKAGE_REFUSED: entry<PackageDetails & { url: string; expected: string; received: string }>({
    message: ({ name, version, url, expected, received }) =>
      `Package \`${name}\` ${version} from \`${url}\` is not what the lock says:\n  expected sha256  ${expected}\n  received sha256  ${received}`,
    hint: ({ name }) =>
      `nothing of it was used; find out who changed it before you run \`devenv lock --update ${name}\``,
  }),
  LOCK_PACKAGE_UNKNOWN: entry<{ key: string; names: readonly string[]; output: readonly string[] }>({
    message: ({ key, names, output }) =>
      [
        `\`${key}\` asks for ${names.map((name) => `\`${name}\``).join(", ")}, which no archive of its base has`,
        ...output.map((line) => `  ${line}`),
      ].join("\n"),
    hint: () => "correct the name, or add the archive that has it in a `run` layer before this one",
  }),
  LOCK_UNSOLVABLE: entry<{ key: string; output: readonly string[] }>({
    message: ({ key, output }) =>
      [`The packages of \`${key}\` cannot be resolved`, ...output.map((line) => `  ${line}`)].join("\n"),
    hint: () => "pins of the lock are kept; `devenv lock --update NAME` lets the one that is in the way move",
  }),
};

export interface PackageDetails {
  readonly name: string;
  /** The locked one. */
  readonly version: string;
}

export interface PackageGoneDetails {
  readonly archive: string;
  /** Version that the archive has now, if that could be found out. */
  readonly current: string | undefined;
  /** Where it was looked for, and what came of it. */
  readonly places: readonly { readonly url: string; readonly reason: string }[];
}
