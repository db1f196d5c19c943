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
  PROGRAM_MISSING: entry<{ program: string }>({
    message: ({ program }) => `The program \`${program}\` is not installed`,
    hint: () => "run `devenv doctor --fix`, or install it with your package manager",
  }),
  PROGRAM_FAILED: entry<{ program: string; exitCode: number; output: string }>({
    message: ({ program, exitCode, output }) =>
      `\`${program}\` failed with exit code ${exitCode}${output === "" ? "" : `:\n${output}`}`,
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
  PORT_IN_USE: entry<{ port?: number | undefined; container: string; reason: string }>({
    message: ({ port, container, reason }) =>
      `Container \`${container}\` could not be started: port ${port ?? ""} is in use (${reason})`.replace("  ", " "),
    hint: () => "stop what holds the port, or choose another `host` port in the config",
  }),
} satisfies Record<string, unknown>;

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
