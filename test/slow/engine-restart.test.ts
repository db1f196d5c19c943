/** An engine of our own that loses its power, and one whose disk is full. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { nodeHost } from "../../src/host/node.ts";
import { projectLabel } from "../../src/plan/labels.ts";
import { engineKinds, type RunningEngine, startEngine } from "../engines/engines.ts";
import { copyImage } from "../support/copy-image.ts";
import { type RunCliOptions, runCli } from "../support/run-cli.ts";
import { baseImage } from "../support/sandbox.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { configText } from "../support/test-project.ts";

const image = `image: { from: "${baseImage}" },`;
const disk = mkdtempSync("/tmp/devenv-disk-");
const megabytes = 500;
let folder: TemporaryFolder;
let running: RunningEngine;

beforeAll(async () => {
  folder = temporaryFolder();
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "devenv-test", disk]);
  const host = nodeHost();
  const [kind] = engineKinds;
  if (kind === undefined) throw new Error("there is no engine");
  const folders = [disk, folder.path, host.cacheDir];
  running = await startEngine(kind, { host, outer: connectEngine(host), folders, dataRoot: disk });
  await copyImage(baseImage, running.address);
});

afterAll(async () => {
  await running?.[Symbol.asyncDispose]();
  execFileSync("umount", [disk]);
  rmdirSync(disk);
  folder[Symbol.dispose]();
});

const devenv = (args: readonly string[], options: RunCliOptions = {}) =>
  runCli(args, { cwd: folder.path, ...options, env: { DOCKER_HOST: running.address, ...options.env } });

const containers = async (project: string) => {
  const host = { ...nodeHost(), env: { DOCKER_HOST: running.address } };
  return (await connectEngine(host).containers.list({ [projectLabel]: project })).map(({ state }) => state);
};

it("starts what was up again after a reboot, with its secrets and its start hook", async () => {
  const config = `${image} ports: [{ container: 3000, host: 31873 }],
  secrets: { TOKEN: { command: "echo token" } }, hooks: { create: "echo create >> log", start: "cat /run/secrets/TOKEN >> log; echo >> log" },\n`;
  folder.write({ "devenv.config.mjs": configText("reboot", config) });
  const up = async () => JSON.parse((await devenv(["up", "--json"])).stdout).environments[0];
  expect(await up()).toMatchObject({ action: "created" });

  await running.reboot();
  expect(await containers("reboot")).toEqual(["exited"]);
  expect(await up()).toMatchObject({ action: "started", reasons: ["the container is stopped"] });
  expect((await devenv(["exec", "--", "cat", "log"])).stdout).toBe("create\ntoken\ntoken\n");

  await running.reboot();
  const inside = await devenv(["exec", "--", "cat", "log", "/run/secrets/TOKEN"]);
  expect(inside).toMatchObject({ exitCode: 0, stdout: "create\ntoken\ntoken\ntoken\ntoken" });
  expect(await up()).toMatchObject({ action: "kept" });

  await running.reboot();
  const json = JSON.parse((await devenv(["restart", "--json"])).stdout);
  expect(json.containers).toMatchObject([{ name: "dev" }]);
  expect(await containers("reboot")).toEqual(["running"]);
  await devenv(["down", "--volumes"]);
});

it("says whose disk is full, leaves nothing half-made, and works when there is room", async () => {
  const config = `image: { from: "${baseImage}", layers: [run("head -c 250000000 /dev/zero > /big || { sleep 1; exit 1; }; rm /big")] },`;
  folder.write({ "devenv.config.mjs": configText("fulldisk", config) });
  const ballast = join(disk, "ballast");
  const error = (text: string) =>
    text
      .slice(text.indexOf("error: "))
      .replaceAll(disk, "DISK")
      .replaceAll(/[0-9a-f]{12,64}/g, "HASH")
      .replaceAll(/only \d+ MB/g, "only N MB");
  execFileSync("fallocate", ["--length", `${megabytes - 200}M`, ballast]);
  const build = await devenv(["up"]);
  expect(build).toMatchObject({ exitCode: 1, stdout: "" });
  expect(error(build.stderr)).toMatchInlineSnapshot(`
    "error: The disk of the container engine is full, only N MB are free at \`DISK\`:
      Image \`fulldisk/dev:HASH\` could not be built: executor failed running [/bin/sh -c head -c 250000000 /dev/zero > /big || { sleep 1; exit 1; }; rm /big]: exit code: 1
        config      image.layers[0] (devenv.config.mjs:4:54)
        Dockerfile  line 8
        step        RUN head -c 250000000 /dev/zero > /big || { sleep 1; exit 1; }; rm /big
        | head: error writing 'standard output': No space left on device

    hint: make room there, as with \`devenv prune\` or \`docker system prune\`, then run the command again
    "
  `);
  expect(await containers("fulldisk")).toEqual([]);

  rmSync(ballast);
  expect(await devenv(["build"])).toMatchObject({ exitCode: 0 });
  fill(ballast);
  const create = await devenv(["up", "--json"]);
  expect(JSON.parse(create.stdout).error).toMatchObject({ code: "DISK_FULL", details: { folder: disk } });
  expect(await containers("fulldisk")).toEqual([]);
  rmSync(ballast);
  expect(await devenv(["up"])).toMatchObject({ exitCode: 0 });
  expect(await containers("fulldisk")).toEqual(["running"]);
});

/** Write until nothing fits. */
function fill(file: string): void {
  try {
    execFileSync("dd", ["if=/dev/zero", `of=${file}`, "bs=4k"], { stdio: "ignore" });
  } catch {
    // that is how it ends
  }
}
