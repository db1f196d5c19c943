import * as childProcess from "node:child_process";
import * as crypto from "node:crypto";
import { cpSync, globSync, rmSync } from "node:fs";
import * as filePromises from "node:fs/promises";
import { isBuiltin } from "node:module";
import { basename } from "node:path";
import * as streamConsumers from "node:stream/consumers";
import * as streamPromises from "node:stream/promises";
import * as timerPromises from "node:timers/promises";
import { defineConfig, type Plugin } from "rolldown";
import packageJson from "../package.json" with { type: "json" };

/**
 * Parts of dockerode that only a few users need and that cost more to import than all the rest: SSH
 * (ssh2) and its own BuildKit session (grpc, protobufjs), which devenv replaces. They stay in the
 * installed package and are required when they are called.
 */
const lazy: Readonly<Record<string, string>> = {
  "./ssh": "docker-modem/lib/ssh",
  "./session": "dockerode/lib/session",
};

const lazyDockerodeParts: Plugin = {
  name: "lazy-dockerode-parts",
  resolveId(source, importer) {
    const target = lazy[source];
    if (target === undefined || !importer?.includes(`/node_modules/${target.split("/")[0]}/`)) return null;
    return `\0lazy:${target}`;
  },
  load(id) {
    if (!id.startsWith("\0lazy:")) return null;
    const target = JSON.stringify(id.slice("\0lazy:".length));
    return `const { createRequire } = require("node:module");
      module.exports = function (...args) {
        const inDockerode = createRequire(createRequire(__filename).resolve("dockerode"));
        return inDockerode(${target}).apply(this, args);
      };`;
  },
};

/**
 * `import … from "node:fs"` makes Node read every member of that module, and some of them load other
 * modules: `fs.promises`, or all of undici for `node:http`. Taken this way a member is read when it is used.
 * The functions of those that are slow to load load them with the first call. Not for `main.ts`, which
 * must run on a Node that knows no such way, nor for what it needs first, nor for what packages require.
 */
const lazyBuiltins: Readonly<Record<string, object>> = {
  "node:child_process": childProcess,
  "node:crypto": crypto,
  "node:fs/promises": filePromises,
  "node:stream/consumers": streamConsumers,
  "node:stream/promises": streamPromises,
  "node:timers/promises": timerPromises,
};

const lightBuiltins: Plugin = {
  name: "light-builtins",
  resolveId(source, importer, { kind }) {
    if (!isBuiltin(source)) return null;
    const from = importer ?? "\0";
    const isLight =
      kind === "import-statement" && !/\/src\/(main|host\/(compile-cache|cache-folder))\.ts$|^\0/.test(from);
    if (!isLight) return { id: source, external: true };
    const isLazy = source in lazyBuiltins && !from.includes("/node_modules/");
    return `\0light:${isLazy ? "lazy:" : ""}${source}`;
  },
  load(id) {
    const [, isLazy, name = ""] = /^\0light:(lazy:)?(.*)$/.exec(id) ?? [];
    if (name === "") return null;
    const builtin = `process.getBuiltinModule(${JSON.stringify(name)})`;
    if (isLazy === undefined) return `module.exports = ${builtin};`;
    return Object.entries(lazyBuiltins[name] ?? {})
      .filter(([key]) => key !== "default")
      .map(([key, value]) => {
        const isFunction = /^[a-z]/.test(key) && typeof value === "function";
        const call = `(...args) => ${builtin}.${key}(...args)`;
        // a class or a constant is read at once, unless nobody uses it
        return `export const ${key} = ${isFunction ? call : `/* @__PURE__ */ (() => ${builtin}.${key})()`};`;
      })
      .join("\n");
  },
};

/** `main.js` uses nothing of the bundler's runtime, and must load nothing before it knows the Node version. */
const bareEntrance: Plugin = {
  name: "bare-entrance",
  generateBundle(_options, bundle) {
    const main = bundle["main.js"];
    if (main?.type === "chunk") main.code = main.code.replace(/import"\.\/chunks\/rolldown-runtime-[^"]+";/, "");
  },
};

/**
 * Every file that is read costs a hundredth of `node -e 0`: what a frequent command needs is in few of them,
 * each with all that its modules import, except what an earlier one holds.
 */
const chunks: readonly (readonly [string, RegExp])[] = [
  // before there is a compile cache
  ["start", /\/src\/host\/(compile-cache|cache-folder)\.ts$/],
  ["quick", /^\0light:|\/src\/(cli\/quick-up|host\/node)\.ts$/],
  ["core", /\/src\/cli\/(run|interrupts|help)\.ts$/],
  ["engine", /\/src\/(cli\/commands\/exec|engine\/docker\/connect)\.ts$/],
  ["up", /\/src\/(cli\/commands\/up|config\/script)\.ts$/],
];

/** Only yargs' parser is used; its entrance would pull in all of yargs for effects that it does not have. */
const effectFree = /\/node_modules\/(yargs|cliui|y18n|escalade|string-width|strip-ansi)\//;

/** What `@cyclonedx/cyclonedx-library` would write XML with, if it were there; devenv writes JSON. */
const missing = ["xmlbuilder2"];

const external = [...Object.keys(packageJson.dependencies).filter((name) => name !== "dockerode"), ...missing];

rmSync("dist", { recursive: true, force: true });

// programs for the engine's machine: they are read, never run here
for (const agent of globSync("src/sync/agent/devenv-sync-agent-*")) cpSync(agent, `dist/agent/${basename(agent)}`);

export default defineConfig({
  input: { main: "src/main.ts", index: "src/index.ts" },
  platform: "node",
  external,
  plugins: [lazyDockerodeParts, lightBuiltins, bareEntrance],
  treeshake: { moduleSideEffects: [{ test: effectFree, sideEffects: false }] },
  output: {
    dir: "dist",
    format: "esm",
    minify: true,
    chunkFileNames: "chunks/[name]-[hash].js",
    codeSplitting: { groups: chunks.map(([name, test], index) => ({ name, test, priority: chunks.length - index })) },
  },
});
