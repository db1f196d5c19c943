import { basename, extname } from "node:path";
import { devenvError } from "../errors.ts";
import { positionAt } from "./source-text.ts";

/** The config in a JSON or YAML text, or under `devenv` in a package.json; throws CONFIG_SYNTAX. */
export async function readDataFile(file: string, text: string, shown: string): Promise<unknown> {
  if (extname(file) !== ".json") return readYaml(text, shown);
  const value = await readJson(text, shown);
  return basename(file) === "package.json" ? (value as { devenv?: unknown } | null)?.devenv : value;
}

async function readJson(text: string, shown: string): Promise<unknown> {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const { findJsonMistake } = await import("./json-syntax.ts");
    const { offset, reason } = findJsonMistake(text) ?? { offset: 0, reason: (error as Error).message };
    throw devenvError("CONFIG_SYNTAX", { place: { file: shown, ...positionAt(text, offset) }, reason }, error);
  }
}

async function readYaml(text: string, shown: string): Promise<unknown> {
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (error === undefined) return document.toJS();
  throw devenvError(
    "CONFIG_SYNTAX",
    { place: { file: shown, ...positionAt(text, error.pos[0]) }, reason: error.message },
    error,
  );
}
