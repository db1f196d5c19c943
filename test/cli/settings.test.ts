/** What a config says of variables, mounts, limits and devices, as it is inside. */
import { cpus } from "node:os";
import { expect, it } from "vitest";
import { type CliProject, openCliProject, plainConfig } from "../support/cli-project.ts";

const open = (name: string, lines: string, files = {}): CliProject =>
  openCliProject(name, { "devenv.config.ts": plainConfig(name, lines), ...files });

const action = async (project: CliProject) => {
  const { action, reasons } = (await project.json("up")).environments[0];
  return [action, ...reasons];
};

it("takes variables from env files, and recreates when one changes", async () => {
  await using project = open("set-env", '  envFile: [".env", ".env.more"], env: { C: "config" },', {
    ".env": "# a comment\nA=one\nB='two  words'\nexport C=file\n",
    ".env.more": 'A="more"\n',
  });
  expect(await action(project)).toEqual(["created", "no container yet"]);
  expect(await project.inside('printf "%s|" "$A" "$B" "$C"')).toEqual(["more|two  words|config|"]);
  project.write({ ".env": "A=two\nB='two  words'\n" });
  expect(await action(project)).toEqual(["kept"]);
  project.write({ ".env.more": "A=changed\n" });
  expect((await project.json("status")).environments[0].stale).toEqual(["env.A changed"]);
  expect(await action(project)).toEqual(["recreated", "env.A changed"]);

  project.write({ "devenv.config.ts": plainConfig("set-env", '  envFile: "missing.env",') });
  expect((await project.devenv(["up"])).stderr).toBe(
    "error: `envFile` names `missing.env`, which cannot be read: no such file or directory (ENOENT)\n\nhint: create `missing.env`, or remove it from `envFile`\n",
  );
});

it("limits memory and processors, and recreates when they change", async () => {
  await using project = open("set-limits", '  resources: { memory: "96m", cpus: 0.5 },');
  expect((await project.devenv(["up"])).exitCode).toBe(0);
  const read = (...files: string[]) => project.inside(files.map((file) => `cat ${file} 2>/dev/null`).join(" || "));
  const memory = () => read("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes");
  const quota = () => read("/sys/fs/cgroup/cpu.max", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  expect(await memory()).toEqual([String(96 * 2 ** 20)]);
  expect((await quota())[0]?.split(" ")[0]).toBe("50000");
  project.write({ "devenv.config.ts": plainConfig("set-limits", "  resources: { memory: 134217728, cpus: 1 },") });
  expect(await action(project)).toEqual(["recreated", "resources.cpus changed", "resources.memory changed"]);
  expect(await memory()).toEqual([String(128 * 2 ** 20)]);

  project.write({ "devenv.config.ts": plainConfig("set-limits", `  resources: { cpus: ${cpus().length + 1} },`) });
  const { exitCode, stderr } = await project.devenv(["up"]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`error: The container engine could not create container \`set-limits-dev-`);
  // the one that was there is as it was
  expect(await memory()).toEqual([String(128 * 2 ** 20)]);
});

it("mounts folders, files and volumes, and makes their places in the workspace as the person at the host", async () => {
  const mounts =
    '["data:/data:ro", { source: "one.txt", target: "/workspace/sub/one.txt", readOnly: true }, "data:/workspace/in"]';
  await using project = open("set-mounts", `  mounts: ${mounts},`, { "data/a": "data\n", "one.txt": "one\n" });
  expect(await action(project)).toEqual(["created", "no container yet"]);
  expect(await project.inside("cat /data/a sub/one.txt in/a; touch in/made; test -w /data || echo ro")).toEqual([
    "data",
    "one",
    "data",
    "ro",
  ]);
  project.write({ "devenv.config.ts": plainConfig("set-mounts", '  mounts: ["nowhere:/data"],') });
  expect(await project.devenv(["up"])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining(
      `error: Environment \`dev\` mounts \`${project.path}/nowhere\`, which does not exist

hint: create it, or correct \`source\` in \`mounts\`; it starts at the folder of the config
`,
    ),
  });
  project.write({ file: "", "devenv.config.ts": plainConfig("set-mounts", '  workspace: { volumes: ["file/out"] },') });
  expect((await project.devenv(["up"])).stderr).toContain(
    `error: Environment \`dev\` mounts something at \`${project.path}/file/out\`, which cannot be made: not a directory (ENOTDIR)

hint: see that you may write to the folders above \`${project.path}/file/out\`, or make it yourself
`,
  );
  expect(await project.inside("cat /data/a")).toEqual(["data"]);
});

it("gives devices and capabilities with a warning, once, and fails for graphics processors that are not there", async () => {
  await using project = open(
    "set-devices",
    '  devices: ["/dev/fuse", "/dev/null:/dev/nothing:r"], capAdd: ["CAP_SYS_PTRACE", "NET_ADMIN"],',
  );
  const { stderr } = await project.devenv(["up"]);
  expect(stderr).toContain(
    "dev  warning    the container gets capabilities NET_ADMIN, SYS_PTRACE and devices /dev/fuse, /dev/null of this machine: it is less shut off from it\n",
  );
  expect((await project.devenv(["up"])).stderr).toBe("set-devices · dev is up to date\n");
  const [devices, bounding = ""] = await project.inside(
    "ls /dev/fuse /dev/nothing | tr '\\n' ' '; echo; sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status",
  );
  const has = (bit: bigint) => ((BigInt(`0x${bounding}`) >> bit) & 1n) === 1n;
  expect({ devices, netAdmin: has(12n), ptrace: has(19n), sysAdmin: has(21n) }).toEqual({
    devices: "/dev/fuse /dev/nothing ",
    netAdmin: true,
    ptrace: true,
    sysAdmin: false,
  });

  project.write({ "devenv.config.ts": plainConfig("set-devices", '  gpus: "all",') });
  const failed = await project.devenv(["up"]);
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toMatch(
    /error: The container engine could not start container `[^`]+`: .+\n\nhint: run `devenv doctor`\n$/,
  );
  expect((await project.json("status")).environments[0]).toMatchObject({ state: "running", next: "recreate" });
});
