import { entry, printPlace, type SourcePlace } from "./entry.ts";

/** Errors of copied files, downloads and archives. */
export const fileErrors = {
  FILE_FAILED: entry<{ path: string | undefined; code: string; reason: string }>({
    message: ({ path, reason }) =>
      path === undefined ? `A file could not be read or written: ${reason}` : `\`${path}\` cannot be used: ${reason}`,
    hint: ({ code }) => {
      const own = "devenv keeps its own files in the home, or where XDG_CACHE_HOME and XDG_STATE_HOME say";
      return ["ENOSPC", "EDQUOT"].includes(code)
        ? `make room on its disk; ${own}`
        : `see that you may read and write it; ${own}`;
    },
  }),
  COPY_SOURCE_MISSING: entry<CopyDetails & { nearMisses: readonly string[] }>({
    message: ({ key, path }) => `\`${key}\` copies \`${path}\`, which does not exist in the project`,
    hint: ({ path, nearMisses }) => {
      if (nearMisses.length > 0) return `did you mean ${nearMisses.map((name) => `\`${name}\``).join(" or ")}?`;
      if (/[*?[]/.test(path)) return "`copy` takes paths, not patterns: name the folder, or each file";
      return "create it, or correct the path; it starts at the folder of the config";
    },
  }),
  COPY_OUTSIDE_PROJECT: entry<CopyDetails & { reason: string }>({
    message: ({ key, path, reason }) => `\`${key}\` copies \`${path}\`, which leads out of the project: ${reason}`,
    hint: () => "put the file into the project, or make the link relative and keep it inside",
  }),
  COPY_SOURCE_IGNORED: entry<CopyDetails>({
    message: ({ key, path }) => `\`${key}\` copies \`${path}\`, which \`.dockerignore\` excludes`,
    hint: ({ path }) => `add the line \`!${path}\` at the end of \`.dockerignore\`, or do not copy it`,
  }),
  COPY_SOURCE_KEPT_OUT: entry<CopyDetails & { reason: string }>({
    message: ({ key, path, reason }) => `\`${key}\` copies \`${path}\`, which never goes into an image: ${reason}`,
    hint: ({ reason }) =>
      reason.includes("secret")
        ? "give the secret to the command that needs it: `run(…, { secrets: [NAME] })`; in a container it is a file in `/run/secrets`"
        : "do not copy it",
  }),
  COPY_UNSUPPORTED: entry<CopyDetails & { type: string }>({
    message: ({ key, path, type }) => `\`${key}\` copies \`${path}\`, which is a ${type}`,
    hint: () => "only files, folders and symbolic links can be copied; exclude it in `.dockerignore`",
  }),
  COPY_UNREADABLE: entry<CopyDetails & { reason: string }>({
    message: ({ key, path, reason }) => `\`${key}\` copies \`${path}\`, which cannot be read: ${reason}`,
    hint: () => "make it readable, or exclude it in `.dockerignore`",
  }),
  IGNORE_FILE_INVALID: entry<{ place: SourcePlace; pattern: string }>({
    message: ({ place, pattern }) => `The pattern \`${pattern}\` in \`${printPlace(place)}\` is malformed`,
    hint: () => "put a backslash before a character that is meant literally, as in `\\[`",
  }),
  IGNORE_FILE_UNREADABLE: entry<{ file: string; reason: string }>({
    message: ({ file, reason }) => `\`${file}\` could not be read: ${reason}`,
    hint: ({ file }) => `put a text file in the place of \`${file}\`, or remove it`,
  }),
  DOWNLOAD_FAILED: entry<ArchiveDetails & { reason: string; trouble: DownloadTrouble }>({
    message: ({ reason, ...archive }) => `${archiveName(archive)} could not be downloaded: ${reason}`,
    hint: ({ trouble }) => downloadHints[trouble],
  }),
  CHECKSUM_MISMATCH: entry<ArchiveDetails & { expected: string; actual: string }>({
    message: ({ expected, actual, ...archive }) =>
      `${archiveName(archive)} is not what the config expects:\n  expected sha256  ${expected}\n  received sha256  ${actual}`,
    hint: () =>
      "compare with the checksum that the publisher names; if the received one is right, put it into the config",
  }),
  ARCHIVE_UNREADABLE: entry<ArchiveDetails & { reason: string; hint?: string | undefined }>({
    message: ({ reason, ...archive }) => `${archiveName(archive)} cannot be unpacked: ${reason}`,
    hint: ({ hint }) => hint,
  }),
  ARCHIVE_UNSAFE: entry<ArchiveDetails & { entry: string; reason: string }>({
    message: ({ entry, reason, ...archive }) =>
      `${archiveName(archive)} is not unpacked, because its entry \`${entry}\` ${reason}`,
    hint: () => "if you trust the archive, fetch and unpack it in a `run` layer",
  }),
  CACHE_UNUSABLE: entry<{ folder: string; reason: string }>({
    message: ({ folder, reason }) => `The cache folder \`${folder}\` cannot be written: ${reason}`,
    hint: () => "make room or mend its owner, or set XDG_CACHE_HOME to another folder",
  }),
  OUTPUT_UNWRITABLE: entry<{ file: string; reason: string }>({
    message: ({ file, reason }) => `\`${file}\` could not be written: ${reason}`,
    hint: () => "make room or mend its folder's owner, or name another file with `--output`",
  }),
  FOLDER_UNREADABLE: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `\`${path}\` cannot be copied into the container: ${reason}`,
    hint: () => "make it readable, or move it out of the folder",
  }),
  UNPACKER_MISSING: entry<ArchiveDetails & { program: string }>({
    message: ({ program, ...archive }) =>
      `${archiveName(archive)} cannot be unpacked: the program \`${program}\` is not installed`,
    hint: ({ program }) =>
      program === "xz"
        ? "install the package `xz-utils` (Debian, Ubuntu) or `xz` (Fedora, Alpine, Homebrew)"
        : `install the package \`${program}\``,
  }),
};

export interface CopyDetails {
  /** Place of the layer in the config. */
  readonly key: string;
  /** Relative to the project. */
  readonly path: string;
}

export interface ArchiveDetails {
  /** Place of the layer in the config. */
  readonly key?: string | undefined;
  /** Without credentials. */
  readonly url: string;
}

function archiveName({ key, url }: ArchiveDetails): string {
  return key === undefined ? `\`${url}\`` : `\`${url}\` of \`${key}\``;
}

export type DownloadTrouble = "address" | "network" | "certificate" | "refused" | "package";

const downloadHints: Readonly<Record<DownloadTrouble, string>> = {
  address: "use an `http(s):` address, or `npm:NAME@VERSION` with an exact version",
  network: "check the network; behind a proxy set HTTPS_PROXY, or use the address of a mirror",
  certificate:
    "behind a proxy that inspects TLS, name its CA certificate in NODE_EXTRA_CA_CERTS; then run `devenv doctor`",
  refused: "check the address and the version in it, or use the address of a mirror",
  package: "check the name and the version; a company registry and its token belong into `.npmrc`",
};
