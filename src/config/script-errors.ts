/** From what a config script throws to an error that says where, in the user's own lines. Loaded only after a failure. */
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { parseSync } from "oxc-parser";
import { type DevenvError, devenvError, type SourcePlace } from "../errors.ts";
import { type FailedImport, type ScriptLoader, withoutTags } from "./script-loader.ts";
import { placeOfError } from "./script-stack.ts";
import { positionAt } from "./source-text.ts";

export interface ScriptFailure {
  readonly error: unknown;
  readonly loader: ScriptLoader;
  /** The config file, which is to blame when nothing tells more. */
  readonly file: string;
  readonly devenvUrl: string;
  /** How a file is named in a message. */
  shown(file: string): string;
}

/** The catalogue error for what loading or calling a config script threw. */
export async function scriptError(failure: ScriptFailure): Promise<DevenvError> {
  const { error, loader } = failure;
  const failedImport = loader.failedImport(error);
  if (failedImport !== undefined) return importError(failure, failedImport);
  if (error instanceof SyntaxError) {
    return syntaxError(failure) ?? (await missingName(failure)) ?? linkError(failure);
  }
  const place = placeOfError(failure) ?? { file: failure.shown(failure.file) };
  return devenvError("CONFIG_THREW", { place, reason: reasonOf(error), hint: hintOf(error) }, error);
}

function importError({ error, shown }: ScriptFailure, { specifier, file }: FailedImport): DevenvError {
  const text = readFileSync(file, "utf8");
  const offset = ["'", '"', "`"].map((quote) => text.indexOf(quote + specifier + quote)).find((index) => index >= 0);
  const place: SourcePlace = { file: shown(file), ...(offset === undefined ? {} : positionAt(text, offset)) };
  const isMissing = NOT_FOUND.has(String((error as NodeJS.ErrnoException).code));
  const reason = isMissing ? `\`${specifier}\` was not found` : reasonOf(error);
  const hint = isMissing ? importHint(specifier) : undefined;
  return devenvError("CONFIG_IMPORT_FAILED", { place, reason, hint }, error);
}

function importHint(specifier: string): string {
  return /^[./#]/.test(specifier)
    ? "correct the path; it starts at the folder of the file that has the import"
    : "install the package in the project (`npm install`), or import a file of the project instead";
}

const NOT_FOUND: ReadonlySet<string> = new Set(["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"]);

/** The first syntax error in the files that were imported; undefined when all of them parse. */
function syntaxError({ error, loader, shown }: ScriptFailure): DevenvError | undefined {
  for (const file of scriptsOf(loader)) {
    const text = readFileSync(file, "utf8");
    const [first] = parseSync(file, text).errors;
    if (first === undefined) continue;
    const place = { file: shown(file), ...positionAt(text, first.labels[0]?.start ?? 0) };
    return devenvError("CONFIG_SYNTAX", { place, reason: first.message }, error);
  }
  return undefined;
}

/** An import from `devenv` of something that it does not have. */
async function missingName({ error, loader, devenvUrl, shown }: ScriptFailure): Promise<DevenvError | undefined> {
  const known = Object.keys((await import(/* @vite-ignore */ devenvUrl)) as object);
  for (const file of scriptsOf(loader)) {
    const text = readFileSync(file, "utf8");
    const entry = parseSync(file, text)
      .module.staticImports.filter(({ moduleRequest }) => moduleRequest.value === "devenv")
      .flatMap(({ entries }) => entries)
      .find(({ isType, importName }) => !isType && importName.name !== null && !known.includes(importName.name));
    const name = entry?.importName.name ?? undefined;
    if (entry === undefined || name === undefined) continue;
    const { closest, distance } = await import("fastest-levenshtein");
    const nearest = closest(name, known);
    const hint = distance(name, nearest) <= 2 ? `did you mean \`${nearest}\`?` : undefined;
    const place = { file: shown(file), ...positionAt(text, entry.importName.start ?? entry.localName.start) };
    return devenvError("CONFIG_IMPORT_FAILED", { place, reason: `\`devenv\` has no \`${name}\``, hint }, error);
  }
  return undefined;
}

/** A name that another module does not export. */
function linkError(failure: ScriptFailure): DevenvError {
  const place = placeOfError(failure) ?? { file: failure.shown(failure.file) };
  const reason = (failure.error as Error).message.split("\n")[0] ?? "";
  return devenvError("CONFIG_IMPORT_FAILED", { place, reason: withoutTags(reason) }, failure.error);
}

function scriptsOf({ files }: ScriptLoader): readonly string[] {
  return [...files].filter((file) => extname(file) !== ".json");
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isPlain = error.name === "Error" || isFromCatalogue(error);
  return withoutTags(isPlain ? error.message : `${error.name}: ${error.message}`);
}

function hintOf(error: unknown): string | undefined {
  return isFromCatalogue(error) ? error.hint : undefined;
}

/** By name: what the config imports as `devenv` may be another copy of the class. */
function isFromCatalogue(error: unknown): error is DevenvError {
  return error instanceof Error && error.name === "DevenvError";
}
