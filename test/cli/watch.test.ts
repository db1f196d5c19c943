/** `up --watch`: what is saved is applied, and what cannot be read waits for the next save. */
import { expect, it } from "vitest";
import { removeProject } from "../support/remove-project.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const config = (greeting: string) =>
  `name: watched\nimage: devenv-test/base:bookworm\nenvFile: .env\nenv: { GREETING: ${greeting} }\n`;

it("applies a saved config and a saved env file, and tells what is wrong with one that cannot be read", async () => {
  using project = temporaryFolder({ "devenv.config.yaml": config("one"), ".env": "PLACE=here\n" });
  const printed = async (...names: string[]) =>
    (await runCli(["exec", "--", "printenv", ...names], { cwd: project.path })).stdout;
  const seen: string[] = [];
  try {
    const watching = await runCli(["up", "--watch"], {
      cwd: project.path,
      onStart: async (running) => {
        await running.printed("watching the config");
        seen.push(await printed("GREETING", "PLACE"));
        project.write({ "devenv.config.yaml": "name: watched\nimage: 7\n" });
        await running.printed("an image reference, or an object with `from`");
        project.write({ "devenv.config.yaml": config("two") });
        await running.printed("recreated (env.GREETING changed)");
        project.write({ ".env": "PLACE=there\n" });
        await running.printed("recreated (env.PLACE changed)");
        seen.push(await printed("GREETING", "PLACE"));
        running.kill("SIGINT");
      },
    });
    expect(watching.exitCode).toBe(0);
    expect(seen).toEqual(["one\nhere\n", "two\nthere\n"]);
  } finally {
    await removeProject("watched");
  }
});
