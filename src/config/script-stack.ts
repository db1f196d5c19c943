import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { extname } from "node:path";
import { transformSync } from "oxc-transform";
import type { SourcePlace } from "../errors.ts";
import type { ScriptLoader } from "./script-loader.ts";
import type { TextPosition } from "./source-text.ts";

export interface ThrownError {
  readonly error: unknown;
  readonly loader: ScriptLoader;
  shown(file: string): string;
}

/** The innermost place in the user's own files that the stack of an error names. */
export function placeOfError({ error, loader, shown }: ThrownError): SourcePlace | undefined {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  for (const line of stack.split("\n")) {
    for (const file of loader.files) {
      const generated = positionIn(line, loader.moduleName(file)) ?? positionIn(line, file);
      if (generated !== undefined) return { file: shown(file), ...originalPosition(file, generated) };
    }
  }
  return undefined;
}

/** `NAME:LINE` or `NAME:LINE:COLUMN`, as V8 prints it. */
function positionIn(line: string, name: string): TextPosition | undefined {
  const start = line.indexOf(`${name}:`);
  if (start < 0) return undefined;
  const [, row, column] = /^:(\d+)(?::(\d+))?/.exec(line.slice(start + name.length)) ?? [];
  return row === undefined ? undefined : { line: Number(row), column: Number(column ?? 1) };
}

/** Types are stripped by printing the code anew, which moves lines: map back. */
function originalPosition(file: string, generated: TextPosition): TextPosition {
  if (![".ts", ".mts"].includes(extname(file))) return generated;
  const { map } = transformSync(file, readFileSync(file, "utf8"), { sourceType: "module", sourcemap: true });
  if (map === undefined) return generated;
  const origin = new SourceMap({ file, sourceRoot: "", ...map } as never).findOrigin(generated.line, generated.column);
  return "lineNumber" in origin ? { line: origin.lineNumber, column: origin.columnNumber } : generated;
}
