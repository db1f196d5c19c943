/** Ways to bring a folder into a container, each with a folder and a place inside of its own. */
import { type ChildProcess, fork, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeOptions } from "../../../src/sync/process/node-options.ts";
import { baseImage } from "../../support/sandbox.ts";
import { runOnce } from "../measure.ts";
import type { KeeperMessage } from "./process.ts";

export interface Contestant extends AsyncDisposable {
  readonly name: string;
  readonly folder: string;
  /** The place inside, as this process sees it. */
  readonly inside: string;
  /** Brings what was not there before its start, too. */
  readonly isWhole: boolean;
  /** Also brings what is changed inside. */
  readonly isTwoWay: boolean;
  /** Undefined where changes are seen by themselves. */
  readonly bring: (() => void) | undefined;
  /** Begins; resolves when it brings over what changes. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface Ground {
  /** The project that all is labelled with. */
  readonly project: string;
  readonly scratch: string;
}

const docker = "docker";

export function openVolume({ project }: Ground, suffix: string): { readonly name: string; readonly inside: string } {
  const name = `${project}-${suffix}`;
  run([docker, "volume", "create", "--label", `devenv.project=${project}`, name]);
  return { name, inside: run([docker, "volume", "inspect", "--format", "{{.Mountpoint}}", name]).trim() };
}

/** A process of devenv's kind. */
export function openDevenv(ground: Ground, suffix: string): Contestant {
  const { project } = ground;
  const folder = newFolder(ground, `devenv-${suffix}`);
  const state = newFolder(ground, `state-${suffix}`);
  const volume = openVolume(ground, suffix);
  const keeper = fork(fileURLToPath(new URL("./process.ts", import.meta.url)), { execArgv: [...nodeOptions] });
  return {
    name: "devenv",
    folder,
    inside: volume.inside,
    isWhole: true,
    isTwoWay: true,
    bring: undefined,
    start: () => ask(keeper, { open: { project, root: folder, state, container: volume.name, volume: volume.name } }),
    stop: () => ask(keeper, "close"),
    async [Symbol.asyncDispose]() {
      const ended = once(keeper, "exit");
      keeper.kill();
      await ended;
    },
  };
}

async function ask(keeper: ChildProcess, message: KeeperMessage): Promise<void> {
  keeper.send(message);
  const [answer] = await once(keeper, "message");
  if (answer !== "done") throw new Error(`the process that syncs: ${answer}`);
}

export function openTar(ground: Ground, suffix: string): Contestant {
  const folder = newFolder(ground, `tar-${suffix}`);
  const { name, inside } = openVolume(ground, `${suffix}-tar`);
  const label = `devenv.project=${ground.project}`;
  run([docker, "run", "-d", "--label", label, "--name", name, "-v", `${name}:/sync`, baseImage, "sleep", "infinity"]);
  const pipe = `tar -C ${folder} -cf - . | ${docker} exec -i ${name} tar -C /sync -xf -`;
  const bring = () => void run(["sh", "-c", pipe]);
  return { ...idle, name: "tar | docker exec tar", folder, inside, isWhole: true, isTwoWay: false, bring };
}

/** The floor: what writing and seeing takes. */
export function openBind(ground: Ground): Contestant {
  const folder = newFolder(ground, "bind");
  return { ...idle, name: "bind mount", folder, inside: folder, isWhole: false, isTwoWay: true, bring: undefined };
}

export function openComposeWatch(ground: Ground): Contestant | undefined {
  if (spawnSync(docker, ["compose", "version"]).status !== 0) return undefined;
  const folder = newFolder(ground, "compose-files");
  const place = newFolder(ground, "compose");
  const { name, inside } = openVolume(ground, "compose");
  writeFileSync(join(place, "compose.yaml"), composeFile(ground, name, folder));
  const compose = [docker, "compose", "--project-directory", place, "-p", name];
  let watching: ChildProcess | undefined;
  return {
    name: "docker compose watch",
    folder,
    inside,
    isWhole: false,
    isTwoWay: false,
    bring: undefined,
    async start() {
      run([...compose, "up", "-d", "--no-build"]);
      watching = spawn(docker, [...compose.slice(1), "watch", "--no-up"], { stdio: ["ignore", "pipe", "pipe"] });
      const told = Promise.race([watching.stdout, watching.stderr].flatMap((out) => (out ? [once(out, "data")] : [])));
      await told;
      for (const out of [watching.stdout, watching.stderr]) out?.resume();
    },
    async stop() {
      watching?.kill();
    },
    async [Symbol.asyncDispose]() {
      watching?.kill();
      run([...compose, "down", "--timeout", "0"]);
    },
  };
}

function composeFile({ project }: Ground, volume: string, folder: string): string {
  return JSON.stringify({
    services: {
      dev: {
        image: baseImage,
        build: { context: folder },
        labels: { "devenv.project": project },
        command: ["sleep", "infinity"],
        volumes: ["files:/sync"],
        develop: { watch: [{ action: "sync", path: folder, target: "/sync" }] },
      },
    },
    volumes: { files: { name: volume, external: true } },
  });
}

/** Beside the volume, as if it were a folder here: unison has no better time than that. */
export function openUnison(ground: Ground): Contestant | undefined {
  if (spawnSync("unison", ["-version"]).status !== 0) return undefined;
  const folder = newFolder(ground, "unison");
  const inside = newFolder(ground, "unison-inside");
  const home = newFolder(ground, "unison-home");
  let running: ChildProcess | undefined;
  const stop = async () => void running?.kill();
  return {
    ...{ name: "unison -repeat 1", folder, inside, isWhole: true, isTwoWay: true, bring: undefined, stop },
    async start() {
      const args = [folder, inside, "-batch", "-confirmbigdel=false", "-ui", "text", "-repeat", "1"];
      running = spawn("unison", args, { stdio: "ignore", env: { ...process.env, UNISON: home } });
    },
    [Symbol.asyncDispose]: stop,
  };
}

const idle = {
  start: async () => undefined,
  stop: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};

function newFolder({ scratch }: Ground, name: string): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  return folder;
}

function run(argv: readonly string[]): string {
  return runOnce({ argv, cwd: "/" });
}
