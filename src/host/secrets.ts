import { join, resolve } from "node:path";
import { devenvError, isDevenvError } from "../errors.ts";
import { readFileInside } from "./below.ts";
import type { Host, ProgramOutput } from "./host.ts";
import { reasonOf } from "./reason.ts";
import { openRedaction } from "./redact.ts";

/** Lines of a failed command's stderr that its error carries. */
const errorLines = 5;

export interface SecretRequest {
  readonly name: string;
  readonly source: { readonly kind: "env" | "file" | "command"; readonly value: string };
  /** Its place in the config. */
  readonly key: string;
}

export interface ResolveSecretsOptions {
  /** The project's folder: where files are relative to, and where commands run. */
  readonly cwd: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The values of secrets, by name, from this machine: one after the other, since a command may ask its
 * user something. Throws LINK_LEAVES_WORKSPACE, and SECRET_UNAVAILABLE, which never holds anything of a value.
 */
export async function resolveSecrets(
  host: Host,
  secrets: readonly SecretRequest[],
  { cwd, signal }: ResolveSecretsOptions,
): Promise<ReadonlyMap<string, Buffer>> {
  const values = new Map<string, Buffer>();
  for (const secret of secrets) {
    signal?.throwIfAborted();
    const { kind, value } = secret.source;
    if (kind === "env") values.set(secret.name, fromVariable(secret, host.env[value]));
    else if (kind === "file")
      values.set(secret.name, await fromFile(secret, cwd, resolve(cwd, secretFile(value, host))));
    else values.set(secret.name, await fromCommand(secret, { host, cwd, signal, known: [...values.values()] }));
  }
  return values;
}

function fromVariable(secret: SecretRequest, value: string | undefined): Buffer {
  if (value !== undefined && value !== "") return Buffer.from(value);
  throw unavailable(secret, `the environment variable is ${value === undefined ? "not set" : "empty"}`);
}

/** The file of a secret as the config says it, `~` replaced; it may be relative to the project. */
export function secretFile(path: string, { home }: Pick<Host, "home">): string {
  return path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : path;
}

async function fromFile(secret: SecretRequest, root: string, path: string): Promise<Buffer> {
  try {
    return await readFileInside(root, path);
  } catch (error) {
    if (isDevenvError(error)) throw error;
    throw unavailable(secret, `the file cannot be read: ${reasonOf(error)}`, error);
  }
}

interface CommandOptions extends ResolveSecretsOptions {
  readonly host: Host;
  /** Values that its error output must not show. */
  readonly known: readonly Buffer[];
}

async function fromCommand(secret: SecretRequest, options: CommandOptions): Promise<Buffer> {
  const { exitCode, stdout, stderr } = await runCommand(secret, options);
  if (exitCode !== 0) {
    // A trace of the shell, as of `set -x`, may tell what the command printed.
    const hide = openRedaction();
    hide.add([...options.known, Buffer.from(stdout)]);
    const lines = stderr.split("\n").filter((line) => line.trim() !== "");
    const shown = lines.slice(-errorLines).map((line) => `\n  | ${hide.text(line)}`);
    throw unavailable(secret, `the command failed with exit code ${exitCode}${shown.join("")}`);
  }
  const value = stdout.replace(/\r?\n$/, "");
  if (value === "") throw unavailable(secret, "the command printed nothing");
  // What is not UTF-8 was replaced when the output was read.
  if (value.includes("\uFFFD")) throw unavailable(secret, "the command printed something else than text in UTF-8");
  return Buffer.from(value);
}

function runCommand(secret: SecretRequest, { host, cwd, signal }: CommandOptions): Promise<ProgramOutput> {
  return host.processes.run("sh", ["-c", secret.source.value], { cwd, signal, allowFailure: true });
}

function unavailable({ name, key, source }: SecretRequest, reason: string, cause?: unknown): Error {
  return devenvError("SECRET_UNAVAILABLE", { name, key, source: source.kind, from: source.value, reason }, cause);
}
