/** The quick `up` on the real engine: it is taken when nothing changed, and no change is missed. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { openEngineProxy } from "../support/engine-proxy.ts";
import { removeProject } from "../support/remove-project.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const config = `
import { copy, defineConfig } from "devenv";
import { greeting } from "./greeting";
export default defineConfig(({ env }) => ({
  name: "quickup",
  environments: {
    dev: {
      image: { from: "devenv-test/base:bookworm", layers: [copy("src", "/opt/src")] },
      env: { GREETING: greeting, PLACE: env.PLACE ?? "here" },
      envFile: ".env",
    },
  },
}));
`;

/** Longer ago than what counts as just written. */
const settledMs = 2100;

/** Prints each path that devenv looks at, from inside its process. */
const spyOnFiles = `data:text/javascript,${encodeURIComponent(`
  const seen = new Set();
  const spy = (module, names) => {
    for (const name of names) {
      const real = module[name];
      module[name] = Object.assign((path, ...rest) => {
        if (typeof path === "string") seen.add(path);
        return real.call(module, path, ...rest);
      }, real);
    }
  };
  const names = ["stat", "lstat", "readFile", "readdir", "readlink", "realpath", "access", "open", "opendir"];
  spy(process.getBuiltinModule("node:fs"), ["existsSync", ...names.map((name) => name + "Sync")]);
  spy(process.getBuiltinModule("node:fs/promises"), names);
  process.on("exit", () => process._rawDebug("seen " + JSON.stringify([...seen])));
`)}`;

/** Prints whether the whole of \`up\` was loaded. */
const tellWay = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  let way = "quick";
  registerHooks({ load(url, context, next) {
    if (url.includes("/chunks/up-")) way = "whole";
    return next(url, context);
  } });
  process.on("exit", () => process._rawDebug("way " + way));
`)}`;

function openProject() {
  const folder = temporaryFolder({
    "work/devenv.config.ts": config,
    "work/greeting.ts": 'export const greeting = "hello";\n',
    "work/.env": "A=1\n",
    "work/src/a.txt": "a\n",
  });
  const cwd = join(folder.path, "work");
  const settings: Record<string, string | undefined> = { XDG_CACHE_HOME: join(folder.path, "cache") };
  const up = async (preload: string, env = {}) => {
    const nodeOptions = ["--import", preload];
    const result = await runCli(["up"], { cwd, env: { ...settings, ...env }, nodeOptions });
    expect({ ...result, stderr: "" }).toMatchObject({ exitCode: 0, stderr: "" });
    return result.stderr;
  };
  return {
    folder,
    cwd,
    spied: () => up(spyOnFiles),
    up: (env?: Record<string, string>) => up(tellWay, env),
    record: () => {
      const place = join(folder.path, "cache/devenv/quick-up");
      const [name = ""] = readdirSync(place);
      return JSON.parse(readFileSync(join(place, name), "utf8"));
    },
    [Symbol.asyncDispose]: async () => {
      await removeProject("quickup");
      folder[Symbol.dispose]();
    },
  };
}

const quick = "quickup · dev is up to date\nway quick\n";

/** Other content of the same size, the file's times set back. */
function rewrite(file: string, text: string): void {
  const { atime, mtime } = statSync(file);
  writeFileSync(file, text);
  utimesSync(file, atime, mtime);
}

const docker = (...args: string[]) =>
  execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

it("asks the engine once when nothing changed, and misses no change of what it is made of", async () => {
  await using project = openProject();
  const { up, cwd } = project;
  await up();
  const settle = async () => {
    await setTimeout(settledMs);
    await up();
    expect(await up()).toBe(quick);
  };
  await settle();
  await using proxy = await openEngineProxy();
  expect(await up({ DOCKER_HOST: proxy.address })).toBe("quickup · dev is up to date\nway whole\n");
  const before = proxy.requests.length;
  expect(await up({ DOCKER_HOST: proxy.address })).toBe(quick);
  expect(proxy.requests.slice(before)).toHaveLength(1);

  await up();
  const container = docker("ps", "--format", "{{.Names}}", "--filter", "label=devenv.project=quickup").trim();
  const changes: readonly (readonly [string, () => unknown])[] = [
    ["GREETING changed", () => rewrite(join(cwd, "greeting.ts"), 'export const greeting = "HELLO";\n')],
    ["A changed", () => rewrite(join(cwd, ".env"), "A=2\n")],
    ["layers[0] changed", () => rewrite(join(cwd, "src/a.txt"), "b\n")],
    ["LOCAL added", () => project.folder.write({ "work/devenv.local.json": '{ "env": { "LOCAL": "1" } }' })],
    ["started", () => docker("stop", "--time", "0", container)],
    ["created", () => docker("rm", "--force", container)],
  ];
  for (const [words, change] of changes) {
    change();
    expect(await up()).toContain(words);
    await settle();
  }
  expect(await up({ PLACE: "there" })).toContain("PLACE changed");
});

it("signs everything that an up with nothing to do looks at", async () => {
  await using project = openProject();
  project.folder.write({
    "work/devenv.local.json": "{}",
    "work/.dockerignore": "src/left-out\n",
    "work/src/left-out": "",
  });
  await project.up();
  await setTimeout(settledMs);
  const [, seen = "[]"] = /^seen (.*)$/m.exec(await project.spied()) ?? [];
  const { paths, folders } = project.record();
  const bundle = join(import.meta.dirname, "../..");
  const cache = join(project.folder.path, "cache/devenv");
  const others = [
    // devenv itself, its native package, the record, and what stands in it of what is mounted
    ...[`${bundle}/dist/`, `${bundle}/node_modules/`, `${bundle}/package.json`, "/usr/bin/ldd"],
    ...["quick-up", "mounts", "compile"].map((name) => join(cache, name)),
    // what devenv wrote down of earlier runs: it decides nothing as long as config and containers are the same
    join(process.env.HOME ?? "", ".local/state/devenv/"),
    // whether its own folders are private
    "/proc/self/fd",
    // the way to the engine, whose address is compared
    ...["/var/run/docker.sock", "/run/podman/podman.sock", join(process.env.HOME ?? "", ".docker/")],
  ];
  const unsigned = (JSON.parse(seen) as string[]).filter(
    (path) => !(path in paths || path in folders || path === cache || others.some((place) => path.startsWith(place))),
  );
  expect(unsigned).toEqual([]);
});
