import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { removeProject } from "../support/remove-project.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

it.each([
  ["node", /^ℹ pass 1$/m],
  ["python", /^=+ 1 passed in /m],
  ["go", /^ok\s+example\.com\/app\s/m],
])("a project that starts from the %s template comes up and passes its tests", async (template, passed) => {
  using folder = temporaryFolder();
  const name = `from-template-${template}`;
  const cwd = join(folder.path, name);
  mkdirSync(cwd);
  try {
    expect(await runCli(["init", template, "--yes"], { cwd })).toMatchObject({ exitCode: 0 });
    const up = await runCli(["up"], { cwd, timeoutMs: 500_000 });
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    const test = await runCli(["task", "test"], { cwd, timeoutMs: 200_000 });
    expect(test, test.stdout + test.stderr).toMatchObject({ exitCode: 0 });
    expect(test.stdout).toMatch(passed);
  } finally {
    await runCli(["down", "--volumes"], { cwd });
    await removeProject(name);
  }
});
