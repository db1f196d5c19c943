import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync, Visitor } from "oxc-parser";
import { describe, expect, it } from "vitest";

const src = fileURLToPath(new URL("../../src", import.meta.url));

/** Folders in the order the data travels: a folder imports only from those before it, and from itself. */
const order = [
  ["errors", "errors.ts", "digest.ts"],
  ["host"],
  ["config"],
  ["spec"],
  ["lock"],
  ["plan"],
  ["engine"],
  ["env", "sync"],
  ["onboard"],
  ["ci"],
  ["cli"],
  ["main.ts"],
];

/** Packages that enter through one place only. */
const entrances: Record<string, RegExp> = {
  dockerode: /^engine\/docker\//,
  "tar-stream": /^(host|engine\/docker)\//,
  chokidar: /^(host\/watch(-tree)?|sync\/host\/chokidar-watch)\.ts$/,
  undici: /^host\//,
  "proper-lockfile": /^host\/workspace-lock\.ts$/,
  execa: /^host\/run-program\.ts$/,
  zod: /^(config|lock)\//,
  yargs: /^cli\//,
  cosmiconfig: /^config\//,
  "log-update": /^cli\//,
  picocolors: /^cli\//,
  ...Object.fromEntries(
    ["", "/Enums", "/Models", "/Serialize", "/Spec"].map((part) => [
      `@cyclonedx/cyclonedx-library${part}`,
      /^env\/sbom\/document\.ts$/,
    ]),
  ),
};

/** Values in, values out: no I/O, nothing asynchronous. */
const pure = /^(spec|plan)\/|^lock\/(?!store)|^sync\/(entry|tree|reconcile|safety)\.ts$/;
const effects = /^node:(fs|child_process|http|https|http2|net|os|worker_threads|timers)/;
const atTheTerminal = /^(main\.ts|host\/node\.ts|cli\/render\.ts|cli\/report-error\.ts)$/;

interface SourceFile {
  readonly name: string;
  readonly lines: number;
  /** Every import specifier, types included. */
  readonly imports: readonly string[];
  readonly functions: readonly { readonly name: string; readonly lines: number }[];
  readonly globals: readonly string[];
  readonly isAsync: boolean;
}

const files: readonly SourceFile[] = globSync("**/*.ts", { cwd: src }).sort().map(readSource);

function readSource(name: string): SourceFile {
  const text = readFileSync(join(src, name), "utf8");
  const lineAt = (offset: number) => text.slice(0, offset).split("\n").length;
  const functions: { name: string; lines: number }[] = [];
  const globals: string[] = [];
  const imports: string[] = [];
  let isAsync = false;
  const enter = (node: { start: number; end: number; async?: boolean }) => {
    isAsync ||= node.async === true;
    functions.push({ name: `line ${lineAt(node.start)}`, lines: lineAt(node.end) - lineAt(node.start) + 1 });
  };
  const { program, errors } = parseSync(name, text);
  expect(errors, name).toEqual([]);
  new Visitor({
    FunctionDeclaration: enter,
    FunctionExpression: enter,
    ArrowFunctionExpression: enter,
    ImportDeclaration: (node) => void imports.push(node.source.value),
    ExportNamedDeclaration: (node) => void (node.source && imports.push(node.source.value)),
    ExportAllDeclaration: (node) => void imports.push(node.source.value),
    ImportExpression: (node) => void (node.source.type === "Literal" && imports.push(String(node.source.value))),
    MemberExpression: (node) => void (node.object.type === "Identifier" && globals.push(node.object.name)),
  }).visit(program);
  return { name, lines: text.split("\n").length - 1, imports, functions, globals, isAsync };
}

function localImports(file: SourceFile): readonly string[] {
  return file.imports
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => relative(src, join(src, dirname(file.name), specifier)));
}

function rank(name: string): number {
  return order.findIndex((group) => group.some((place) => name === place || name.startsWith(`${place}/`)));
}

/** The first way from a file back to itself over imports. */
function findCycle(): readonly string[] | undefined {
  const byName = new Map(files.map((file) => [file.name, localImports(file)]));
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    if (done.has(name)) return undefined;
    for (const next of byName.get(name) ?? []) {
      const cycle = visit(next, [...way, name]);
      if (cycle !== undefined) return cycle;
    }
    done.add(name);
    return undefined;
  };
  return files.map(({ name }) => visit(name, [])).find((cycle) => cycle !== undefined);
}

describe("the architecture", () => {
  it("reads every source file", () => expect(files.length).toBeGreaterThan(30));

  it("has every file in a folder of the import law", () => {
    expect(files.map(({ name }) => name).filter((name) => name !== "index.ts" && rank(name) < 0)).toEqual([]);
  });

  it(`imports only in this direction: ${order.map((group) => group.join(", ")).join(" ← ")}`, () => {
    const broken = files.flatMap((file) =>
      localImports(file)
        .filter((target) => file.name !== "index.ts" && rank(target) > rank(file.name))
        .map((target) => `${file.name} imports ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it("keeps what stands side by side apart", () => {
    const folderOf = (name: string, group: readonly string[] = []) =>
      group.find((place) => name === place || name.startsWith(`${place}/`));
    const siblings = order.find((group) => group.includes("sync"));
    const broken = files.flatMap((file) =>
      localImports(file)
        .filter((target) => rank(target) === rank(file.name) && siblings === order[rank(file.name)])
        .filter((target) => folderOf(target, siblings) !== folderOf(file.name, siblings))
        .map((target) => `${file.name} imports ${target}`),
    );
    expect(siblings).toEqual(["env", "sync"]);
    expect(broken).toEqual([]);
  });

  it("keeps the public entry inert", () => {
    const index = files.find(({ name }) => name === "index.ts");
    const allowed = /^(errors\.ts|config\/(define|layers|presets|merge)\.ts)$/;
    expect(index && localImports(index).filter((target) => !allowed.test(target))).toEqual([]);
  });

  it("has no import cycle", () => expect(findCycle()).toBeUndefined());

  it("lets each package in through one place", () => {
    const broken = files.flatMap(({ name, imports }) =>
      imports
        .filter((specifier) => entrances[specifier]?.test(name) === false)
        .map((specifier) => `${name} imports ${specifier}`),
    );
    expect(broken).toEqual([]);
  });

  it("is wired to the real engine by the edge alone", () => {
    const broken = files
      .filter(({ name }) => !/^(main\.ts|engine\/docker\/)/.test(name))
      .filter((file) => localImports(file).some((target) => target.startsWith("engine/docker/")));
    expect(broken.map(({ name }) => name)).toEqual([]);
  });

  it("does no I/O and nothing asynchronous in its pure folders", () => {
    const broken = files
      .filter(({ name }) => pure.test(name))
      .filter(({ imports, isAsync }) => isAsync || imports.some((name) => effects.test(name)));
    expect(broken.map(({ name }) => name)).toEqual([]);
  });

  it("speaks to the terminal and the process in four files only", () => {
    const broken = files
      .filter(({ name }) => !atTheTerminal.test(name))
      .filter(({ globals }) => globals.some((name) => name === "console" || name === "process"));
    expect(broken.map(({ name }) => name)).toEqual([]);
  });

  it("has no function over 60 lines and no file over 250", () => {
    const long = files.flatMap(({ name, functions }) =>
      functions.filter(({ lines }) => lines > 60).map((fn) => `${name} ${fn.name}: ${fn.lines} lines`),
    );
    expect([
      ...long,
      ...files.filter(({ lines }) => lines > 250).map(({ name, lines }) => `${name}: ${lines} lines`),
    ]).toEqual([]);
  });

  it("has half of its files within 80 lines and half of its functions within 10", () => {
    const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
    expect(median(files.map(({ lines }) => lines))).toBeLessThanOrEqual(80);
    expect(median(files.flatMap(({ functions }) => functions.map(({ lines }) => lines)))).toBeLessThanOrEqual(10);
  });
});
