import { dirname } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import Docker, { type ContainerCreateOptions } from "dockerode";
import { expect, it } from "vitest";
import type { DoctorReport } from "../../src/onboard/doctor/doctor.ts";
import { baseImage, openSandbox, type Sandbox } from "../support/sandbox.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A Debian machine as it comes, without an engine, that may run one; `--privileged` is not to be had everywhere. */
async function freshMachine({ name, labels, engine }: Sandbox): Promise<string> {
  const docker = new Docker({ socketPath: engine.address.replace("unix://", "") });
  const options: ContainerCreateOptions = {
    name: name("machine"),
    Image: baseImage,
    Labels: labels,
    Volumes: { "/var/lib/docker": {} },
    Cmd: ["sh", "-c", `mount -o remount,bind,rw /sys; ${writableCgroups}; exec sleep infinity`],
    HostConfig: {
      Binds: [root, dirname(process.execPath)].map((path) => `${path}:${path}:ro`),
      CapAdd: ["ALL"],
      CapDrop: ["SYS_RESOURCE"],
      DeviceCgroupRules: ["a *:* rwm"],
      // The client's word for both lists empty is `systempaths=unconfined`.
      MaskedPaths: [],
      ReadonlyPaths: [],
      SecurityOpt: ["seccomp=unconfined", "apparmor=unconfined"],
      Tmpfs: { "/run": "", "/tmp": "exec" },
    },
  };
  const container = await docker.createContainer(options);
  await container.start();
  return container.id;
}

const writableCgroups =
  "for cgroup in /sys/fs/cgroup /sys/fs/cgroup/*; do mountpoint -q $cgroup && mount -o remount,bind,rw $cgroup; done";

async function runInside({ engine }: Sandbox, machine: string, command: readonly string[]) {
  const process = await engine.containers.exec(machine, { command });
  process.stdin.end();
  const [stdout, stderr] = await Promise.all([text(process.stdout), text(process.stderr)]);
  return { exitCode: await process.exitCode(), stdout, stderr };
}

it("installs an engine on a fresh Debian machine, starts it, and starts it again after a crash", async () => {
  await using sandbox = openSandbox();
  const machine = await freshMachine(sandbox);
  const doctor = async (...args: readonly string[]) => {
    const command = [process.execPath, `${root}dist/main.js`, "doctor", "--json", ...args];
    const { exitCode, stdout } = await runInside(sandbox, machine, command);
    const { checks } = JSON.parse(stdout) as DoctorReport;
    return { exitCode, ...Object.fromEntries(checks.map(({ name, status }) => [name, status])) };
  };
  const healthy = { version: "ok", bootstrap: "ok" };
  expect(await doctor()).toMatchObject({ exitCode: 1, engine: "failed" });
  expect(await doctor("--fix")).toMatchObject({ exitCode: 0, engine: "fixed", ...healthy });
  expect(await doctor("--fix")).toMatchObject({ exitCode: 0, engine: "ok", ...healthy });
  // PID 1 of this machine waits for nobody, so what is killed stays in the process table.
  await runInside(sandbox, machine, ["sh", "-c", "kill -9 $(cat /run/docker.pid)"]);
  expect(await doctor()).toMatchObject({ exitCode: 1, engine: "failed" });
  expect(await doctor("--fix")).toMatchObject({ exitCode: 0, engine: "fixed", ...healthy });
});
