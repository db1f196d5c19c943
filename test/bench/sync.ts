/** `npm run bench:sync [-- --rounds N] [--files N]`: how quickly a workspace is in step, beside other ways to bring it in. */
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { setup } from "../support/base-image.ts";
import { setup as build } from "../support/build-once.ts";
import { removeProject } from "../support/remove-project.ts";
import { baseImage } from "../support/sandbox.ts";
import { openSyncProject } from "../support/sync-project.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { quantile } from "./measure.ts";
import { type Case, casesOf, writeMany } from "./sync/cases.ts";
import {
  type Contestant,
  type Ground,
  openBind,
  openComposeWatch,
  openDevenv,
  openTar,
  openUnison,
} from "./sync/contestants.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    initial: { type: "string", default: "20000" },
    idle: { type: "string", default: "100000" },
    only: { type: "string" },
  },
});
const rounds = Number(values.rounds);
const filesInFolder = 100;
const initialRounds = 4;
const idleSeconds = 60;
const settleMs = 20_000;

build();
const removeBase = await setup();
using scratch = temporaryFolder();
const ground: Ground = { project: `bench-sync-${randomUUID().slice(0, 8)}`, scratch: scratch.path };
try {
  if (Number(values.initial) > 0) await timeInitial(Number(values.initial));
  if (rounds > 0) await timeChanges();
  if (Number(values.idle) > 0) await watchIdle(Number(values.idle));
} finally {
  await removeProject(ground.project);
  await removeBase?.();
}

async function timeChanges(): Promise<void> {
  const opened = [openDevenv(ground, "changes"), openTar(ground, "changes"), openBind(ground)];
  const peers = [openComposeWatch(ground), openUnison(ground)].filter((peer) => peer !== undefined);
  const contestants: readonly Contestant[] = [...opened, ...peers];
  try {
    // a side that is suddenly empty would be asked about
    for (const { folder } of contestants) writeFileSync(join(folder, "stays.txt"), "");
    for (const contestant of contestants) await contestant.start();
    await sleep(1_000);
    const cases = casesOf(rounds).filter(({ title }) => title.includes(values.only ?? ""));
    for (const one of cases) await timeCase(one, contestants);
  } finally {
    for (const contestant of contestants) await contestant[Symbol.asyncDispose]();
  }
}

async function timeCase(one: Case, contestants: readonly Contestant[]): Promise<void> {
  const parts = contestants.filter(one.takesPart);
  const times = new Map(parts.map(({ name }) => [name, [] as number[]]));
  // the first one does not count
  for (let round = -1; round < one.rounds; round += 1) {
    for (const part of parts) {
      const isSlow = part.name.startsWith("docker compose") || part.name.startsWith("unison");
      if (isSlow && round >= 10) continue;
      const ms = await one.time(part);
      if (round >= 0) times.get(part.name)?.push(ms ?? Number.POSITIVE_INFINITY);
    }
  }
  print(one.title, times);
}

/** Into an empty volume, from the start of the process's session. */
async function timeInitial(files: number): Promise<void> {
  const times = new Map<string, number[]>();
  for (let round = -1; round < initialRounds; round += 1) {
    for (const open of [openDevenv, openTar]) {
      await using part = open(ground, `initial-${round + 1}`);
      // its container runs, as the other one's does
      await part.start();
      await part.stop();
      fill(part.folder, round < 0 ? filesInFolder : files);
      const startedAt = performance.now();
      await part.start();
      part.bring?.();
      const ms = performance.now() - startedAt;
      await part.stop();
      if (round >= 0) times.set(part.name, [...(times.get(part.name) ?? []), ms]);
    }
  }
  print(`initial sync of ${files} files`, times);
}

function fill(folder: string, files: number): void {
  for (let index = 0; index < files / filesInFolder; index += 1) {
    writeMany(join(folder, `folder-${index}`), filesInFolder, 4_000);
  }
}

/** The process that `devenv up` leaves behind, once it has done all that follows a first sync. */
async function watchIdle(files: number): Promise<void> {
  await using project = openSyncProject(ground.project, `image: "${baseImage}",\n workspace: { mode: "sync" },`);
  fill(project.path, files);
  const { exitCode, stderr } = await project.devenv(["up"]);
  if (exitCode !== 0) throw new Error(stderr);
  const pid = project.syncProcess();
  await sleep(settleMs);
  const before = processorSeconds(pid);
  await sleep(idleSeconds * 1_000);
  const share = (processorSeconds(pid) - before) / idleSeconds;
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (key: string) => (Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1]) / 1_000).toFixed(0);
  const memory = `${megabytes("VmRSS")} MB, ${megabytes("RssAnon")} of them its own`;
  process.stdout.write(`idle at ${files} files: ${(share * 100).toFixed(2)} % of a core, ${memory}\n`);
}

function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function print(title: string, times: ReadonlyMap<string, readonly number[]>): void {
  const own = quantile(times.get("devenv") ?? [], 0.5);
  const lines = [...times].map(([name, all]) => {
    const [median, late] = [quantile(all, 0.5), quantile(all, 0.95)];
    const ratio = name === "devenv" ? "" : `  devenv is ${(own / median).toFixed(2)} ×`;
    return `  ${name.padEnd(24)} ${median.toFixed(1).padStart(9)} ms ${late.toFixed(1).padStart(9)} ms${ratio}`;
  });
  process.stdout.write(`${[title, ...lines].join("\n")}\n`);
}
