import { expect, it } from "vitest";
import { openCliProject } from "../support/cli-project.ts";

const config = (value: string) => `import { defineConfig, env } from "devenv";
export default defineConfig({
  name: "asked-why",
  image: { from: "devenv-test/base:bookworm", layers: [env({ A: "${value}" })] },
});
`;

it("names the input that changed since the container was made, and the place in the config", async () => {
  await using project = openCliProject("asked-why", { "devenv.config.ts": config("1") });
  const why = async (...args: string[]) => (await project.devenv(["why", ...args])).stdout;
  expect(await why()).toBe("asked-why · dev has no container yet; the image is not built\n");

  expect(await project.devenv(["up"])).toMatchObject({ exitCode: 0 });
  expect(await why()).toBe("asked-why · dev is up to date\n");

  project.write({ "devenv.config.ts": config("2") });
  expect(await why()).toBe(`asked-why · dev differs from its container; the image is not built:
  image: layers[0] changed   image.layers[0] (devenv.config.ts:4:56)
`);
  const { environments } = await project.json("why");
  expect(environments[0].changes).toMatchObject([{ key: "image.layers[0]", place: { line: 4 } }]);
});

it("says of a Dockerfile line which config key made it", async () => {
  await using project = openCliProject("asked-why-line", {
    "devenv.config.ts": config("1").replace("asked-why", "asked-why-line"),
  });
  const { environments } = await project.json("why", "--dockerfile");
  const { line } = environments[0].lines.find(({ text }: { text: string }) => text.startsWith("ENV"));
  expect((await project.devenv(["why", String(line)])).stdout).toBe(
    `# image.layers[0] (devenv.config.ts:4:56)\n${String(line).padStart(4)}  ENV A="1"\n`,
  );
  const missing = await project.devenv(["why", "999"]);
  expect(missing).toMatchObject({ exitCode: 2, stdout: "" });
  expect(missing.stderr).toContain("The Dockerfile of `dev` has no line 999, only lines 1 to ");
});
