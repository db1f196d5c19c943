import { expect, it } from "vitest";
import { openExample } from "../support/example.ts";
import { runCli } from "../support/run-cli.ts";

it("examples/two-environments builds what both images begin with once, and later only what changed", async () => {
  await using example = await openExample("two-environments");
  const { cwd } = example;
  // nothing of an earlier run is in the build cache
  const fresh = example.config.replace("/etc/built-once", `/etc/built-once # ${crypto.randomUUID()}`);
  example.writeConfig(fresh);
  const output = async (environment: string, ...command: string[]) =>
    (await runCli(["exec", environment, "--", ...command], { cwd })).stdout;
  const up = await runCli(["up"], { cwd, timeoutMs: 500_000 });
  expect(up, up.stderr).toMatchObject({ exitCode: 0 });
  expect(await output("web", "node", "--version")).toBe("v24.21.0\n");
  expect(await output("reports", "sqlite3", "--version")).toMatch(/^3\./);
  const number = await output("web", "cat", "/etc/built-once");
  expect(number).toMatch(/^[0-9a-f-]{36}\n$/);
  expect(await output("reports", "cat", "/etc/built-once")).toBe(number);

  example.writeConfig(fresh.replace('apt("sqlite3")', 'apt("sqlite3", "less")'));
  const again = await runCli(["up", "--json"], { cwd, timeoutMs: 500_000 });
  const { environments } = JSON.parse(again.stdout) as { environments: { name: string; action: string }[] };
  expect(environments.map(({ name, action }) => `${name} ${action}`)).toEqual(["web kept", "reports recreated"]);
  expect(await output("reports", "sh", "-c", "command -v less")).toBe("/usr/bin/less\n");
  expect(await output("reports", "cat", "/etc/built-once")).toBe(number);
});
