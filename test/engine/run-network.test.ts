import { expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { build } from "../../src/env/build.ts";
import type { OperationContext, ProgressEvent } from "../../src/env/operation.ts";
import { openProject } from "../../src/env/project.ts";
import type { DevenvError } from "../../src/errors.ts";
import { removeProject } from "../support/remove-project.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const project = "without-network";
const config = `
import { defineConfig, run } from "devenv";
export default defineConfig({
  name: "${project}",
  image: {
    from: "devenv-test/base:bookworm",
    layers: [run('test "$(sed "1,2d; s/:.*//; s/ //g" /proc/net/dev)" = lo', { network: "none" })],
  },
});
`;

it("gives a command no network where the engine can, and else says so before anything is built", async () => {
  using folder = temporaryFolder({ "devenv.config.ts": config });
  const host = testHost();
  const engine = connectEngine(host);
  const events: ProgressEvent[] = [];
  const { spec, locate } = await openProject({ host, cwd: folder.path });
  const context: OperationContext = { host, engine, spec, locate, report: (event) => events.push(event) };
  try {
    const failure = await build(context, { names: [] }).then(
      () => undefined,
      (error: DevenvError) => error,
    );
    const { runNetwork } = await engine.info();
    expect(failure?.code).toBe(runNetwork ? undefined : "RUN_NETWORK_UNSUPPORTED");
    expect(events.some(({ kind }) => kind === "build")).toBe(runNetwork);
  } finally {
    await removeProject(project);
  }
});
