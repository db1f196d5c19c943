import type { CommandEntry } from "./command.ts";

/** Every command, in the order of help; its code loads when it runs. */
export const commands: readonly CommandEntry[] = [
  { name: "init", summary: "write a config for the project here", load: () => import("./commands/init.ts") },
  { name: "up", summary: "build, create and start environments", load: () => import("./commands/up.ts") },
  { name: "stop", summary: "stop containers; all that they hold stays", load: () => import("./commands/stop.ts") },
  { name: "start", summary: "start stopped containers as they are", load: () => import("./commands/start.ts") },
  { name: "restart", summary: "stop and start containers", load: () => import("./commands/restart.ts") },
  { name: "down", summary: "stop and remove containers", load: () => import("./commands/down.ts") },
  {
    name: "status",
    aliases: ["ps"],
    summary: "containers, ports, and what the next `up` will change",
    load: () => import("./commands/status.ts"),
  },
  { name: "exec", summary: "run a command in an environment", load: () => import("./commands/exec.ts") },
  { name: "shell", summary: "open a shell in an environment", load: () => import("./commands/shell.ts") },
  { name: "task", summary: "run a declared task, or list them", load: () => import("./commands/task.ts") },
  {
    name: "ci",
    summary: "run a task in a fresh container with a copy of the workspace",
    load: () => import("./commands/ci.ts"),
  },
  { name: "logs", summary: "what the containers print", load: () => import("./commands/logs.ts") },
  { name: "build", summary: "build images only, or show their Dockerfiles", load: () => import("./commands/build.ts") },
  {
    name: "verify",
    summary: "build again and compare with what is locked, file by file",
    load: () => import("./commands/verify.ts"),
  },
  { name: "why", summary: "what made a Dockerfile line, or a rebuild", load: () => import("./commands/why.ts") },
  {
    name: "lock",
    summary: "pin everything that images are made of; `--update` moves pins",
    load: () => import("./commands/lock.ts"),
  },
  { name: "sbom", summary: "what an image is made of, as CycloneDX", load: () => import("./commands/sbom.ts") },
  {
    name: "sync",
    summary: "how synced workspaces stand; flush, pause, resume, logs",
    load: () => import("./commands/sync.ts"),
  },
  {
    name: "snapshot",
    summary: "keep the state of an environment; list, show, restore, rm",
    load: () => import("./commands/snapshot.ts"),
  },
  {
    name: "prune",
    summary: "remove what nothing of the project needs any more",
    load: () => import("./commands/prune.ts"),
  },
  { name: "config", summary: "the resolved config, or its JSON schema", load: () => import("./commands/config.ts") },
  {
    name: "completion",
    summary: "the script that completes command lines in your shell",
    load: () => import("./commands/completion.ts"),
  },
  { name: "doctor", summary: "check this machine, and mend it", load: () => import("./commands/doctor.ts") },
];

export function findCommand(name: string): CommandEntry | undefined {
  return commands.find((entry) => entry.name === name || entry.aliases?.includes(name));
}

/** Aliases included. */
export function commandNames(): readonly string[] {
  return commands.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
}
