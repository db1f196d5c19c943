import type { CallExpression, ObjectExpression, Program } from "oxc-parser";
import type { KeyPath } from "./key-path.ts";
import { nameOf, readScript, type Script } from "./script-tree.ts";
import { alternativesOf, argumentsOf, type Value } from "./script-values.ts";

/** Offset of the deepest place on the way along `path` that stands in the script; undefined when it exports nothing. */
export function locateInScript(program: Program, path: KeyPath): number | undefined {
  const script = readScript(program);
  return script.root === undefined ? undefined : follow(script.root, path, script).start;
}

interface Place {
  readonly depth: number;
  readonly start: number;
}

/** What a step leads to, and where its key stands. */
interface Child {
  readonly value: Value;
  readonly start: number;
}

function follow(value: Value, path: KeyPath, script: Script): Place {
  const alternatives = alternativesOf(value, script);
  const [step, ...rest] = path;
  const here: Place = { depth: 0, start: (alternatives[0] ?? value).start };
  if (step === undefined) return here;
  return alternatives
    .flatMap((alternative) => childrenOf(alternative, step, script))
    .map((child): Place => {
      const below = follow(child.value, rest, script);
      return below.depth === 0 ? { depth: 1, start: child.start } : { depth: below.depth + 1, start: below.start };
    })
    .reduce((best, place) => (place.depth > best.depth ? place : best), here);
}

function childrenOf(value: Value, step: string | number, script: Script): readonly Child[] {
  if (value.type === "Merged") return mergedChildren(value, step, script);
  if (typeof step === "number")
    return itemsOf(value, script)
      .slice(step, step + 1)
      .map(asChild);
  if (value.type === "ObjectExpression") return propertiesOf(value, step, script);
  return value.type === "CallExpression" ? argumentChildren(value, step, script) : [];
}

/** The properties of that name, the one that wins first. */
function propertiesOf(object: ObjectExpression, name: string, script: Script): readonly Child[] {
  return object.properties.toReversed().flatMap((property): readonly Child[] => {
    if (property.type === "SpreadElement") {
      return alternativesOf(property.argument, script).flatMap((spread) => childrenOf(spread, name, script));
    }
    if (property.computed || nameOf(property.key) !== name) return [];
    return [{ value: property.value, start: property.start }];
  });
}

/** The items of a list, up to a spread of something that is not known. */
function itemsOf(value: Value, script: Script): readonly Value[] {
  if (value.type === "List") return value.items;
  if (value.type !== "ArrayExpression") return [];
  const items: Value[] = [];
  for (const element of value.elements) {
    if (element === null) return items;
    if (element.type !== "SpreadElement") items.push(element);
    else {
      const list = alternativesOf(element.argument, script).find(({ type }) => type === "ArrayExpression");
      if (list === undefined) return items;
      items.push(...itemsOf(list, script));
    }
  }
  return items;
}

function mergedChildren(value: Value & { type: "Merged" }, step: string | number, script: Script): readonly Child[] {
  const base = alternativesOf(value.base, script);
  const mine = alternativesOf(value.mine, script);
  if (typeof step === "number") {
    // Lists are joined: the base's items, then mine.
    return [...base, ...mine]
      .flatMap((list) => itemsOf(list, script))
      .slice(step, step + 1)
      .map(asChild);
  }
  const inBase = base.flatMap((part) => childrenOf(part, step, script));
  const inMine = mine.flatMap((part) => childrenOf(part, step, script));
  const [under, over] = [inBase[0], inMine[0]];
  if (under === undefined || over === undefined) return [...inMine, ...inBase];
  return [{ value: { type: "Merged", start: over.start, base: under.value, mine: over.value }, start: over.start }];
}

/** The keys of a layer are the parameters of the function that made it. */
function argumentChildren(call: CallExpression, name: string, script: Script): readonly Child[] {
  const parameters = PARAMETERS[nameOf(call.callee) ?? ""];
  const args = argumentsOf(call);
  if (parameters?.[0] === `...${name}`) {
    return [{ value: { type: "List", start: call.start, items: args }, start: call.start }];
  }
  const argument = args[parameters?.indexOf(name) ?? -1];
  if (argument !== undefined) return [asChild(argument)];
  return args
    .flatMap((candidate) => alternativesOf(candidate, script))
    .flatMap((options) => (options.type === "ObjectExpression" ? propertiesOf(options, name, script) : []));
}

/** Positional parameters of the layer functions in `layers.ts`. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  apt: ["...packages"],
  apk: ["...packages"],
  copy: ["from", "to"],
  run: ["command"],
  env: ["env"],
  dockerfile: ["text"],
};

function asChild(value: Value): Child {
  return { value, start: value.start };
}
