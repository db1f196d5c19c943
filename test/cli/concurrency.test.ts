/** Several devenv commands on one workspace at once. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openTestProject, type TestProject } from "../support/test-project.ts";

const image = `image: { from: "devenv-test/base:bookworm" },`;
const waiting = "warning: another devenv command works on this workspace; waiting for it to end\n";

/** Begins an `up` whose create hook runs until `release`. */
async function beginUp(project: TestProject) {
  const begun = Promise.withResolvers<void>();
  const ended = project.devenv(["up"], {
    onStart: (running) => void running.printed("| begun").then(() => begun.resolve()),
  });
  await begun.promise;
  return { ended, release: () => project.write({ go: "" }) };
}

const slowHook = `hooks: { create: "echo begun; until test -e go; do sleep 0.1; done; echo done >> log" },`;

it("lets a second `up` wait for the first, and makes one container", async () => {
  await using project = openTestProject("twoups", `${image} ${slowHook}`);
  const first = await beginUp(project);
  const second = project.devenv(["up"], {
    onStart: (running) => void running.printed("waiting for it to end").then(() => first.release()),
  });
  expect(await first.ended).toMatchObject({ exitCode: 0 });
  expect(await second).toEqual({
    exitCode: 0,
    signal: null,
    stdout: "",
    stderr: `${waiting}twoups · dev is up to date\n`,
  });
  expect((await project.containers()).map(({ state }) => state)).toEqual(["running"]);
  expect(readFileSync(join(project.path, "log"), "utf8")).toBe("done\n");
});

it("lets five `up` at once end well with one container", async () => {
  await using project = openTestProject("fiveups", `${image} hooks: { create: "echo done >> log" },`);
  const results = await Promise.all([1, 2, 3, 4, 5].map(() => project.devenv(["up"])));
  expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0]);
  expect((await project.containers()).map(({ state }) => state)).toEqual(["running"]);
  expect(readFileSync(join(project.path, "log"), "utf8")).toBe("done\n");
});

it("lets `down` wait for an `up`, and ends the waiting on Ctrl-C", async () => {
  await using project = openTestProject("downup", `${image} ${slowHook}`);
  const up = await beginUp(project);
  const interrupted = await project.devenv(["down"], {
    onStart: (running) => void running.printed("waiting for it to end").then(() => running.kill("SIGINT")),
  });
  expect(interrupted).toMatchObject({ exitCode: 130, stderr: `${waiting}error: Interrupted by SIGINT\n` });
  const down = project.devenv(["down", "--json"], {
    onStart: (running) => void running.printed("waiting for it to end").then(() => up.release()),
  });
  expect(await up.ended).toMatchObject({ exitCode: 0 });
  const { exitCode, stdout } = await down;
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout).removed).toEqual([expect.stringMatching(/^downup-dev-[0-9a-f]{8}$/)]);
  expect(await project.containers()).toEqual([]);
});

it("takes over the lock of a command that was killed", async () => {
  await using project = openTestProject("killedlock", `${image} ${slowHook}`);
  const killed = await project.devenv(["up"], {
    onStart: (running) => void running.printed("| begun").then(() => running.kill("SIGKILL")),
  });
  expect(killed.signal).toBe("SIGKILL");
  project.write({ go: "" });
  const again = await project.devenv(["up"]);
  expect(again.exitCode).toBe(0);
  expect(again.stderr).toContain(waiting);
  expect((await project.containers()).map(({ name }) => name)).toEqual([
    expect.stringMatching(/^killedlock-dev-[0-9a-f]{8}$/),
  ]);
});

it("runs commands inside while another command waits or works", async () => {
  await using project = openTestProject("execup", `${image} ${slowHook}`);
  const up = await beginUp(project);
  expect(await project.devenv(["exec", "--", "echo", "inside"])).toMatchObject({ exitCode: 0, stdout: "inside\n" });
  expect(await project.status()).toMatchObject({ state: "running", stale: ["the create hook has not succeeded yet"] });
  up.release();
  expect(await up.ended).toMatchObject({ exitCode: 0 });
});
