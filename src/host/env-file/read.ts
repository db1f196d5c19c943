import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type DevenvError, devenvError, isDevenvError } from "../../errors.ts";
import { readFileInside } from "../below.ts";
import { reasonOf } from "../reason.ts";
import type { Lookup } from "./expand.ts";
import { EnvFileFault } from "./fault.ts";
import { type ParsedEnvFile, parseEnvFile } from "./parse.ts";

export interface EnvFilesOptions {
  /** Absolute folder that the files are relative to. */
  readonly root: string;
  /** In the order they are read: a later one wins. */
  readonly files: readonly string[];
  /** Their place in the config. */
  readonly key: string;
  /** Variables of this machine, which the files may name. */
  readonly env: Readonly<Record<string, string | undefined>>;
  onWarning(text: string): void;
}

/** The variables of env files. Throws ENV_FILE_UNREADABLE and ENV_FILE_INVALID; no error and no warning holds a value. */
export async function readEnvFiles({ files, ...options }: EnvFilesOptions): Promise<Record<string, string>> {
  const variables = new Map<string, string>();
  const outer: Lookup = (name) => variables.get(name) ?? options.env[name];
  for (const file of files) {
    const parsed = await readEnvFile({ ...options, file }, outer);
    for (const [name, value] of parsed.variables) variables.set(name, value);
  }
  return Object.fromEntries(variables);
}

/** `file` as it is written in the config. */
type EnvFile = Omit<EnvFilesOptions, "files"> & { readonly file: string };

async function readEnvFile(options: EnvFile, outer: Lookup): Promise<ParsedEnvFile> {
  const text = decode(options, await readBytes(options));
  try {
    const parsed = parseEnvFile(text, outer);
    for (const { line, column, isName } of parsed.unset) {
      const place = `\`${options.file}:${line}:${column}\``;
      options.onWarning(
        isName
          ? `${place} is a name without a value, and this machine has no variable of that name: it is left out`
          : `${place} names a variable that is not set, which gives nothing; write \`$$\` where a dollar is meant, or put the value into single quotes`,
      );
    }
    return parsed;
  } catch (error) {
    if (error instanceof EnvFileFault) throw invalid(options, error.reason, error.place);
    throw error;
  }
}

/** Linux takes some megabytes of variables for a process; the rest may be comments. */
const largestFile = 16 * 1024 * 1024;

async function readBytes({ root, file, key }: EnvFile): Promise<Buffer> {
  const path = resolve(root, file);
  try {
    const { size } = await stat(path);
    if (size > largestFile)
      throw new Error(`it has ${Math.ceil(size / 1024 / 1024)} MB, and no process takes as many variables`);
    return await readFileInside(root, path);
  } catch (error) {
    if (isDevenvError(error)) throw error;
    throw devenvError("ENV_FILE_UNREADABLE", { key, file, reason: reasonOf(error) }, error);
  }
}

/** UTF-8, a byte order mark or not. */
function decode(options: EnvFile, bytes: Buffer): string {
  const [first, second] = bytes;
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  // text in Latin letters has a zero in every other byte
  const isWide = bytes.length > 1 && bytes.length % 2 === 0 && (first === 0) !== (second === 0);
  if (hasMark || isWide) throw invalid(options, "utf-16", {});
  const zero = bytes.indexOf(0);
  if (zero >= 0) throw invalid(options, "zero-byte", { line: lineAt(bytes, zero) });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalid(options, "no-utf-8", { line: firstBrokenLine(bytes) });
  }
}

function lineAt(bytes: Buffer, at: number): number {
  return bytes.subarray(0, at).toString("latin1").split("\n").length;
}

function firstBrokenLine(bytes: Buffer): number {
  const lines = bytes.toString("latin1").split("\n");
  const isBroken = (line: string) => Buffer.from(line, "latin1").toString("utf8").includes("\uFFFD");
  return lines.findIndex(isBroken) + 1;
}

type Reason = EnvFileFault["reason"] | "utf-16" | "zero-byte" | "no-utf-8";

function invalid({ key, file }: EnvFile, reason: Reason, place: { line?: number; column?: number }): DevenvError {
  return devenvError("ENV_FILE_INVALID", { key, place: { file, ...place }, reason });
}
