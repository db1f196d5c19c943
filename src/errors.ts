/**
 * Every failure that is not a defect of devenv itself, with a permanent word code. Programmer errors
 * stay plain `Error` and print a stack.
 */
export class DevenvError extends Error {
  override readonly name = "DevenvError";
  readonly code: ErrorCode;
  /** What to do about it, usually a command; absent when the message says it all. */
  readonly hint: string | undefined;
  /** The facts behind the message, for `--json`. Never holds a secret or an environment value. */
  readonly details: object;
  /** Process exit code: 1 failure, 2 wrong usage. */
  readonly exit: 1 | 2;

  constructor(code: ErrorCode, details: object, cause?: unknown) {
    const entry = catalogue[code] as ErrorEntry<object>;
    super(entry.message(details), cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = entry.hint?.(details);
    this.details = details;
    this.exit = entry.exit ?? 1;
  }
}

/** Build the error of a catalogue entry; `details` are exactly what its message needs. */
export function devenvError<Code extends ErrorCode>(
  code: Code,
  details: ErrorDetails<Code>,
  cause?: unknown,
): DevenvError {
  return new DevenvError(code, details, cause);
}

export function isDevenvError(error: unknown, code?: ErrorCode): error is DevenvError {
  return error instanceof DevenvError && (code === undefined || error.code === code);
}

interface ErrorEntry<Details> {
  readonly exit?: 1 | 2;
  message(details: Details): string;
  hint?(details: Details): string | undefined;
}

function entry<Details extends object>(value: ErrorEntry<Details>): ErrorEntry<Details> {
  return value;
}

/** Where in the user's files something stands; `line` is 1-based and absent when it cannot be known. */
export interface SourcePlace {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

export function printPlace(place: SourcePlace): string {
  return [place.file, place.line, place.line === undefined ? undefined : place.column]
    .filter((part) => part !== undefined)
    .join(":");
}

const catalogue = {
  USAGE: entry<{ message: string; hint?: string }>({
    exit: 2,
    message: (details) => details.message,
    hint: (details) => details.hint ?? "run `devenv --help`",
  }),
  CONFIG_NOT_FOUND: entry<{ cwd: string; file?: string | undefined }>({
    message: ({ cwd, file }) =>
      file === undefined
        ? `No devenv config was found in \`${cwd}\` or any folder above it`
        : `Config file \`${file}\` does not exist`,
    hint: ({ file }) =>
      file === undefined
        ? `write a \`devenv.config.ts\`, for instance:\n  import { defineConfig } from "devenv";\n  export default defineConfig({ name: "shop", image: "debian:bookworm-slim" });`
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
  ENGINE_UNREACHABLE: entry<{ address: string; reason: string }>({
    message: ({ address, reason }) => `No container engine answers at \`${address}\`: ${reason}`,
    hint: () => "run `devenv doctor --fix` to install and start one, or set DOCKER_HOST",
  }),
  ENGINE_FORBIDDEN: entry<{ address: string; user: string }>({
    message: ({ address, user }) => `User \`${user}\` may not use the container engine at \`${address}\``,
    hint: () => "run `devenv doctor --fix`, or add yourself to the group that owns the socket and log in again",
  }),
  ENGINE_FAILED: entry<{ action: string; status?: number | undefined; reason: string }>({
    message: ({ action, reason }) => `The container engine could not ${action}: ${reason}`,
    hint: () => "run `devenv doctor`",
  }),
  ENGINE_LOST: entry<{ action: string }>({
    message: ({ action }) => `The connection to the container engine broke while it was asked to ${action}`,
    hint: () => "see that the engine runs (`devenv doctor --fix` starts it), then run the command again",
  }),
  DOCKER_CONFIG_INVALID: entry<{ file: string; reason: string }>({
    message: ({ file, reason }) => `Docker's configuration \`${file}\` could not be read: ${reason}`,
    hint: ({ file }) => `mend \`${file}\`, or remove it and run \`docker login\` again`,
  }),
  CREDENTIALS_UNREADABLE: entry<{ program: string }>({
    message: ({ program }) => `The credential helper \`${program}\` did not answer with JSON`,
    hint: () => "run `docker login` for the registry, or remove the helper from Docker's `config.json`",
  }),
  CONTAINER_NAME_TAKEN: entry<{ name: string }>({
    message: ({ name }) => `A container named \`${name}\` exists already and is not one of this workspace`,
    hint: ({ name }) => `see what it is with \`docker inspect ${name}\`; remove it with \`docker rm --force ${name}\``,
  }),
  CONTAINER_NOT_RUNNING: entry<{ container: string; state: string }>({
    message: ({ container, state }) => `Container \`${container}\` is not running: it is ${state}`,
    hint: () => "run `devenv up`",
  }),
  PROGRAM_MISSING: entry<{ program: string }>({
    message: ({ program }) => `The program \`${program}\` is not installed`,
    hint: () => "run `devenv doctor --fix`, or install it with your package manager",
  }),
  PROGRAM_FAILED: entry<{ program: string; exitCode: number; output: string }>({
    message: ({ program, exitCode, output }) =>
      `\`${program}\` failed with exit code ${exitCode}${output === "" ? "" : `:\n${output}`}`,
  }),
  BOOTSTRAP_FAILED: entry<{ suite: string; exitCode: number; output: readonly string[]; mirror: string }>({
    message: ({ suite, exitCode, output }) =>
      [
        `Base \`${suite}\` could not be bootstrapped: \`mmdebstrap\` failed with exit code ${exitCode}`,
        ...output.map((line) => `  | ${line}`),
      ].join("\n"),
    hint: ({ mirror }) =>
      `see that \`${mirror}\` is reachable and has the suite, or set \`mirror\` in \`bootstrap(…)\``,
  }),
  BOOTSTRAP_UNSUPPORTED: entry<{ suite: string; platform: string }>({
    message: ({ suite, platform }) =>
      `Base \`${suite}\` can only be bootstrapped on Linux, and this machine runs \`${platform}\``,
    hint: () => 'use an image as base: `from: "debian:bookworm-slim"`',
  }),
  KEYRING_MISSING: entry<{ suite: string; file: string; package: string }>({
    message: ({ suite, file }) =>
      `Base \`${suite}\` cannot be verified: \`${file}\` with the distribution's signing keys is missing`,
    hint: (details) => `install the package \`${details.package}\`, or run \`devenv doctor --fix\``,
  }),
  IMAGE_NOT_FOUND: entry<{ reference: string; reason: string }>({
    message: ({ reference, reason }) => `Image \`${reference}\` was not found: ${reason}`,
    hint: () =>
      "check the reference; behind a mirror set `registries` in the config; without any registry use `bootstrap({ suite })` as base",
  }),
  REGISTRY_DENIED: entry<{ reference: string; reason: string }>({
    message: ({ reference, reason }) => `The registry refused to give \`${reference}\`: ${reason}`,
    hint: ({ reference }) => `run \`docker login ${reference.split("/")[0]}\``,
  }),
  IMAGE_BUILD_FAILED: entry<BuildFailedDetails>({
    message: buildFailedMessage,
    hint: ({ configPlace }) =>
      configPlace === undefined
        ? undefined
        : `mend the layer at \`${printPlace(configPlace)}\` and run the command again`,
  }),
  CONTEXT_CHANGED: entry<{ path: string }>({
    message: ({ path }) => `\`${path}\` changed while the image was built from it`,
    hint: () => "run the command again when nothing writes to the file",
  }),
  CONTEXT_UNREADABLE: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `\`${path}\` could not be read while the image was built from it: ${reason}`,
    hint: ({ path }) => `see that \`${path}\` exists and that you may read it, then run the command again`,
  }),
  PORT_IN_USE: entry<{ port?: number | undefined; container: string; reason: string }>({
    message: ({ port, container, reason }) =>
      `Container \`${container}\` could not be started: port ${port ?? ""} is in use (${reason})`.replace("  ", " "),
    hint: () => "stop what holds the port, or choose another `host` port in the config",
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
  UNPACKER_MISSING: entry<ArchiveDetails & { program: string }>({
    message: ({ program, ...archive }) =>
      `${archiveName(archive)} cannot be unpacked: the program \`${program}\` is not installed`,
    hint: ({ program }) =>
      program === "xz"
        ? "install the package `xz-utils` (Debian, Ubuntu) or `xz` (Fedora, Alpine, Homebrew)"
        : `install the package \`${program}\``,
  }),
  ENVIRONMENT_UNKNOWN: entry<{ name: string; known: readonly string[] }>({
    message: ({ name, known }) => `There is no environment \`${name}\`; the config has ${listNames(known)}`,
    hint: () => "run `devenv status` to see the environments",
  }),
  ENVIRONMENT_NOT_UP: entry<{ name?: string | undefined }>({
    message: ({ name }) =>
      name === undefined ? "No environment of this workspace is up" : `Environment \`${name}\` is not up`,
    hint: ({ name }) => `run \`devenv up${name === undefined ? "" : ` ${name}`}\``,
  }),
  ENVIRONMENT_AMBIGUOUS: entry<{ names: readonly string[] }>({
    exit: 2,
    message: ({ names }) => `Several environments are up: ${listNames(names)}`,
    hint: ({ names }) => `name one: \`devenv exec ${names[0]} -- COMMAND\``,
  }),
  TASK_UNKNOWN: entry<{ name: string; known: readonly string[] }>({
    message: ({ name, known }) => `There is no task \`${name}\`; the config has ${listNames(known)}`,
    hint: () => "run `devenv task` to see the tasks",
  }),
  ARCHIVE_PLATFORM_MISSING: entry<{ key: string; platform: string; known: readonly string[] }>({
    message: ({ key, platform, known }) =>
      `\`${key}.url\` has no address for \`${platform}\`, only for ${listNames(known)}`,
    hint: ({ platform }) => `add an address for \`${platform}\``,
  }),
} satisfies Record<string, unknown>;

interface CopyDetails {
  /** Place of the layer in the config. */
  readonly key: string;
  /** Relative to the project. */
  readonly path: string;
}

interface ArchiveDetails {
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

function listNames(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.map((name) => `\`${name}\``).join(", ");
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

interface BuildFailedDetails {
  readonly tag: string;
  readonly reason: string;
  readonly output: readonly string[];
  readonly step?: string | undefined;
  readonly dockerfileLine?: number | undefined;
  readonly key?: string | undefined;
  readonly configPlace?: SourcePlace | undefined;
}

function buildFailedMessage(details: BuildFailedDetails): string {
  const { tag, reason, output, step, dockerfileLine, key, configPlace } = details;
  const where = [
    key === undefined
      ? undefined
      : `  config      ${key}${configPlace === undefined ? "" : ` (${printPlace(configPlace)})`}`,
    dockerfileLine === undefined ? undefined : `  Dockerfile  line ${dockerfileLine}`,
    step === undefined ? undefined : `  step        ${step}`,
  ];
  return [`Image \`${tag}\` could not be built: ${reason}`, ...where, ...output.map((line) => `  | ${line}`)]
    .filter((line) => line !== undefined)
    .join("\n");
}

export type ErrorCode = keyof typeof catalogue;
export type ErrorDetails<Code extends ErrorCode> =
  (typeof catalogue)[Code] extends ErrorEntry<infer Details> ? Details & object : never;
