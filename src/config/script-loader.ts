/** Runs a config script: TypeScript without a build step, a temporary file or a node_modules folder. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire, type ResolveFnOutput, type ResolveHookContext, registerHooks } from "node:module";
import { extname, isAbsolute } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { transformSync } from "oxc-transform";
import { importCandidates } from "./import-candidates.ts";

export interface ScriptLoader {
  /** The module of the script, evaluated anew with all it imports outside node_modules. */
  load(): Promise<Readonly<Record<string, unknown>>>;
  /** The files outside node_modules that were imported so far, the script first. */
  readonly files: ReadonlySet<string>;
  /** The import that could not be resolved, when that is what `error` is. */
  failedImport(error: unknown): FailedImport | undefined;
  /** How the modules of this loader are named in stack traces. */
  moduleName(file: string): string;
  /** Also a script's function may still import: close it after the last one ran. */
  close(): void;
}

export interface FailedImport {
  readonly specifier: string;
  /** The file that has the import. */
  readonly file: string;
}

export interface LoaderOptions {
  /** The module that `import … from "devenv"` gives, wherever it is written. */
  readonly devenvUrl: string;
  /** Called with each file before it runs, and with the folder of a package; throws for what is not to run. */
  requireOwn(path: string): void;
  /** Called with what a file holds before it runs; throws for what is not to run. */
  requireAgreed?: ((path: string, bytes: Uint8Array) => void) | undefined;
}

/** A loader of its own for one script, next to any others. */
export function openScriptLoader(file: string, options: LoaderOptions): ScriptLoader {
  const { devenvUrl, requireOwn, requireAgreed } = options;
  // Only to differ from others in this process; a UUID would first load all of node's cryptography.
  const id = Math.random().toString(16).slice(2);
  const tag = `?${QUERY}=${id}`;
  const entry = `devenv://${id}/config.mjs`;
  const files = new Set<string>();
  const failures = new Map<unknown, FailedImport>();

  const own = (path: string): ResolveFnOutput => {
    requireOwn(path);
    if (!files.has(path)) forgetCommonJs(path);
    files.add(path);
    return { url: pathToFileURL(path).href + tag, shortCircuit: true };
  };
  // A CommonJS module does not tell the query of its own URL when it requires another.
  const isMine = (url: string): boolean =>
    url.endsWith(tag) || (url.startsWith("file:") && files.has(fileURLToPath(url)));
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier === entry) return own(file);
      if (specifier === "devenv") return { url: devenvUrl, shortCircuit: true };
      const parent = context.parentURL;
      if (parent === undefined || !isMine(parent)) return nextResolve(specifier, context);
      try {
        const near = besideParent(specifier, parent);
        if (near !== undefined) return own(requireAttribute(near, context));
        const resolved = nextResolve(specifier, context);
        if (isOwn(resolved.url)) return { ...resolved, ...own(fileURLToPath(resolved.url)) };
        if (isInPackage(resolved.url)) requireOwn(packagesFolder(fileURLToPath(resolved.url)));
        return resolved;
      } catch (error) {
        failures.set(error, { specifier, file: fileURLToPath(parent) });
        throw error;
      }
    },
    load(url, context, nextLoad) {
      if (isInPackage(url)) {
        const source = moduleSource(url, () => readFileSync(fileURLToPath(url)));
        return source === undefined ? nextLoad(url, context) : { format: "module", source, shortCircuit: true };
      }
      if (!isMine(url)) return nextLoad(url, context);
      const bytes = readFileSync(fileURLToPath(url));
      requireAgreed?.(fileURLToPath(url), bytes);
      const source = url.endsWith(tag) ? moduleSource(url, () => bytes) : undefined;
      if (source !== undefined) return { format: "module", source, shortCircuit: true };
      const loaded = nextLoad(url, context);
      // what Node has read meanwhile is what runs
      if (loaded.source) requireAgreed?.(fileURLToPath(url), Buffer.from(loaded.source as Uint8Array));
      return loaded;
    },
  });
  return {
    load: () => import(/* @vite-ignore */ entry),
    files,
    failedImport: (error) => failures.get(error),
    moduleName: (path) => pathToFileURL(path).href + tag,
    close: () => hooks.deregister(),
  };
}

/** The name of the query that makes a module fresh, and tells whose it is. */
const QUERY = "devenv";

/** Left out of a message, which would otherwise show how the loader names modules. */
export function withoutTags(text: string): string {
  return text.replace(new RegExp(`\\?${QUERY}=[0-9a-f]+`, "g"), "");
}

/** The JavaScript of what is surely an ES module; undefined leaves the file to Node. */
function moduleSource(url: string, read: () => Buffer): string | undefined {
  const file = fileURLToPath(url);
  if ([".ts", ".mts"].includes(extname(file))) return stripTypes(file, read().toString("utf8"));
  if (extname(file) !== ".js" || isInPackage(url)) return undefined;
  // Node would find out too, but warns unless package.json says `"type": "module"`.
  const text = read().toString("utf8");
  return /^\s*(?:import[\s{*"']|export[\s{*])/m.test(text) ? text : undefined;
}

function stripTypes(file: string, text: string): string {
  const { code, errors } = transformSync(file, text, { sourceType: "module" });
  if (errors[0] !== undefined) throw new SyntaxError(errors[0].message);
  return code;
}

/** JSON needs its import attribute. Checked here, where the place of the import is known. */
function requireAttribute(file: string, { conditions, importAttributes }: ResolveHookContext): string {
  if (extname(file) === ".json" && conditions.includes("import") && importAttributes.type !== "json") {
    throw new Error('JSON is imported with an attribute: `import data from "./data.json" with { type: "json" }`');
  }
  return file;
}

function isOwn(url: string): boolean {
  return url.startsWith("file:") && !isInPackage(url);
}

function isInPackage(url: string): boolean {
  return url.startsWith("file:") && url.includes("/node_modules/");
}

/** Where the package was found: a folder above the project's may be anybody's. */
function packagesFolder(file: string): string {
  const name = "/node_modules/";
  return file.slice(0, file.indexOf(name) + name.length - 1);
}

/** The file that a path import means. */
function besideParent(specifier: string, parent: string): string | undefined {
  if (!/^\.{0,2}\//.test(specifier) && !specifier.startsWith("file:") && !isAbsolute(specifier)) return undefined;
  return importCandidates(specifier, parent).find((file) => existsSync(file) && statSync(file).isFile());
}

/** CommonJS modules are kept by path, whatever the query of their URL. */
function forgetCommonJs(file: string): void {
  delete createRequire(import.meta.url).cache[file];
}
