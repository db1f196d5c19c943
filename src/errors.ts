import { ciErrors } from "./errors/ci.ts";
import { configErrors } from "./errors/config.ts";
import { engineErrors } from "./errors/engine.ts";
import { type ErrorEntry, entry, listNames } from "./errors/entry.ts";
import { environmentErrors } from "./errors/environment.ts";
import { fileErrors } from "./errors/files.ts";
import { initErrors } from "./errors/init.ts";
import { lockErrors } from "./errors/lock.ts";
import { machineErrors } from "./errors/machine.ts";
import { packageErrors } from "./errors/packages.ts";
import { registryErrors } from "./errors/registry.ts";
import { sbomErrors } from "./errors/sbom.ts";
import { snapshotErrors } from "./errors/snapshot.ts";
import { syncErrors } from "./errors/sync.ts";
import { syncAgentErrors } from "./errors/sync-agent.ts";
import { trustErrors } from "./errors/trust.ts";
import { verifyErrors } from "./errors/verify.ts";

export type { ConfigProblem } from "./errors/config.ts";
export type { SourcePlace } from "./errors/entry.ts";
export type { ContainerEndsDetails, HookFailedDetails } from "./errors/environment.ts";
export type { DownloadTrouble } from "./errors/files.ts";
export type { SecretFile } from "./errors/secret-files.ts";

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

const catalogue = {
  ...configErrors,
  ...engineErrors,
  ...fileErrors,
  ...environmentErrors,
  ...machineErrors,
  ...initErrors,
  ...ciErrors,
  ...lockErrors,
  ...syncErrors,
  ...verifyErrors,
  ...registryErrors,
  ...packageErrors,
  ...sbomErrors,
  ...snapshotErrors,
  ...syncAgentErrors,
  ...trustErrors,
  USAGE: entry<{ message: string; hint?: string }>({
    exit: 2,
    message: (details) => details.message,
    hint: (details) => details.hint ?? "run `devenv --help`",
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
  ENVIRONMENT_AMBIGUOUS: entry<{ names: readonly string[]; example?: string | undefined }>({
    exit: 2,
    message: ({ names }) => `Several environments are up: ${listNames(names)}`,
    hint: ({ names, example }) => `name one: \`${example ?? `devenv exec ${names[0]} -- COMMAND`}\``,
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

export type ErrorCode = keyof typeof catalogue;
export type ErrorDetails<Code extends ErrorCode> =
  (typeof catalogue)[Code] extends ErrorEntry<infer Details> ? Details & object : never;
