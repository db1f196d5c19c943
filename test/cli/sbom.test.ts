import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { nodeHost } from "../../src/host/node.ts";
import { projectLabel } from "../../src/plan/labels.ts";
import { openCliProject, plainConfig } from "../support/cli-project.ts";

it("describes a built image, each time with the same bytes, and leaves no container", async () => {
  await using project = openCliProject("sbom-plain", { "devenv.config.ts": plainConfig("sbom-plain") });
  const early = await project.devenv(["sbom"]);
  expect(early).toMatchObject({ exitCode: 1, stdout: "" });
  expect(early.stderr).toContain("run `devenv build dev`");

  expect(await project.devenv(["build"])).toMatchObject({ exitCode: 0 });
  const { exitCode, stdout } = await project.devenv(["sbom"]);
  expect(exitCode).toBe(0);
  expect((await project.devenv(["sbom", "dev", "--json"])).stdout).toBe(stdout);
  const { metadata, components } = JSON.parse(stdout);
  expect(metadata.component.name).toBe("sbom-plain/dev");
  expect(components.find(({ name }: { name: string }) => name === "dpkg")).toMatchObject({
    type: "library",
    purl: expect.stringMatching(/^pkg:deb\/debian\/dpkg@1\.21\.\d+\?arch=[a-z0-9]+&distro=bookworm$/),
    properties: [{ name: "devenv:locked", value: "false" }],
  });
  expect(components.some(({ name }: { name: string }) => name === "docker.io/devenv-test/base")).toBe(true);

  const written = await project.devenv(["sbom", "--output", "out/sbom.json"]);
  expect(written).toMatchObject({ exitCode: 0, stdout: "" });
  expect(readFileSync(join(project.path, "out/sbom.json"), "utf8")).toBe(stdout);
  expect(await connectEngine(nodeHost()).containers.list({ [projectLabel]: "sbom-plain" })).toEqual([]);
});

it("wants one environment where the config has several", async () => {
  const config = `import { defineConfig } from "devenv";
const image = "devenv-test/base:bookworm";
export default defineConfig({ name: "sbom-two", environments: { a: { image }, b: { image } } });
`;
  await using project = openCliProject("sbom-two", { "devenv.config.ts": config });
  const result = await project.devenv(["sbom"]);
  expect(result).toMatchObject({ exitCode: 2, stdout: "" });
  expect(result.stderr).toContain("name one: `devenv sbom a`");
});
