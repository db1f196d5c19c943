/** Commands that end at any moment, and containers that change under devenv's hands: the next `up` repairs. */
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectLabel } from "../../src/plan/labels.ts";
import { openEngineProxy } from "../support/engine-proxy.ts";
import type { CliResult, RunCliOptions } from "../support/run-cli.ts";
import { configText, docker, openTestProject, type TestProject } from "../support/test-project.ts";

const base = `from: "devenv-test/base:bookworm"`;

/** Everything that a container can have to be brought up; `value` makes a new one differ. */
const config = (value: number) => `image: { ${base}, user: "ada" }, env: { VALUE: "${value}" },
  secrets: { TOKEN: { env: "T2_TOKEN" } },
  hooks: { create: "echo $VALUE > /home/ada/created", start: "cat /home/ada/created /run/secrets/TOKEN > started" },\n`;

/** What `up` asks for beside looking; an exec that is created and not started is nothing. */
const isChange = (request: string) => !/^(GET|HEAD) |\/containers\/\S+\/exec$/.test(request);

interface Interrupted {
  readonly result: CliResult;
  /** The request that was next, undefined when the command ended by itself before. */
  readonly before: string | undefined;
}

/** Run `up`, and signal it when it asks the engine for its n-th change: the change is not made by then. */
async function interruptUp(project: TestProject, nth: number, signal: NodeJS.Signals): Promise<Interrupted> {
  await using proxy = await openEngineProxy();
  let count = 0;
  let before: string | undefined;
  const held = proxy.hold((request) => {
    count += isChange(request) ? 1 : 0;
    if (count < nth) return false;
    before = request;
    return true;
  });
  const onStart: RunCliOptions["onStart"] = (running) =>
    void held.reached.then(() => {
      running.kill(signal);
      // what was asked goes on, save for a process that is gone
      if (signal === "SIGKILL") held.drop();
      else held.release();
    });
  const result = await project.devenv(["up"], { env: { ...env(project), DOCKER_HOST: proxy.address }, onStart });
  // a command that was killed holds its lock for some seconds more
  rmSync(join(project.path, ".cache/devenv/locks"), { recursive: true, force: true });
  return { result, before };
}

const env = ({ path }: TestProject) => ({ T2_TOKEN: "token", XDG_CACHE_HOME: join(path, ".cache") });

/** One `up` repairs: one container, finished, with its volume, and all hooks done in it. */
async function expectRepaired(project: TestProject, name: string, value: number): Promise<void> {
  const up = await project.devenv(["up", "--json"], { env: env(project) });
  expect(up).toMatchObject({ exitCode: 0 });
  const containers = await project.containers();
  expect(containers.map((one) => ({ name: one.name, state: one.state }))).toEqual([
    { name: expect.stringMatching(new RegExp(`^${name}-dev-[0-9a-f]{8}$`)), state: "running" },
  ]);
  const created = await project.engine.containers.readFile(containers[0]?.id ?? "", "/home/ada/created");
  expect(created?.toString()).toBe(`${value}\n`);
  expect(readFileSync(join(project.path, "started"), "utf8")).toBe(`${value}\ntoken`);
  const volumes = await project.engine.volumes.list({ [projectLabel]: name });
  expect(volumes.map((volume) => volume.name)).toEqual([
    expect.stringMatching(new RegExp(`^${name}-dev-[0-9a-f]{8}-history`)),
  ]);
}

describe.concurrent("an `up` that is ended before any of its changes", () => {
  it.each([
    ["SIGKILL", ["SIGKILL"], "killcreate"],
    ["SIGINT or SIGTERM", ["SIGINT", "SIGTERM"], "intcreate"],
  ] as const)("by %s while it creates leaves what the next one repairs", async (_title, signals, name) => {
    await using project = openTestProject(name, config(0));
    await project.devenv(["build"], { env: env(project) });
    let count = 0;
    for (let nth = 1; ; nth++) {
      const { result, before } = await interruptUp(project, nth, signals[nth % signals.length] ?? "SIGKILL");
      if (before === undefined) break;
      count = nth;
      if (result.exitCode !== null) {
        // after the last change there is nothing left to interrupt
        expect([130, 143, 0], before).toContain(result.exitCode);
        const left = await project.containers();
        expect(
          left.filter(({ state }) => state !== "running"),
          before,
        ).toEqual([]);
      }
      await expectRepaired(project, name, 0);
      for (const { id } of await project.containers()) await project.engine.containers.remove(id);
    }
    expect(count).toBeGreaterThan(6);
  });

  it.each([
    ["SIGKILL", ["SIGKILL"], "killreplace"],
    ["SIGINT or SIGTERM", ["SIGINT", "SIGTERM"], "intreplace"],
  ] as const)("by %s while it replaces never loses the old container before the new one runs", async (...row) => {
    const [, signals, name] = row;
    await using project = openTestProject(name, config(0));
    await project.up({ env: env(project) });
    let count = 0;
    for (let nth = 1; ; nth++) {
      const [old] = await project.containers();
      project.write({ "devenv.config.mjs": configText(name, config(nth)) });
      const { result, before } = await interruptUp(project, nth, signals[nth % signals.length] ?? "SIGKILL");
      if (before === undefined) break;
      count = nth;
      const left = await project.containers();
      const counts = left.some(({ id, state }) => id === old?.id || state === "running");
      expect(counts, `${before}: ${JSON.stringify(left)}`).toBe(true);
      if (result.exitCode !== null) {
        expect([130, 143, 0], before).toContain(result.exitCode);
        expect(
          left.map(({ state }) => state),
          before,
        ).toEqual(["running"]);
        expect(left[0]?.name, before).not.toMatch(/\.old$/);
      }
      await expectRepaired(project, name, nth);
    }
    expect(count).toBeGreaterThan(8);
  });
});

it("builds again what a killed `up` had begun to build", async () => {
  await using project = openTestProject(
    "killbuild",
    `image: { ${base}, layers: [run("echo building; sleep 3; echo ${randomUUID()} > /made")] },`,
  );
  const killed = await project.devenv(["up", "--verbose"], {
    env: env(project),
    onStart: (running) => void running.printed("| building").then(() => running.kill("SIGKILL")),
  });
  expect(killed.signal).toBe("SIGKILL");
  expect(await project.containers()).toEqual([]);
  expect(await project.up({ env: env(project) })).toMatchObject({ action: "created" });
});

it("ends what a killed `up` left of a hook before it runs the hook again", async () => {
  await using project = openTestProject(
    "killhook",
    `image: { ${base} }, hooks: { create: "echo begun; test -e fixed || sleep 778; echo done >> log" },`,
  );
  await project.devenv(["up"], {
    onStart: (running) => void running.printed("| begun").then(() => running.kill("SIGKILL")),
  });
  const processes = async () => await docker("top", (await project.containers())[0]?.id ?? "", "-o", "pid,args");
  expect(await processes()).toContain("sleep 778");
  project.write({ fixed: "" });
  expect(await project.up()).toMatchObject({
    action: "started",
    reasons: ["the create hook has not succeeded yet"],
  });
  expect(await processes()).not.toContain("sleep 778");
  expect((await project.devenv(["exec", "--", "cat", "log"])).stdout).toBe("done\n");
});

it("puts right what other hands did to its container", async () => {
  await using project = openTestProject("byhand", `image: { ${base} }, hooks: { start: "echo start >> log" },`);
  const { container } = await project.up();
  const [{ id = "" } = {}] = await project.containers();
  const isRight = async () => {
    expect((await project.containers()).map(({ name, state }) => ({ name, state }))).toEqual([
      { name: container, state: "running" },
    ]);
    expect(await project.up()).toMatchObject({ action: "kept" });
  };

  await docker("pause", id);
  expect(await project.status()).toMatchObject({ state: "paused", stale: ["the container is paused"] });
  expect(await project.up()).toMatchObject({ action: "started", reasons: ["the container is paused"] });
  await isRight();
  await docker("pause", id);
  expect(await project.devenv(["exec", "--", "echo", "again"])).toMatchObject({ exitCode: 0, stdout: "again\n" });

  await docker("kill", id);
  expect(await project.up()).toMatchObject({ action: "started", reasons: ["the container is stopped"] });
  await isRight();

  await docker("rename", id, "byhand-mine");
  expect(await project.devenv(["exec", "--", "true"])).toMatchObject({ exitCode: 0 });
  expect(await project.status()).toMatchObject({ stale: ["it was renamed to `byhand-mine`"] });
  expect(await project.up()).toMatchObject({ action: "started", reasons: ["it was renamed to `byhand-mine`"] });
  await isRight();

  await docker("network", "prune", "--force", "--filter", "label=devenv.project=byhand");
  await docker("rm", "--force", id);
  expect(await project.up()).toMatchObject({ action: "created" });
  await isRight();
  expect((await project.devenv(["exec", "--", "cat", "log"])).stdout).toBe("start\nstart\nstart\n");
});
