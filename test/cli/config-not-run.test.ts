/** Which commands run the config: what is only looked at or ended must not, and does not need it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openCliProject } from "../support/cli-project.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const name = "config-not-run";
const config = (more = "") => `
import { writeFileSync } from "node:fs";
import { defineConfig } from "devenv";
writeFileSync(new URL("./ran", import.meta.url), "");
export default defineConfig({
  name: "${name}",
  image: "devenv-test/base:bookworm",
  secrets: { TOKEN: { command: "cat token" } },
  hooks: { start: "echo started >>/tmp/hooks; cat /run/secrets/TOKEN >>/tmp/hooks" },
  tasks: { test: "true" },
  ${more}
});
`;

const looking: readonly (readonly string[])[] = [
  ["completion", "--", "up", ""],
  ["completion", "--", "task", ""],
  ["status"],
  ["why"],
  ["down"],
  ["stop"],
  ["start"],
  ["restart"],
  ["logs"],
  ["exec", "--", "true"],
  ["shell"],
  ["sync"],
  ["snapshot", "list"],
  ["snapshot", "one"],
  ["prune", "--dry-run"],
];

it("does not run the config of a fresh clone for a command that only looks at, ends or enters what is there", async () => {
  using state = temporaryFolder();
  await using project = openCliProject(name, { "devenv.config.mjs": config(), token: "first" });
  const devenv = (args: readonly string[]) => project.devenv(args, { env: { XDG_STATE_HOME: state.path } });
  const told = new Map<string, string>();
  for (const args of looking) told.set(args.join(" "), (await devenv(args)).stderr);
  expect(existsSync(join(project.path, "ran"))).toBe(false);
  const reason = "the config was not run by you in this folder yet; `devenv up` and `devenv config` run it";
  expect(told.get("prune --dry-run")).toContain(reason);
  expect((await devenv(["status"])).stdout).toContain(`told from labels alone: ${reason}\n`);
  expect(told.get("exec -- true")).toBe("error: No environment of this workspace is up\n\nhint: run `devenv up`\n");
  expect(told.get("snapshot one")).toContain("which you have not run in this folder before");
});

it("needs no config that holds to stop, start, enter, look at and remove what is there", async () => {
  using state = temporaryFolder();
  await using project = openCliProject(name, { "devenv.config.mjs": config(), token: "first" });
  const devenv = async (...args: readonly string[]) => {
    const result = await project.devenv(args, { env: { XDG_STATE_HOME: state.path } });
    expect({ args, ...result }).toMatchObject({ exitCode: 0 });
    return result;
  };
  const hooks = async () => (await devenv("exec", "--", "cat", "/tmp/hooks")).stdout;
  await devenv("up");
  expect(await hooks()).toBe("started\nfirst");
  project.write({ "devenv.config.mjs": "export default defineConfig({", token: "second" });

  expect((await devenv("completion", "--", "task", "")).stdout).toBe("test\ttrue\n");
  const status = JSON.parse((await devenv("status", "--json")).stdout);
  expect(status).toMatchObject({ project: name, environments: [{ name: "dev", state: "running", next: "unknown" }] });
  expect(status.unread).toMatch(/^Config has a syntax error at `devenv\.config\.mjs:1:\d+`/);
  await devenv("why");
  await devenv("stop");
  expect((await devenv("start")).stderr).toContain("is started");
  expect(await hooks()).toBe("started\nfirststarted\nsecond");
  await devenv("stop");
  expect(await hooks(), "exec starts what is stopped").toBe("started\nfirststarted\nsecondstarted\nsecond");
  await devenv("logs");
  await devenv("snapshot", "list");
  await devenv("prune", "--dry-run");
  expect((await devenv("down", "--volumes")).stderr).toContain(`removed ${name}-dev-`);
});

it("starts nothing whose hooks and secrets it does not know, and says what does", async () => {
  using state = temporaryFolder();
  using other = temporaryFolder();
  await using project = openCliProject(name, { "devenv.config.mjs": config(), token: "first" });
  const up = await project.devenv(["up"], { env: { XDG_STATE_HOME: state.path } });
  expect(up.exitCode, up.stderr).toBe(0);
  const without = { env: { XDG_STATE_HOME: other.path } };
  expect((await project.devenv(["stop"], without)).exitCode).toBe(0);
  for (const args of [["start"], ["exec", "--", "true"]]) {
    const { exitCode, stderr } = await project.devenv(args, without);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr:
        "error: What the last `devenv up` wrote down about environment `dev` is not there: its secrets and start hooks are not known without running the config\n\nhint: run `devenv up dev`, which runs the config\n",
    });
  }
});

it("tells when frozen, without the config, that a container is not that of the config and the lock as they are", async () => {
  using state = temporaryFolder();
  await using project = openCliProject(name, { "devenv.config.mjs": config(), token: "first" });
  const devenv = (...args: readonly string[]) => project.devenv(args, { env: { XDG_STATE_HOME: state.path } });
  expect((await devenv("up")).exitCode).toBe(0);
  expect((await devenv("exec", "--frozen", "--", "true")).exitCode).toBe(0);
  project.write({ "devenv.config.mjs": config('env: { A: "b" },') });
  expect((await devenv("config")).exitCode).toBe(0);
  const { exitCode, stderr } = await devenv("exec", "--frozen", "--", "true");
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr:
      "error: The container of `dev` is not what the config and the lock describe: `devenv.config.mjs` changed\n\nhint: run `devenv up dev`\n",
  });
});

it("writes down no value of a secret or a variable", async () => {
  using state = temporaryFolder();
  const more = 'env: { A: "value-of-a-variable" }, envFile: ".env",';
  const tree = { "devenv.config.mjs": config(more), token: "value-of-a-secret", ".env": "B=value-of-a-file\n" };
  await using project = openCliProject(name, tree);
  expect((await project.devenv(["up"], { env: { XDG_STATE_HOME: state.path } })).exitCode).toBe(0);
  const files = readdirSync(join(state.path, "devenv/workspaces"), { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), "utf8"));
  expect(texts.length).toBe(2);
  expect(texts.join("")).not.toContain("value-of");
});
