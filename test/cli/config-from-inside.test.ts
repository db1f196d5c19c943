/** A config that code inside a container has written does not run on the host without its user knowing. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openCliProject } from "../support/cli-project.ts";
import { runCliInTerminal } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const config = (name: string, workspace: string, more = "") => `import { defineConfig } from "devenv";
import { value } from "./tools/value.ts";
${more}
export default defineConfig({ name: "${name}", image: "devenv-test/base:bookworm", env: { VALUE: value }, workspace: ${workspace} });
`;
const value = 'export const value = "one";\n';
const evil = 'import { writeFileSync } from "node:fs";\nwriteFileSync("/tmp/devenv-evil-NAME", "");\n';

it("asks before it runs what the sync brought from inside, and says so where it cannot ask", async () => {
  const name = "inside-sync";
  const ran = `/tmp/devenv-evil-${name}`;
  using state = temporaryFolder();
  await using project = openCliProject(name, {
    "devenv.config.ts": config(name, '{ mode: "sync" }'),
    "tools/value.ts": value,
  });
  const options = { env: { XDG_STATE_HOME: state.path } };
  const devenv = (...args: string[]) => project.devenv(args, options);
  expect((await devenv("up")).exitCode).toBe(0);
  const text = evil.replace("NAME", name) + value;
  await project.devenv(["exec", "--", "sh", "-c", "cat > tools/value.ts"], { ...options, stdin: text });
  await devenv("sync", "flush");
  expect(readFileSync(join(project.path, "tools/value.ts"), "utf8")).toBe(text);

  for (const args of [["up"], ["task"], ["config"]]) {
    expect(await devenv(...args)).toMatchObject({
      exitCode: 1,
      stderr:
        "error: Code in the container has written `tools/value.ts`, which would run on this machine\n\nhint: look at the change (`git diff`); then run the command on a terminal, which asks, or with `--trust` where it takes that\n",
    });
  }
  expect((await devenv("status")).stdout).toContain("told from labels alone: code inside has written");
  const declined = await runCliInTerminal(["up"], { ...options, cwd: project.path, stdin: "\n" });
  expect(declined.stdout).toContain("`tools/value.ts`. It runs on this machine. Go on? [y/N]");
  expect(declined.exitCode).toBe(1);
  expect(existsSync(ran)).toBe(false);
  expect((await devenv("up", "--trust")).exitCode).toBe(0);
  expect(existsSync(ran)).toBe(true);
  rmSync(ran);
  expect((await devenv("config")).exitCode).toBe(0);
  rmSync(ran);
  await devenv("down", "--volumes");
});

it("lets code inside change no protected config, be it synced or mounted", async () => {
  const name = "inside-kept";
  using state = temporaryFolder();
  await using project = openCliProject(name, {
    "devenv.config.ts": config(name, '{ mode: "sync", protectConfig: true }'),
    "tools/value.ts": value,
  });
  const options = { env: { XDG_STATE_HOME: state.path } };
  const devenv = (...args: string[]) => project.devenv(args, options);
  const inside = (script: string) => devenv("exec", "--", "sh", "-c", script);
  expect((await devenv("up")).exitCode).toBe(0);
  await inside("echo 1 >> devenv.config.ts; echo 1 > devenv.local.ts; rm tools/value.ts; echo 1 > kept");
  await devenv("sync", "flush");
  expect(readFileSync(join(project.path, "tools/value.ts"), "utf8")).toBe(value);
  expect(existsSync(join(project.path, "devenv.local.ts"))).toBe(false);
  expect(existsSync(join(project.path, "kept"))).toBe(true);
  const { stdout } = await devenv("sync", "status", "--json");
  const problems = JSON.parse(stdout)
    .environments[0].problems.map(({ path }: { path: string }) => path)
    .sort();
  expect(problems).toEqual(["devenv.config.ts", "devenv.local.ts", "tools/value.ts"]);
  expect((await devenv("config")).exitCode).toBe(0);
  await devenv("down", "--volumes", "--force");

  const file = join(project.path, "devenv.config.ts");
  writeFileSync(file, config(name, '{ mode: "bind", protectConfig: true }'));
  expect((await devenv("up")).exitCode).toBe(0);
  const attempt = await inside(
    "echo 1 >> devenv.config.ts; mv devenv.config.ts away; rm -f tools/value.ts; echo 1 > tools/value.ts; echo 1 > free",
  );
  expect(attempt.exitCode).toBe(0);
  expect(readFileSync(file, "utf8")).toContain("protectConfig");
  expect(readFileSync(join(project.path, "tools/value.ts"), "utf8")).toBe(value);
  // an edit in place is the host's own
  writeFileSync(file, config(name, '{ mode: "bind", protectConfig: true }', "// edited"));
  expect((await devenv("config")).exitCode).toBe(0);
  // an editor that renames takes the mount away, and what is new was never mounted
  writeFileSync(`${file}.new`, config(name, '{ mode: "bind", protectConfig: true }', "// replaced"));
  renameSync(`${file}.new`, file);
  await inside("echo 'export default {}' > devenv.local.ts");
  const refused = await devenv("up");
  expect(refused.stderr).toContain(
    "error: Code in the container has written or may have written `devenv.config.ts`, `devenv.local.ts`, which",
  );
  rmSync(join(project.path, "devenv.local.ts"));
  expect((await devenv("up", "--trust")).exitCode).toBe(0);
});

it("runs nothing that came from inside after it had looked", async () => {
  const name = "inside-late";
  const ran = `/tmp/devenv-evil-${name}`;
  rmSync(ran, { force: true });
  using state = temporaryFolder();
  const waiting = `import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
if (process.env.WAIT_FOR_INSIDE !== undefined) {
  writeFileSync("go", "");
  while (!readFileSync("tools/late.ts", "utf8").includes("two")) await setTimeout(20);
}
const { late } = await import("./tools/late.ts");
`;
  await using project = openCliProject(name, {
    "devenv.config.ts": config(name, '{ mode: "sync" }', waiting),
    "tools/value.ts": value,
    "tools/late.ts": 'export const late = "one";\n',
    "tools/new.txt": `${evil.replace("NAME", name)}export const late = "two";\n`,
  });
  const env = { XDG_STATE_HOME: state.path };
  const devenv = (...args: string[]) => project.devenv(args, { env });
  expect((await devenv("up")).exitCode).toBe(0);
  const script = "(until [ -e go ]; do sleep 0.05; done; cat tools/new.txt > tools/late.ts) >/dev/null 2>&1 &";
  expect((await devenv("exec", "--", "sh", "-c", script)).exitCode).toBe(0);
  const expected = {
    exitCode: 1,
    stderr: expect.stringContaining("Code in the container has written `tools/late.ts`"),
  };
  expect(await project.devenv(["config"], { env: { ...env, WAIT_FOR_INSIDE: "1" } })).toMatchObject(expected);
  expect(await devenv("config")).toMatchObject(expected);
  expect(existsSync(ran)).toBe(false);
  await devenv("down", "--volumes");
});
