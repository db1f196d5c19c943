/**
 * A session keeps two sides in step: rounds, one after the other, as long as there is something to look at.
 *
 * The first round looks at everything. After that events tell what is dirty; the first one after a quiet time begins a round at
 * once, and those that come during a round wait for the next: so a single edit is quick, and many are done together.
 */
import { answerHalt } from "./answer-halt.ts";
import { stepsOf } from "./commit.ts";
import { type Core, hasWork, otherSide, sideNames } from "./core.ts";
import { createCore } from "./create-core.ts";
import { createLoop, type Loop } from "./loop.ts";
import { scanUnwatched } from "./scan-unwatched.ts";
import type { HaltAnswer, OpenSession } from "./session-options.ts";
import { SideError } from "./side.ts";
import { createStatus } from "./status-of.ts";
import { at, namesIn, readable } from "./tree.ts";
import { findUnsaved } from "./unsaved.ts";

export const openSession: OpenSession = async (options) => {
  const core = await createCore(options);
  const loop = createLoop(core);
  const status = createStatus(core, loop.phase);
  const scans = scanUnwatched(core);
  let isResuming = false;
  connect(core, loop);
  loop.wake();
  return {
    status,
    async flush() {
      await passBarriers(core, loop);
      if (loop.isActive()) core.retries.hurry();
      loop.wake();
      await loop.quiet();
      await tidySides(core, loop);
      return status();
    },
    async pause() {
      if (!loop.isActive()) return;
      core.isStopped = true;
      await loop.rest();
      if (loop.isActive()) loop.enter({ state: "paused" });
    },
    async resume(answer) {
      // what is answered is not answered once more
      if (isResuming || (loop.phase.state !== "paused" && loop.phase.state !== "halted")) return;
      isResuming = true;
      await resume(core, loop, answer);
      isResuming = false;
    },
    async unsaved() {
      if (loop.phase.state === "lost" || loop.phase.state === "closed") throw new SideError("lost", loop.phase.state);
      return findUnsaved(core, loop);
    },
    settle(path, winner) {
      const loser = at(core.endpoints[otherSide(winner)].tree(), path);
      const before = at(core.agreement.tree(), path);
      core.agreement.agree([...stepsOf({ path, before, after: readable(loser) })]);
      core.todo.add(path);
      loop.wake();
    },
    spare() {
      if (loop.phase.state === "idle") spareMemory(core);
    },
    async close() {
      if (loop.phase.state === "closed") return;
      core.isStopped = true;
      core.retries.close();
      scans.stop();
      await loop.rest();
      loop.enter({ state: "closed" });
      await core.agreement.close();
      await Promise.all(sideNames.map((side) => core.endpoints[side].side.close()));
    },
  };
};

/** From now on the core is heard, and what it said before. */
function connect(core: Core & { readonly lost?: string | undefined }, loop: Loop): void {
  core.wake = loop.wake;
  core.postpone = loop.postpone;
  core.lose = (reason) => {
    if (loop.phase.state === "lost" || loop.phase.state === "closed") return;
    core.isStopped = true;
    core.retries.close();
    core.log(`lost: ${reason}`);
    loop.enter({ state: "lost", reason });
  };
  if (core.lost !== undefined) core.lose(core.lost);
}

/** Names stand in the tree, and with the stamps of both sides: each once is enough. */
function spareMemory({ endpoints: { host, container } }: Core): void {
  const names = new Map<string, string>();
  for (const name of namesIn(host.tree())) names.set(name, name);
  const share = (name: string) => names.get(name) ?? name;
  for (const endpoint of [host, container]) endpoint.pack(share);
}

/** What changed before this is dirty after it. */
async function passBarriers(core: Core, loop: Loop): Promise<void> {
  if (!loop.isActive()) return;
  for (const side of core.unwatched.keys()) core.dirty[side].addAll();
  try {
    await Promise.all(sideNames.map((side) => core.endpoints[side].side.barrier()));
  } catch (error) {
    core.lose(error instanceof Error ? error.message : String(error));
  }
}

/** Nothing of ours is left in anybody's way. */
async function tidySides({ endpoints }: Core, { phase }: Loop): Promise<void> {
  if (phase.state === "lost" || phase.state === "closed") return;
  // one that is lost says so itself
  await Promise.allSettled(sideNames.map((side) => endpoints[side].side.tidy?.()));
}

async function resume(core: Core, loop: Loop, answer: HaltAnswer | undefined): Promise<void> {
  const { halt } = loop.phase;
  try {
    if (halt !== undefined) {
      core.dirty[halt.side].addAll();
      if (answer !== undefined) await answerHalt(core, halt, answer);
    }
    core.isStopped = false;
    loop.enter({ state: hasWork(core) ? "syncing" : "idle" });
    loop.wake();
  } catch (error) {
    core.log(`the halt remains: ${error instanceof Error ? error.message : String(error)}`);
  }
}
