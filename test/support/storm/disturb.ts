/** What may happen to a sync at any time. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ask } from "../../../src/sync/process/client.ts";
import type { FolderUser } from "../folder-user.ts";
import type { Stage } from "./stage.ts";

export interface Disturbed extends Stage {
  readonly users: readonly [host: FolderUser, inside: FolderUser];
  /** Contents that must not be lost. */
  readonly live: Set<string>;
}

export interface Disturbance {
  /** Out of how many it is one. */
  readonly weight: number;
  /** The user inside does not outlive it. */
  readonly isFatalInside?: boolean;
  /** Everybody else's containers do not outlive it either. */
  readonly needsOwnEngine?: boolean;
  act(disturbed: Disturbed): Promise<unknown>;
}

/** More events than the kernel keeps for a reader that stands still: 16,384 by default. */
const overflowing = "20000";

export const disturbances: Readonly<Record<string, Disturbance>> = {
  killProcess: {
    weight: 4,
    async act({ syncProcess, devenv }) {
      process.kill(syncProcess(), "SIGKILL");
      await devenv("sync");
    },
  },
  killAgent: { weight: 4, act: killAgent },
  killHelper: { weight: 4, act: async ({ containers, idOf }) => containers.stop(await idOf("helper"), 0) },
  restartEnvironment: {
    weight: 4,
    isFatalInside: true,
    async act({ containers, idOf }) {
      const id = await idOf("environment");
      await containers.stop(id, 0);
      await containers.start(id);
    },
  },
  killEngine: {
    weight: 2,
    isFatalInside: true,
    needsOwnEngine: true,
    async act({ reboot, devenv }) {
      await reboot?.();
      const up = await devenv("up");
      if (up.exitCode !== 0) throw new Error(up.stderr);
    },
  },
  pauseAndResume: {
    weight: 4,
    async act({ folder }) {
      await ask(join(folder, "socket"), { kind: "pause" });
      setTimeout(() => void ask(join(folder, "socket"), { kind: "resume" }), 200);
    },
  },
  flush: { weight: 4, act: ({ devenv }) => devenv("sync", "flush") },
  overflowOnHost: {
    weight: 2,
    async act({ syncProcess, users: [host], live }) {
      const pid = syncProcess();
      process.kill(pid, "SIGSTOP");
      try {
        await burst(host, live);
      } finally {
        process.kill(pid, "SIGCONT");
      }
    },
  },
  overflowInside: {
    weight: 2,
    async act({ containers, devenv, idOf, users: [, inside], live }) {
      // the engine hangs for good when it freezes a container in which it is starting an agent; a flush waits for that one
      await devenv("sync", "flush");
      const id = await idOf("helper");
      await containers.pause(id);
      try {
        await burst(inside, live);
      } finally {
        await containers.unpause(id);
      }
    },
  },
};

export type NamedDisturbance = readonly [name: string, disturbance: Disturbance];

/** Any of them, by their weights. */
export function pickDisturbance(random: () => number): NamedDisturbance {
  const all = Object.entries(disturbances).flatMap((one) => Array.from({ length: one[1].weight }, () => one));
  const picked = all[Math.floor(random() * all.length)];
  if (picked === undefined) throw new Error("there is nothing to pick from");
  return picked;
}

/** Each of those that an engine with other users can bear, in some order. */
export function shuffleDisturbances(random: () => number): readonly NamedDisturbance[] {
  const all = Object.entries(disturbances).filter(([, { needsOwnEngine }]) => needsOwnEngine !== true);
  return all
    .map((one) => ({ one, at: random() }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ one }) => one);
}

/** Out of a container that sees the processes of the helper and no others: there is no `kill` in the helper itself. */
async function killAgent({ containers, engineEnv, idOf, labels }: Disturbed): Promise<void> {
  const id = await idOf("helper");
  const marks = Object.entries(labels).map(([name, value]) => `--label=${name}=${value}`);
  const environment = await idOf("environment");
  const image = (await containers.list(labels)).find((container) => container.id === environment)?.image ?? "";
  const words = ["run", "--rm", `--pid=container:${id}`, "--network=none", ...marks, image, "sh", "-c", killAgents];
  try {
    await promisify(execFile)("docker", words, { env: { ...process.env, ...engineEnv } });
  } catch (error) {
    // no agent either
    const helper = (await containers.list(labels)).find((container) => container.id === id);
    if (helper?.state === "running") throw error;
  }
}

/** None may run at the moment. */
const killAgents =
  'for p in /proc/[0-9]*; do if tr "\\0" " " <$p/cmdline | grep -q "[a]gent --serve"; then kill -9 $(basename $p); fi; done 2>/dev/null; true';

/** Leaves no trace but that nobody is told of what came after it. */
async function burst(user: FolderUser, live: Set<string>): Promise<void> {
  const write = async (path: string, text: string) => {
    for (const content of (await user.act("write", path, text)) ?? []) live.delete(content);
  };
  await user.act("mkdir", "burst");
  for (const file of ["burst/0", "burst/1"]) await write(file, "of a burst");
  await user.act("burst", "burst", overflowing);
  for (let number = 0; number < 5; number += 1) await write(`burst/after-${number}`, `${user.name} after`);
}
