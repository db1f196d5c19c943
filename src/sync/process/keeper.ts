/** Keeps one environment in step for as long as it is asked to, over lost connections. */
import { setTimeout as sleep } from "node:timers/promises";
import { reasonOf } from "../../host/reason.ts";
import type { HaltAnswer, Session, SessionListener } from "../session-options.ts";
import { SideError } from "../side.ts";
import type { SyncProgress } from "../status.ts";
import { SyncEnd } from "../sync-end.ts";
import type { EnvironmentSync, SyncAnswer } from "./messages.ts";
import { startPatience } from "./patience.ts";
import { summary } from "./unsaved.ts";

export interface Keeper {
  status(): EnvironmentSync;
  /** Resolves when both sides are equal, or cannot be made so for now: the status says why. Waits for a connection. */
  flush(signal: AbortSignal, onProgress: (progress: SyncProgress) => void): Promise<void>;
  /** What the container alone holds, after a flush for as long as anything comes over; undefined where it cannot be reached. */
  unsaved(signal: AbortSignal): Promise<UnsavedAnswer | undefined>;
  /** Why it is over, for good. */
  end(): SyncEnd | undefined;
  pause(): Promise<void>;
  resume(answer: HaltAnswer | undefined): Promise<void>;
  close(): Promise<void>;
}

export interface KeeperOptions {
  readonly name: string;
  /** From the beginning. */
  readonly isPaused: boolean;
  /** Opens both sides and what was agreed upon; throws when one cannot be reached. */
  open(listener: SessionListener, isPaused: boolean): Promise<Session>;
  log(line: string): void;
  /** It is over, for good. */
  onEnd(): void;
}

/** Waits between tries to connect, milliseconds: a restarted engine is there within seconds. */
const firstWaitMs = 250;
const longestWaitMs = 10_000;

export function openKeeper(options: KeeperOptions): Keeper {
  const closing = new AbortController();
  const progressListeners = new Set<(progress: SyncProgress) => void>();
  const link: Link = {
    session: undefined,
    reason: undefined,
    end: undefined,
    isPaused: options.isPaused,
    connected: Promise.withResolvers(),
    ended: Promise.withResolvers(),
  };
  const listener: SessionListener = {
    onStatus: () => tellEnd(link),
    onProgress: (progress) => {
      for (const tell of progressListeners) tell(progress);
    },
    onLog: (line) => options.log(`${options.name}: ${line}`),
  };
  const running = keepConnected(link, { ...options, listener, signal: closing.signal });
  return {
    status: () => ({
      environment: options.name,
      ...(link.session?.status() ?? { ...noStatus, state: "connecting", reason: link.reason }),
    }),
    async flush(signal, onProgress) {
      progressListeners.add(onProgress);
      await flushLink(link, AbortSignal.any([signal, closing.signal]));
      progressListeners.delete(onProgress);
    },
    async unsaved(signal) {
      const patience = startPatience(idleMs, mostMs);
      progressListeners.add(patience.renew);
      await flushLink(link, AbortSignal.any([signal, closing.signal, patience.signal]));
      progressListeners.delete(patience.renew);
      patience.end();
      return unsavedIn(link);
    },
    end: () => link.end,
    async pause() {
      link.isPaused = true;
      await link.session?.pause();
    },
    async resume(answer) {
      link.isPaused = false;
      await link.session?.resume(answer);
    },
    async close() {
      closing.abort();
      await running;
    },
  };
}

/** What is written all the time is never all over. Milliseconds. */
const [idleMs, mostMs] = [10_000, 60_000];

type UnsavedAnswer = Extract<SyncAnswer, { kind: "unsaved" }>;

async function unsavedIn({ session }: Link): Promise<UnsavedAnswer | undefined> {
  try {
    const paths = await session?.unsaved();
    return paths && { kind: "unsaved", ...summary(paths), state: session?.status().state ?? "" };
  } catch (error) {
    if (error instanceof SideError) return undefined;
    throw error;
  }
}

interface Link {
  session: Session | undefined;
  /** Why there is no session. */
  reason: string | undefined;
  /** There will not be one any more. */
  end: SyncEnd | undefined;
  isPaused: boolean;
  connected: PromiseWithResolvers<void>;
  ended: PromiseWithResolvers<void>;
}

interface Connection extends KeeperOptions {
  readonly listener: SessionListener;
  readonly signal: AbortSignal;
}

async function keepConnected(link: Link, connection: Connection): Promise<void> {
  const { name, signal, log } = connection;
  let wait = firstWaitMs;
  while (!signal.aborted) {
    try {
      await holdSession(link, connection);
      wait = firstWaitMs;
    } catch (error) {
      link.reason = reasonOf(error);
      if (error instanceof SyncEnd) link.end = error;
    }
    link.session = undefined;
    if (link.end !== undefined) return tellOver(link, connection);
    link.connected = Promise.withResolvers();
    if (signal.aborted) return;
    log(`${name}: ${link.reason ?? "the connection is lost"}; trying again`);
    await sleep(wait, undefined, { signal }).catch(() => {});
    wait = Math.min(wait * 2, longestWaitMs);
  }
}

/** Nobody waits for it any more. */
function tellOver(link: Link, { name, log, onEnd }: Connection): void {
  link.connected.resolve();
  link.ended.resolve();
  log(`${name}: ${link.reason ?? ""}; ends`);
  onEnd();
}

async function holdSession(link: Link, { open, listener, signal }: Connection): Promise<void> {
  link.ended = Promise.withResolvers();
  const session = await open(listener, link.isPaused);
  Object.assign(link, { session, reason: undefined });
  link.connected.resolve();
  tellEnd(link);
  await Promise.race([link.ended.promise, aborted(signal)]);
  link.reason = session.status().reason;
  await session.close();
}

function tellEnd({ session, ended }: Link): void {
  if (session?.status().state === "lost") ended.resolve();
}

/** What a connection that was lost meanwhile left undone is done by the next one. */
async function flushLink(link: Link, signal: AbortSignal): Promise<void> {
  const stop = aborted(signal);
  while (!signal.aborted) {
    await Promise.race([link.connected.promise, stop]);
    if (link.end !== undefined) return;
    const { ended } = link;
    const status = await Promise.race([link.session?.flush(), stop]);
    if (status !== undefined && status.state !== "lost") return;
    await Promise.race([ended.promise, stop]);
    // the link is taken down in the same turn
    await sleep(0);
  }
}

/** What there is to say of what has no session. */
export const noStatus = {
  ...{ reason: undefined, files: 0, lastSync: undefined },
  ...{ conflicts: [], copies: [], problems: [], unwatched: [] },
};

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
