/** What an expression of a config script may evaluate to, as far as can be read off it. */
import type { ArrowFunctionExpression, CallExpression, Expression, Function as FunctionNode } from "oxc-parser";
import { nameOf, returnsOf, type Script } from "./script-tree.ts";

/** An expression; arguments that together make a list; or what `mergeConfig` makes of two values. */
export type Value =
  | Expression
  | FunctionNode
  | { readonly type: "List"; readonly start: number; readonly items: readonly Value[] }
  | { readonly type: "Merged"; readonly start: number; readonly base: Value; readonly mine: Value };

/** The literals and calls that a value may come from, the likeliest first. */
export function alternativesOf(value: Value, script: Script, depth = 0): readonly Value[] {
  if (depth > MAX_DEPTH) return [];
  const next = (inner: Value): readonly Value[] => alternativesOf(inner, script, depth + 1);
  switch (value.type) {
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
      return next(value.expression);
    case "AwaitExpression":
      return next(value.argument);
    case "ConditionalExpression":
      return [...next(value.consequent), ...next(value.alternate)];
    case "LogicalExpression":
      return [...next(value.right), ...next(value.left)];
    case "Identifier": {
      const named = script.lookUp(value.name);
      return named === undefined ? [] : next(named);
    }
    case "ArrowFunctionExpression":
    case "FunctionExpression":
    case "FunctionDeclaration":
      return resultsOf(value).flatMap(next);
    case "CallExpression":
      return callAlternatives(value, script, next);
    default:
      return [value];
  }
}

// A name may stand for itself (`const a = a`): far more than any real config nests.
const MAX_DEPTH = 40;

function callAlternatives(
  call: CallExpression,
  script: Script,
  next: (inner: Value) => readonly Value[],
): readonly Value[] {
  const name = nameOf(call.callee) ?? "";
  const [base, mine] = argumentsOf(call);
  if (name === "defineConfig" && base !== undefined) return next(base);
  if (name === "mergeConfig" && base !== undefined && mine !== undefined) {
    return [{ type: "Merged", start: call.start, base, mine }];
  }
  const named = script.lookUp(name);
  return named === undefined ? [call] : [...next(named), call];
}

/** The arguments of a call; nothing after a spread, whose length is not known. */
export function argumentsOf(call: CallExpression): readonly Expression[] {
  const spread = call.arguments.findIndex(({ type }) => type === "SpreadElement");
  return (spread < 0 ? call.arguments : call.arguments.slice(0, spread)) as Expression[];
}

function resultsOf(value: ArrowFunctionExpression | FunctionNode): readonly Expression[] {
  if (value.body === null) return [];
  return value.body.type === "BlockStatement" ? returnsOf(value.body) : [value.body];
}
