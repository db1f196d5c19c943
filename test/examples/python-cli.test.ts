import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openExample } from "../support/example.ts";
import { runCli } from "../support/run-cli.ts";

it("examples/python-cli makes its virtual environment in a volume, tests itself and runs", async () => {
  await using example = await openExample("python-cli");
  const { cwd } = example;
  try {
    const up = await runCli(["up"], { cwd, timeoutMs: 500_000 });
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    const tests = await runCli(["task", "test"], { cwd, timeoutMs: 200_000 });
    expect(tests, tests.stdout + tests.stderr).toMatchObject({ exitCode: 0 });
    expect(tests.stdout).toMatch(/^=+ 7 passed in /m);
    expect(await runCli(["task", "count"], { cwd })).toMatchObject({ exitCode: 0, stdout: "12 README.md\n" });
    const where = await runCli(["exec", "--", "sh", "-c", "command -v wordcount; id -un"], { cwd });
    expect(where.stdout).toBe("/workspace/.venv/bin/wordcount\ndev\n");
    // The folder that the volume is mounted on is all that the host sees of it.
    expect(await readdir(join(cwd, ".venv"))).toEqual([]);
  } finally {
    expect(await runCli(["down", "--volumes"], { cwd })).toMatchObject({ exitCode: 0 });
  }
});
