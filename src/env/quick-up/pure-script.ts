/** Whether a config script gives the same value whenever it runs on the same files and variables. */
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { type Expression, type PrivateIdentifier, parseSync, Visitor } from "oxc-parser";
import { transformSync } from "oxc-transform";

export interface PureScript {
  /** Files that it imports, as written. */
  readonly imports: readonly string[];
}

/**
 * Undefined for a script that may depend on anything but its files and what a config function is given. In
 * doubt it does: a name that means something impure anywhere may stand nowhere, not even as a key.
 */
export function readPureScript(file: string): PureScript | undefined {
  if (extname(file) === ".json") return { imports: [] };
  if (![".ts", ".mts", ".js", ".mjs"].includes(extname(file))) return undefined;
  const script = transformSync(file, readFileSync(file, "utf8"), { sourceType: "module" });
  const { program, errors } = parseSync("config.mjs", script.code, { sourceType: "module" });
  if (script.errors.length + errors.length > 0) return undefined;
  const imports: string[] = [];
  let isPure = true;
  const need = (condition: boolean) => {
    isPure &&= condition;
  };
  const takeImport = ({ source }: { readonly source: { readonly value: string } | null }) => {
    if (source === null || source.value === "devenv") return;
    need(/^\.\.?\//.test(source.value));
    imports.push(source.value);
  };
  const takeKey = ({ computed, key }: Keyed) => need(!computed || key.type === "Literal");
  new Visitor({
    ImportDeclaration: takeImport,
    ExportNamedDeclaration: takeImport,
    ExportAllDeclaration: takeImport,
    ImportExpression: () => need(false),
    MetaProperty: () => need(false),
    Identifier: ({ name }) => need(isPureName(name)),
    Literal: ({ value }) => need(typeof value !== "string" || !impureMembers.has(value)),
    MemberExpression: ({ computed, property }) => need(!computed || property.type === "Literal"),
    Property: takeKey,
    MethodDefinition: takeKey,
    PropertyDefinition: takeKey,
  }).visit(program);
  return isPure ? { imports } : undefined;
}

interface Keyed {
  readonly computed: boolean;
  readonly key: Expression | PrivateIdentifier | { readonly type: string };
}

/** The names of all globals are impure, those of CommonJS too, but for what gives the same always. */
function isPureName(name: string): boolean {
  return pureGlobals.has(name) || !(name in globalThis || commonJs.has(name) || impureMembers.has(name));
}

const pureGlobals: ReadonlySet<string> = new Set([
  ...["undefined", "NaN", "Infinity", "Object", "Array", "String", "Number", "Boolean", "BigInt", "Symbol", "Math"],
  ...["JSON", "Map", "Set", "RegExp", "Promise", "Error", "TypeError", "RangeError", "isNaN", "isFinite"],
  ...["parseInt", "parseFloat", "encodeURIComponent", "decodeURIComponent", "encodeURI", "decodeURI"],
  // every object has these, so the global one too
  ...["toString", "valueOf", "hasOwnProperty"],
]);

const commonJs: ReadonlySet<string> = new Set(["require", "module", "exports", "__filename", "__dirname"]);

/** Chance, the ways to a function's constructor, the names that modules have in stack traces, and what the locale decides. */
const impureMembers: ReadonlySet<string> = new Set([
  ...["random", "constructor", "__proto__", "stack", "captureStackTrace", "prepareStackTrace", "localeCompare"],
  ...["toLocaleString", "toLocaleUpperCase", "toLocaleLowerCase", "toLocaleDateString", "toLocaleTimeString"],
]);
