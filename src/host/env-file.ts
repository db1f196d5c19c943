import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { devenvError } from "../errors.ts";
import { reasonOf } from "./reason.ts";

/**
 * The variables of these files, relative to `root`; a later file wins. `key` is their place in the
 * config. Throws ENV_FILE_UNREADABLE and ENV_FILE_INVALID, neither of which holds a value.
 */
export async function readEnvFiles(
  root: string,
  files: readonly string[],
  key: string,
): Promise<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const file of files) Object.assign(variables, await readEnvFile({ root, file, key }));
  return variables;
}

interface EnvFile {
  readonly root: string;
  /** As written in the config. */
  readonly file: string;
  readonly key: string;
}

async function readEnvFile({ root, file, key }: EnvFile): Promise<NodeJS.Dict<string>> {
  const text = (await readText({ root, file, key })).replace(/^\uFEFF/, "");
  const variables = parseEnv(text);
  const invalid = Object.keys(variables).find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (invalid === undefined) return variables;
  throw devenvError("ENV_FILE_INVALID", { key, place: { file, line: lineOf(text, invalid) } });
}

async function readText({ root, file, key }: EnvFile): Promise<string> {
  try {
    return await readFile(resolve(root, file), "utf8");
  } catch (error) {
    throw devenvError("ENV_FILE_UNREADABLE", { key, file, reason: reasonOf(error) }, error);
  }
}

function lineOf(text: string, name: string): number | undefined {
  const index = text.split("\n").findIndex((line) => {
    const [before = ""] = line.split("=");
    return before.replace(/^\s*export\s/, "").trim() === name;
  });
  return index < 0 ? undefined : index + 1;
}
