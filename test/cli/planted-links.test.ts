/** Links that code inside puts into the mounted workspace: what devenv does on the host does not follow them. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openCliProject } from "../support/cli-project.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const name = "planted-links";
const config = `import { defineConfig } from "devenv";
export default defineConfig({
  name: "${name}",
  image: "devenv-test/base:bookworm",
  workspace: { mode: "bind", volumes: ["sub/node_modules"] },
  mounts: ["./data:/data"],
});
`;

it("neither makes a mount point nor mounts nor writes the lock where they lead", async () => {
  using outside = temporaryFolder({ victim: null, lock: "mine" });
  await using project = openCliProject(name, { "devenv.config.ts": config, "data/a": "", sub: null });
  const succeed = async (...args: string[]) => {
    const { exitCode, stderr } = await project.devenv(args);
    expect({ args, exitCode, stderr }).toMatchObject({ exitCode: 0 });
  };
  const failure = async (...args: string[]) =>
    (await project.devenv(args)).stderr.split("\n").find((line) => line.startsWith("error"));
  const victim = join(outside.path, "victim");
  await succeed("up");
  await project.inside(`mv sub away && ln -s ${victim} sub && rm -r data && ln -s / data`);
  await succeed("stop");
  expect(await failure("start")).toContain(`\`${project.path}/data\` leads out of the workspace, to \`/\``);
  rmSync(join(project.path, "data"));
  project.write({ "data/a": "" });
  expect(await failure("start")).toContain(`at \`${project.path}/sub\`, which is a link to \`${victim}\``);
  expect(readdirSync(victim)).toEqual([]);
  rmSync(join(project.path, "sub"));
  await succeed("start");
  await project.inside(`ln -sf ${outside.path}/lock devenv-lock.json`);
  expect(await failure("up")).toContain(`\`${project.path}/devenv-lock.json\` leads out of the workspace`);
});

it("mounts nothing that became a link while the container was made anew", async () => {
  const text = (volumes: readonly string[]) => config.replace('["sub/node_modules"]', JSON.stringify(volumes));
  await using project = openCliProject(name, { "devenv.config.ts": text([]), "data/a": "" });
  const state = async () => (await project.json("status")).environments[0].state;
  const up = () => project.devenv(["up"]);
  expect((await up()).exitCode).toBe(0);
  // the place of a volume is made once what is mounted has been looked at
  await project.inside("(until [ -d made ]; do sleep 0.02; done; mv data away; ln -s / data) >/dev/null 2>&1 &");
  project.write({ "devenv.config.ts": text(["made"]) });
  expect((await up()).stderr).toContain(`\`${project.path}/data\` leads out of the workspace, to \`/\``);
  expect(await state()).toBe("exited");
  rmSync(join(project.path, "data"));
  project.write({ "data/a": "" });
  expect((await up()).exitCode).toBe(0);
  expect(await state()).toBe("running");
});
