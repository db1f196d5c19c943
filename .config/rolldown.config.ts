import { rmSync } from "node:fs";
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
 * `import … from "node:http"` makes Node read every member of that module, and one of them loads all of
 * undici: a quarter of the time that `node -e 0` takes. A name that is missing here fails the build. Packages
 * require the whole module, and get it.
 */
const lightHttp: Plugin = {
  name: "light-http",
  resolveId(source, importer) {
    if (source !== "node:http") return null;
    return importer?.includes("/node_modules/") ? { id: source, external: true } : "\0light-http";
  },
  load: (id) =>
    id === "\0light-http" ? `export const { Agent, STATUS_CODES } = process.getBuiltinModule("node:http");` : null,
};

/** Only yargs' parser is used; its entrance would pull in all of yargs for effects that it does not have. */
const effectFree = /\/node_modules\/(yargs|cliui|y18n|escalade|string-width|strip-ansi)\//;

const external = [/^node:(?!http$)/, ...Object.keys(packageJson.dependencies).filter((name) => name !== "dockerode")];

rmSync("dist", { recursive: true, force: true });

export default defineConfig({
  input: { main: "src/main.ts", index: "src/index.ts" },
  platform: "node",
  external,
  plugins: [lazyDockerodeParts, lightHttp],
  treeshake: { moduleSideEffects: [{ test: effectFree, sideEffects: false }] },
  output: { dir: "dist", format: "esm", minify: true, chunkFileNames: "chunks/[name]-[hash].js" },
});
