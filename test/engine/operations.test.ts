/** The operations of devenv, whole, on whichever engine the suite runs. */
import { chmodSync } from "node:fs";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { down } from "../../src/env/down.ts";
import { openExec } from "../../src/env/exec.ts";
import type { OperationContext } from "../../src/env/operation.ts";
import { openProject } from "../../src/env/project.ts";
import { status } from "../../src/env/status.ts";
import { up } from "../../src/env/up.ts";
import { removeProject } from "../support/remove-project.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const config = `
import { copy, defineConfig, env, run } from "devenv";
export default defineConfig({
  name: "operations",
  environments: {
    base: { image: { from: "devenv-test/base:bookworm", layers: [run("useradd --create-home ada")], user: "ada" } },
    dev: {
      image: {
        from: { environment: "base" },
        layers: [copy("a.txt", "/home/ada/", { owner: "ada", mode: "0600" }), env({ COLOUR: "blue" }), run("id -un > /who")],
      },
    },
  },
});
`;

it("an environment that builds on another comes up, runs commands, is kept and goes down", async () => {
  using folder = temporaryFolder({ "devenv.config.ts": config, "a.txt": "from the project\n" });
  // ada is another user than the one that the folder belongs to
  chmodSync(folder.path, 0o755);
  const host = testHost();
  const engine = connectEngine(host);
  const { spec, locate } = await openProject({ host, cwd: folder.path });
  const context: OperationContext = { host, engine, spec, locate, report: () => undefined };
  try {
    const first = await up(context, { names: ["dev"] });
    expect(first.environments.map(({ name, action }) => [name, action])).toEqual([["dev", "created"]]);
    const command = [
      "sh",
      "-c",
      "id -un; cat /who /home/ada/a.txt; stat -c '%U %a' /home/ada/a.txt; echo $COLOUR; pwd; cat a.txt",
    ];
    const { process } = await openExec({ engine, root: spec.root, environment: "dev", command });
    expect(await text(process.stdout)).toBe(
      "ada\nroot\nfrom the project\nada 600\nblue\n/workspace\nfrom the project\n",
    );
    expect(await process.exitCode()).toBe(0);
    expect((await up(context, { names: ["dev"] })).environments[0]?.action).toBe("kept");
    expect((await status(context)).environments.map(({ name, state }) => [name, state])).toEqual([
      ["base", "absent"],
      ["dev", "running"],
    ]);
    expect((await down(context, { names: [], volumes: true })).removed).toEqual([first.environments[0]?.container]);
  } finally {
    await removeProject("operations");
  }
});
