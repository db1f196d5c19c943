/** Two busy users, unkind sides: when it is quiet both sides are equal and nothing is lost. The seed is part of the name. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openSession } from "../../../src/sync/session.ts";
import type { Session } from "../../../src/sync/session-options.ts";
import type { SideErrorKind } from "../../../src/sync/side.ts";
import { createBusyUser } from "../../support/busy-user.ts";
import { createMemorySide, filesIn, type MemorySide } from "../../support/memory-side.ts";
import { createMemoryStore } from "../../support/memory-store.ts";
import { contentsOf } from "../../support/memory-tree.ts";
import { seededRandom } from "../../support/seeded-random.ts";

const first = Number(process.env.SYNC_SEED ?? Math.floor(Math.random() * 1e6));
const seeds = Array.from({ length: Number(process.env.SYNC_STORMS ?? 3) }, (_, index) => first + index);
const operations = Number(process.env.SYNC_OPERATIONS ?? 400);

describe("a session in a storm", () => {
  it.each(seeds)("loses nothing and ends with equal sides: SYNC_SEED=%i", storm, 60_000);
});

async function storm(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const delayMs = [0, 1, 3][seed % 3] ?? 0;
  const failing = { isOn: random() < 0.5 };
  const fail = (): SideErrorKind | undefined => {
    if (!failing.isOn || random() > 0.02) return undefined;
    return random() < 0.5 ? "changed" : "missing";
  };
  const host = createMemorySide({
    name: "host",
    delayMs,
    random,
    fail: (call) => (isChange(call) ? fail() : undefined),
  });
  const container = createMemorySide({
    name: "container",
    delayMs,
    random,
    fail: (call) => (isChange(call) ? fail() : undefined),
  });
  const live = new Set<string>();
  const users = [createBusyUser({ side: host, random, live }), createBusyUser({ side: container, random, live })];
  const store = createMemoryStore();
  const log: string[] = [];
  const begin = () =>
    openSession({
      host: host.open,
      container: container.open,
      ancestor: store,
      direction: "two-way",
      onConflict: "keep-both",
      ignores: () => false,
      listener: { onLog: (line) => void log.push(line) },
    });
  let session = await begin();
  for (let done = 0; done < operations; done += 1) {
    users[Math.floor(random() * 2)]?.();
    if (random() < 0.4) await sleep(random() * 4);
    session = await disturb(session, { random, begin, sides: [host, container] });
  }
  failing.isOn = false;
  await expectSettled(session, { host, container, live, log });
  await session.close();
}

function isChange(call: string): boolean {
  return ["write", "remove", "makeFolder", "makeLink", "setMode", "read"].includes(call);
}

interface Disturbance {
  readonly random: () => number;
  readonly sides: readonly MemorySide[];
  begin(): Promise<Session>;
}

async function disturb(session: Session, { random, sides, begin }: Disturbance): Promise<Session> {
  const chance = random();
  if (chance < 0.01) sides[Math.floor(random() * 2)]?.overflow();
  else if (chance < 0.015) void session.pause().then(() => session.resume());
  else if (chance < 0.02) {
    await session.flush();
    session.spare();
  } else if (chance < 0.023) {
    await session.close();
    return begin();
  }
  // both users may have removed everything
  if (session.status().state === "halted") session.resume(random() < 0.5 ? "accept" : "restore");
  return session;
}

interface Settled {
  readonly host: MemorySide;
  readonly container: MemorySide;
  readonly live: ReadonlySet<string>;
  readonly log: readonly string[];
}

async function expectSettled(session: Session, { host, container, live, log }: Settled): Promise<void> {
  session.resume();
  let status = await session.flush();
  while (status.state === "halted" || status.state === "paused") {
    session.resume("restore");
    await sleep(5);
    status = await session.flush();
  }
  // one side may still be told of what the other got
  status = await session.flush();
  expect(status, log.join("\n")).toMatchObject({ state: "idle", conflicts: [], problems: [] });
  expect(contentsOf(container.tree.root)).toEqual(contentsOf(host.tree.root));
  const kept = new Set(filesIn(host).values());
  expect([...live].filter((content) => !kept.has(content))).toEqual([]);
}
