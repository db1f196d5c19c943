import { chmodSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openAptRepository } from "../support/apt-repository.ts";
import { openCliProject } from "../support/cli-project.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const config = (value: string) => `import { defineConfig, env } from "devenv";
export default defineConfig({
  name: "asked-why",
  image: { from: "devenv-test/base:bookworm", layers: [env({ A: "${value}" })] },
});
`;

it("names the input that changed since the container was made, and the place in the config", async () => {
  await using project = openCliProject("asked-why", { "devenv.config.ts": config("1") });
  const why = async (...args: string[]) => (await project.devenv(["why", ...args])).stdout;
  await project.devenv(["config"]);
  expect(await why()).toBe("asked-why · dev has no container yet; the image is not built\n");

  expect(await project.devenv(["up"])).toMatchObject({ exitCode: 0 });
  expect(await why()).toBe("asked-why · dev is up to date\n");

  project.write({ "devenv.config.ts": config("2") });
  expect(await why()).toBe(`asked-why · dev differs from its container; the image is not built:
  image: layers[0] changed   image.layers[0] (devenv.config.ts:4:56)
      variable A changed
`);
  const { environments } = await project.json("why");
  expect(environments[0].changes).toMatchObject([{ key: "image.layers[0]", place: { line: 4 } }]);
});

it("says of a Dockerfile line which config key made it", async () => {
  await using project = openCliProject("asked-why-line", {
    "devenv.config.ts": config("1").replace("asked-why", "asked-why-line"),
  });
  await project.devenv(["config"]);
  const { environments } = await project.json("why", "--dockerfile");
  const { line } = environments[0].lines.find(({ text }: { text: string }) => text.startsWith("ENV"));
  expect((await project.devenv(["why", String(line)])).stdout).toBe(
    `# image.layers[0] (devenv.config.ts:4:56)\n${String(line).padStart(4)}  ENV A="1"\n`,
  );
  const missing = await project.devenv(["why", "999"]);
  expect(missing).toMatchObject({ exitCode: 2, stdout: "" });
  expect(missing.stderr).toContain("The Dockerfile of `dev` has no line 999, only lines 1 to ");
});

it("names the files, packages and commands that changed, in the container's image and in the one below it", async () => {
  await using repository = await openAptRepository(testHost().arch);
  repository.publish([{ name: "tool", version: "1.0" }]);
  const text = (command: string) => `import { apt, copy, defineConfig, run } from "devenv";
export default defineConfig({
  name: "asked-why-files",
  environments: {
    base: {
      image: {
        from: "devenv-test/base:bookworm",
        layers: [run(${JSON.stringify(repository.useIt)}), apt("tool")],
      },
    },
    dev: {
      image: {
        from: { environment: "base" },
        layers: [copy("data", "/srv/data"), run("${command}")],
      },
    },
  },
});
`;
  const data = { "data/kept": "kept", "data/edited": "one", "data/gone": "gone", "data/mode": "same" };
  await using project = openCliProject("asked-why-files", { "devenv.config.ts": text("echo one > /one"), ...data });
  const why = async () => (await project.devenv(["why", "dev"])).stdout;
  const succeed = async (...args: string[]) =>
    expect(await project.devenv(args, { timeoutMs: 240_000 })).toMatchObject({ exitCode: 0 });
  await succeed("up", "dev");
  expect(await why()).toBe("asked-why-files · dev is up to date\n");

  // as when a colleague moved the pin
  const lockFile = join(project.path, "devenv-lock.json");
  const moved = readFileSync(lockFile, "utf8").replace('"version": "1.0"', '"version": "2.0"');
  project.write({
    "data/edited": "two",
    "data/new": "new",
    "devenv.config.ts": text("echo two > /two"),
    "devenv-lock.json": moved,
  });
  chmodSync(join(project.path, "data/mode"), 0o755);
  rmSync(join(project.path, "data/gone"));
  const expected = `  image: from changed   environments.dev.image.from (devenv.config.ts:13:9)
      environment base changed
  image: layers[0] changed   environments.dev.image.layers[0] (devenv.config.ts:14:18)
      file data/edited changed
      file data/gone removed
      file data/mode 0644 → 0755
      file data/new added
  image: layers[1] changed   environments.dev.image.layers[1] (devenv.config.ts:14:45)
      command echo one > /one → echo two > /two
  image of base: layers[1] changed   environments.base.image.layers[1] (devenv.config.ts:8:X)
      package tool 1.0 → 2.0
`;
  const masked = async () => (await why()).replace(/\.ts:8:\d+/, ".ts:8:X");
  expect(await masked()).toBe(`asked-why-files · dev differs from its container; the image is not built:\n${expected}`);
  await succeed("down");
  expect(await masked()).toBe(
    `asked-why-files · dev has no container yet; the image is not built and differs from the last one:\n${expected}`,
  );
  const { environments } = await project.json("why", "dev");
  expect(environments[0]).toMatchObject({ built: false, since: "image" });
  expect(environments[0].changes.at(-1)).toMatchObject({
    input: "image of base: layers[1]",
    details: [{ what: "package", name: "tool", change: "changed", from: "1.0", to: "2.0" }],
  });
});

it("tells of layers alone where nothing is known of what the container was made of", async () => {
  const name = "asked-why-unknown";
  await using project = openCliProject(name, { "devenv.config.ts": config("1").replace("asked-why", name) });
  using cache = temporaryFolder();
  const options = { env: { XDG_CACHE_HOME: cache.path } };
  expect(await project.devenv(["up"], options)).toMatchObject({ exitCode: 0 });
  rmSync(join(cache.path, "devenv/inputs"), { recursive: true });
  project.write({ "devenv.config.ts": config("2").replace("asked-why", name) });
  const { stdout } = await project.devenv(["why"], options);
  expect(stdout).toBe(`${name} · dev differs from its container; the image is not built:
  image: layers[0] changed   image.layers[0] (devenv.config.ts:4:56)
`);
});
