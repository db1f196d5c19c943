/** How much the hot paths ask of the engine, through the built bundle. */
import { expect, it } from "vitest";
import { openEngineProxy } from "../support/engine-proxy.ts";
import { removeProject } from "../support/remove-project.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const config = `
import { defineConfig, env } from "devenv";
const environment = (value) => ({ image: { from: "devenv-test/base:bookworm", layers: [env({ NAME: value })] } });
export default defineConfig({ name: "calls", environments: { one: environment("one"), two: environment("two") } });
`;

it("asks the engine at most four times when there is nothing to do, and at most four times to run a command", async () => {
  using folder = temporaryFolder({ "devenv.config.mjs": config });
  await using proxy = await openEngineProxy();
  const devenv = async (...args: string[]) => {
    const before = proxy.requests.length;
    const { exitCode, stderr } = await runCli(args, { cwd: folder.path, env: { DOCKER_HOST: proxy.address } });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    return { stderr, requests: proxy.requests.slice(before) };
  };
  try {
    await devenv("up");
    const again = await devenv("up");
    expect(again.stderr).toBe("calls · one is up to date\ncalls · two is up to date\n");
    expect(again.requests.length, again.requests.join("\n")).toBeLessThanOrEqual(4);
    const inside = await devenv("exec", "one", "--", "true");
    expect(inside.requests.length, inside.requests.join("\n")).toBeLessThanOrEqual(4);
  } finally {
    await removeProject("calls");
  }
});
