import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { removeProject } from "../support/remove-project.ts";
import { runCli } from "../support/run-cli.ts";
import { openSmallRegistry } from "../support/small-registry.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const config = (mirror: string) => `
import { defineConfig, env } from "devenv";
export default defineConfig({
  name: "mirrored",
  registries: { "docker.io": "${mirror}" },
  image: { from: "small:1", layers: [env({ A: "1" })] },
});
`;

it("a base is pulled by way of the mirror, keeps its own name, and says nothing of the mirror", async () => {
  const { images, ...engine } = connectEngine(testHost());
  await using registry = await openSmallRegistry((await engine.info()).platform);
  using folder = temporaryFolder({ "devenv.config.ts": config(registry.host) });
  const devenv = async (...args: string[]) => (await runCli([...args, "--json"], { cwd: folder.path })).stdout;
  let base: string | undefined;
  try {
    const [built] = JSON.parse(await devenv("build")).environments;
    expect(built.action).toBe("built");
    expect(registry.requests).toContain("/v2/library/small/manifests/1");
    const [{ dockerfile }] = JSON.parse(await devenv("build", "--print")).environments;
    base = /^FROM (\S+)$/m.exec(dockerfile)?.[1];
    expect(base).toMatch(/^localhost\/devenv\/base:small-1-[0-9a-f]{12}$/);
    const below = (await images.inspect(base ?? ""))?.layers ?? [];
    expect(below).toHaveLength(1);
    expect((await images.inspect(built.image))?.layers.slice(0, 1)).toEqual(below);
    expect(readFileSync(join(folder.path, "devenv-lock.json"), "utf8")).not.toContain(registry.host);

    folder.write({ "devenv.config.ts": config("elsewhere.example.com") });
    expect(JSON.parse(await devenv("build")).environments[0]).toEqual({ ...built, action: "reused" });
  } finally {
    await removeProject("mirrored");
    const { tags, digests } = (base === undefined ? undefined : await images.inspect(base)) ?? {
      tags: [],
      digests: [],
    };
    for (const name of [...tags, ...digests]) await images.remove(name);
  }
});
