import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { openExample } from "../support/example.ts";
import { runCli } from "../support/run-cli.ts";

it("examples/node-api installs and tests itself inside, and is reached from the host", async () => {
  await using example = await openExample("node-api");
  const { cwd } = example;
  try {
    expect(await runCli(["up"], { cwd, timeoutMs: 500_000 })).toMatchObject({ exitCode: 0 });
    const tests = await runCli(["task", "test"], { cwd, timeoutMs: 300_000 });
    expect(tests, tests.stdout + tests.stderr).toMatchObject({ exitCode: 0 });
    expect(tests.stdout).toMatch(/pass 3/);
    const server = runCli(["task", "start"], { cwd, timeoutMs: 200_000, onStart: (run) => void stopWhenReached(run) });
    const answer = await reach("http://127.0.0.1:3080/health");
    expect(answer).toEqual({ status: "ok" });
    await server;
  } finally {
    expect(await runCli(["down", "--volumes"], { cwd })).toMatchObject({ exitCode: 0 });
  }
});

async function stopWhenReached(run: { kill(signal: NodeJS.Signals): void }): Promise<void> {
  await reach("http://127.0.0.1:3080/health").catch(() => undefined);
  await sleep(1_000);
  run.kill("SIGTERM");
}

async function reach(url: string): Promise<unknown> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return response.json();
    await sleep(200);
  }
  throw new Error(`${url} did not answer`);
}
