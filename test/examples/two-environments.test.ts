import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { removeProject } from "../support/remove-project.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const example = fileURLToPath(new URL("../../examples/two-environments", import.meta.url));

const project = "two-environments-test";

it("examples/two-environments builds what both images begin with once, and later only what changed", async () => {
  using folder = temporaryFolder();
  const cwd = folder.path;
  await cp(example, cwd, { recursive: true });
  const config = join(cwd, "devenv.config.ts");
  const text = await readFile(config, "utf8");
  // Nothing of an earlier run is in the build cache, and its images are nobody else's.
  const fresh = text
    .replace('name: "two-environments"', `name: "${project}"`)
    .replace("/etc/built-once", `/etc/built-once # ${crypto.randomUUID()}`);
  await writeFile(config, fresh);
  const output = async (environment: string, ...command: string[]) =>
    (await runCli(["exec", environment, "--", ...command], { cwd })).stdout;
  try {
    const up = await runCli(["up"], { cwd, timeoutMs: 500_000 });
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    expect(await output("web", "node", "--version")).toBe("v24.21.0\n");
    expect(await output("reports", "sqlite3", "--version")).toMatch(/^3\./);
    const number = await output("web", "cat", "/etc/built-once");
    expect(number).toMatch(/^[0-9a-f-]{36}\n$/);
    expect(await output("reports", "cat", "/etc/built-once")).toBe(number);

    await writeFile(config, fresh.replace('apt("sqlite3")', 'apt("sqlite3", "less")'));
    const again = await runCli(["up", "--json"], { cwd, timeoutMs: 500_000 });
    const { environments } = JSON.parse(again.stdout) as { environments: { name: string; action: string }[] };
    expect(environments.map(({ name, action }) => `${name} ${action}`)).toEqual(["web kept", "reports recreated"]);
    expect(await output("reports", "sh", "-c", "command -v less")).toBe("/usr/bin/less\n");
    expect(await output("reports", "cat", "/etc/built-once")).toBe(number);
  } finally {
    await removeProject(project);
  }
});
