import { describe, expect, it } from "vitest";
import { detectNode } from "../../../../src/onboard/init/detect-node.ts";
import type { Part } from "../../../../src/onboard/init/part.ts";
import { suites } from "../../../../src/onboard/init/suites.ts";
import { projectFolder } from "../../../support/project-folder.ts";

const manifest = (content: object) => ({ "package.json": JSON.stringify(content) });
const candidateOf = (files: Readonly<Record<string, string>>) => {
  const candidate = detectNode(projectFolder(files));
  if (candidate === undefined) throw new Error("no Node project");
  return candidate;
};
const partOf = (files: Readonly<Record<string, string>>): Part =>
  candidateOf(files).partOn({ suite: suites[0], isBrought: false });
const layersOf = (files: Readonly<Record<string, string>>) => partOf(files).layers.map(({ code }) => code);

describe("the Node of a project", () => {
  it("is none without a package.json", () => {
    expect(detectNode(projectFolder({ "README.md": "" }))).toBeUndefined();
  });

  it.each([
    ["a version that .nvmrc names", { ".nvmrc": "v22.11.0\n" }, {}, 'node("22.11.0")', "node:22.11.0-bookworm-slim"],
    ["a line that .nvmrc names", { ".nvmrc": "22" }, {}, 'node("22.23.3")', "node:22-bookworm-slim"],
    ["a codename", { ".nvmrc": "lts/iron" }, {}, 'node("20.20.2")', "node:20-bookworm-slim"],
    ["the newest long-term one", { ".nvmrc": "lts/*" }, {}, 'node("24.21.0")', "node:24-bookworm-slim"],
    [
      "a comment above it",
      { ".node-version": "# ours\n20.19.0\n" },
      {},
      'node("20.19.0")',
      "node:20.19.0-bookworm-slim",
    ],
    [
      ".nvmrc before engines",
      { ".nvmrc": "22" },
      { engines: { node: ">=24" } },
      'node("22.23.3")',
      "node:22-bookworm-slim",
    ],
    ["a range of engines", {}, { engines: { node: ">=18 <23" } }, 'node("22.23.3")', "node:22-bookworm-slim"],
    [
      "the preferred one of a wide range",
      {},
      { engines: { node: ">=0.6" } },
      'node("24.21.0")',
      "node:24-bookworm-slim",
    ],
    [
      "a line that no release is known of",
      {},
      { engines: { node: ">=26" } },
      'node("26.0.0")',
      "node:26-bookworm-slim",
    ],
    ["words that are no version", {}, { engines: { node: "the newest" } }, 'node("24.21.0")', "node:24-bookworm-slim"],
    ["nothing", {}, {}, 'node("24.21.0")', "node:24-bookworm-slim"],
    [
      "an old one, with its npm",
      {},
      { engines: { node: "18" } },
      'node("18.20.8", { npm: "10.9.9" })',
      "node:18-bookworm-slim",
    ],
    ["a very old one", {}, { engines: { node: "^16" } }, 'node("16.20.2", { npm: "9.9.4" })', "node:16-bookworm-slim"],
  ])("comes from %s", (_, files, content, layer, image) => {
    const project = { ...files, ...manifest(content) };
    expect([layersOf(project)[0], candidateOf(project).image]).toEqual([layer, image]);
  });

  it("says in the config what asked for it", () => {
    expect(partOf(manifest({ engines: { node: ">=20" } })).layers[0]?.comment).toBe("engines of package.json: >=20");
    expect(partOf(manifest({})).layers[0]?.comment).toBeUndefined();
  });

  it("is left to a base image that brings it", () => {
    const part = candidateOf(manifest({})).partOn({ suite: suites[0], isBrought: true });
    expect([part.title, part.layers]).toEqual(["Node of the base image", []]);
  });
});

describe("the package manager of a Node project", () => {
  const locked = { packages: { "": { dependencies: { fastify: "^5" } } } };

  it.each([
    ["npm without a lock file", {}, {}, "npm", "npm install", []],
    [
      "npm with a lock file that fits",
      { "package-lock.json": JSON.stringify(locked) },
      { dependencies: { fastify: "^5" } },
      "npm",
      "npm ci",
      [],
    ],
    [
      "npm with a lock file of other ranges",
      { "package-lock.json": JSON.stringify(locked) },
      { dependencies: { fastify: "^6" } },
      "npm",
      "npm install",
      [],
    ],
    [
      "npm with a lock file that lacks one",
      { "package-lock.json": JSON.stringify(locked) },
      { dependencies: { fastify: "^5" }, devDependencies: { tape: "^5" } },
      "npm",
      "npm install",
      [],
    ],
    [
      "npm with a lock file of the first version",
      { "npm-shrinkwrap.json": '{ "dependencies": { "fastify": {} } }' },
      { dependencies: { fastify: "^5" } },
      "npm",
      "npm ci",
      [],
    ],
    [
      "pnpm by its lock file",
      { "pnpm-lock.yaml": "lockfileVersion: '9.0'\n" },
      {},
      "pnpm",
      "pnpm install --frozen-lockfile",
      ['run("npm install --global pnpm@10")'],
    ],
    [
      "an older pnpm by its lock file",
      { "pnpm-lock.yaml": "lockfileVersion: '6.0'\n" },
      {},
      "pnpm",
      "pnpm install --frozen-lockfile",
      ['run("npm install --global pnpm@8")'],
    ],
    [
      "pnpm before npm's lock file",
      { "pnpm-lock.yaml": "", "package-lock.json": "{}" },
      {},
      "pnpm",
      "pnpm install --frozen-lockfile",
      ['run("npm install --global pnpm@10")'],
    ],
    [
      "pnpm by name, without a lock file",
      {},
      { packageManager: "pnpm@9.12.0+sha512.abc" },
      "pnpm",
      "pnpm install",
      ['run("npm install --global pnpm@9.12.0")'],
    ],
    [
      "yarn 1",
      { "yarn.lock": "# yarn lockfile v1\n" },
      {},
      "yarn",
      "yarn install --frozen-lockfile",
      ['run("npm install --global yarn@1")'],
    ],
    [
      "a newer yarn",
      { "yarn.lock": "__metadata:\n  version: 8\n" },
      {},
      "yarn",
      "yarn install --immutable",
      ['run("npm install --global @yarnpkg/cli-dist@4")'],
    ],
    [
      "a newer yarn by its settings",
      { ".yarnrc.yml": "" },
      {},
      "yarn",
      "yarn install",
      ['run("npm install --global @yarnpkg/cli-dist@4")'],
    ],
    [
      "a newer yarn by name",
      { "yarn.lock": "" },
      { packageManager: "yarn@4.5.0" },
      "yarn",
      "yarn install --immutable",
      ['run("npm install --global @yarnpkg/cli-dist@4.5.0")'],
    ],
    ["bun", { "bun.lockb": "" }, {}, "bun", "bun install --frozen-lockfile", ['run("npm install --global bun@1")']],
    [
      "the one that is named, whatever lock files there are",
      { "yarn.lock": "" },
      { packageManager: "npm@11.0.0" },
      "npm",
      "npm install",
      [],
    ],
  ])("is %s", (_, files, content, name, install, layers) => {
    const project = { ...files, ...manifest(content) };
    expect(candidateOf(project).packageManager).toBe(name);
    expect(partOf(project)).toMatchObject({ create: [install], volumes: ["node_modules"] });
    expect(layersOf(project).slice(1)).toEqual(layers);
  });

  it("is an npm of the version that is named", () => {
    expect(layersOf(manifest({ packageManager: "npm@10.8.2" }))).toEqual(['node("24.21.0", { npm: "10.8.2" })']);
  });

  it("keeps the store of pnpm out of the workspace", () => {
    const { env } = partOf(manifest({ packageManager: "pnpm@10.0.0" }));
    expect(env).toEqual({ npm_config_store_dir: "/home/dev/.local/share/pnpm/store" });
  });
});

describe("the tasks of a Node project", () => {
  const scripts = { test: "tape", dev: "vite", start: "node .", build: "vite build", prepare: "husky" };

  it.each([
    ["npm@11.0.0", { test: "npm test", dev: "npm run dev", start: "npm start", build: "npm run build" }],
    ["pnpm@10.0.0", { test: "pnpm test", dev: "pnpm run dev", start: "pnpm start", build: "pnpm run build" }],
    ["yarn@1.22.22", { test: "yarn run test", dev: "yarn run dev", start: "yarn run start", build: "yarn run build" }],
    ["bun@1.2.0", { test: "bun run test", dev: "bun run dev", start: "bun run start", build: "bun run build" }],
  ])("are its scripts, run by %s", (packageManager, tasks) => {
    expect(partOf(manifest({ packageManager, scripts })).tasks).toEqual(tasks);
  });

  it("leave out the test that `npm init` writes", () => {
    const test = 'echo "Error: no test specified" && exit 1';
    expect(partOf(manifest({ scripts: { test } })).tasks).toEqual({});
  });
});

it("a package.json that is no JSON is named, with the reason", () => {
  expect(() => detectNode(projectFolder({ "package.json": "{ name: 1 }" }))).toThrow(
    /^`package.json` of this project could not be read: it is not JSON: /,
  );
});
