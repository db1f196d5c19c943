import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const example = fileURLToPath(new URL("../../examples/hello", import.meta.url));

it("examples/hello comes up, greets, is kept by a second up, and goes down", async () => {
  using folder = temporaryFolder();
  const cwd = folder.path;
  await cp(example, cwd, { recursive: true });
  try {
    expect(await runCli(["up"], { cwd, timeoutMs: 500_000 })).toMatchObject({ exitCode: 0 });
    const greeting = await runCli(["task", "greet"], { cwd });
    expect(greeting.stdout).toMatch(/^Hello from Debian GNU\/Linux 12 \(bookworm\) with git version /);
    expect(await runCli(["exec", "--", "sh", "-c", "exit 7"], { cwd })).toMatchObject({ exitCode: 7 });
    expect((await runCli(["up"], { cwd })).stderr).toBe("hello · dev is up to date\n");
  } finally {
    expect(await runCli(["down", "--volumes"], { cwd })).toMatchObject({ exitCode: 0 });
  }
});
