/** `devenv verify` of an environment that builds on another one. */
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { openCliProject } from "../support/cli-project.ts";
import { docker } from "../support/test-project.ts";

const project = "verified-chain";
/**
 * What the secret says is run, and does not count: so a test can plant a difference. The engine's build cache must
 * not have the step from another run of this test, which ended with other files.
 */
const config = `import { defineConfig, run } from "devenv";
export default defineConfig({
  name: "${project}",
  environments: {
    dev: { image: { from: { environment: "base" }, layers: [run("echo dev > /dev-file")] } },
    base: {
      image: {
        from: "devenv-test/base:bookworm",
        layers: [run(": ${randomUUID()}; mkdir /d && cd /d && . /run/secrets/PLANT", { secrets: ["PLANT"] })],
      },
      secrets: { PLANT: { command: "cat plant" } },
    },
  },
});
`;

const tags = async () =>
  (await docker("images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", `label=devenv.project=${project}`))
    .trim()
    .split("\n")
    .sort();

it("builds every image of the chain anew, and names the one that a difference comes from", async () => {
  await using files = openCliProject(project, { "devenv.config.ts": config, plant: "echo one > file\n" });
  expect(await files.devenv(["lock"], { timeoutMs: 240_000 })).toMatchObject({ exitCode: 0 });
  const before = await tags();
  expect(await files.devenv(["verify", "dev"], { timeoutMs: 240_000 })).toMatchObject({
    exitCode: 0,
    stdout: "base: equal\ndev: equal\n",
  });

  files.write({ plant: "echo two > file\n" });
  const { equal, environments, layers } = await files.json("verify", "dev");
  expect({ equal, names: environments.map(({ name }: { name: string }) => name) }).toEqual({
    equal: false,
    names: ["base", "dev"],
  });
  const changed = [{ path: "/d/file", differences: [expect.objectContaining({ what: "content" })] }];
  expect(layers).toMatchObject([
    { environment: "base", key: "environments.base.image.layers[0]", place: { line: 9 }, changed, added: [] },
    { environment: "dev", key: "environments.dev.image.from", place: { line: 5 }, changed, added: [] },
  ]);
  expect(await tags()).toEqual(before);
});
