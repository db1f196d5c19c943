/** `devenv.local.ts`: one developer's overrides, by the built bundle. */
import { expect, it } from "vitest";
import { removeProject } from "../support/remove-project.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

it("tells what an override must not change, where it says so, and what it may change", async () => {
  using project = temporaryFolder({
    "devenv.config.yaml": "name: overrides-test\nenvironments:\n  dev: { image: debian }\n",
    "devenv.local.ts": `import { defineLocalConfig } from "devenv";
export default defineLocalConfig({
  image: "ubuntu",
  environments: {
    dev: { shell: "zsh", hooks: {} },
    test: {},
  },
} as any);
`,
  });
  const { exitCode, stdout, stderr } = await runCli(["config"], { cwd: project.path });
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toMatchInlineSnapshot(`
    "error: Config \`devenv.local.ts\` has 3 problems
      image (devenv.local.ts:3:3)
        an override never changes the image
        expected  one of \`env\`, \`envFile\`, \`ports\`, \`mounts\`, \`resources\`, \`gpus\`, \`devices\`, \`capAdd\`, \`securityOpt\`, \`host\`, \`dotfiles\`, \`shell\`, \`environments\`
        found     \`image\`, which only the config itself has
      environments.dev.hooks (devenv.local.ts:5:26)
        an override never changes \`hooks\`
        expected  one of \`env\`, \`envFile\`, \`ports\`, \`mounts\`, \`resources\`, \`gpus\`, \`devices\`, \`capAdd\`, \`securityOpt\`, \`host\`, \`dotfiles\`, \`shell\`
        found     \`hooks\`, which only the config itself has
      environments.test (devenv.local.ts:6:5)
        expected  \`dev\`
        found     the unknown key \`test\`

    hint: run \`devenv config --schema\` to see every key
    "
  `);
});

it("is applied by `up --watch` as soon as it appears", async () => {
  using project = temporaryFolder({
    "devenv.config.yaml": "name: overrides-test\nimage: devenv-test/base:bookworm\nenv: { GREETING: hello }\n",
  });
  const devenv = (...args: string[]) => runCli(args, { cwd: project.path });
  const greeting = async () => (await devenv("exec", "--", "printenv", "GREETING")).stdout.trim();
  try {
    const watching = await runCli(["up", "--watch"], {
      cwd: project.path,
      onStart: async (running) => {
        await running.printed("watching the config");
        project.write({ "devenv.local.yaml": "env: { GREETING: moin }\n" });
        await running.printed("recreated");
        running.kill("SIGINT");
      },
    });
    expect(watching.stderr).toContain("recreated");
    expect(await greeting()).toBe("moin");
  } finally {
    await removeProject("overrides-test");
  }
});
