/** Open both sides, and all that a session works on. */
import { createAgreement } from "./agreement.ts";
import type { AncestorStore, SavedStamps } from "./ancestor-store.ts";
import type { Failure } from "./application.ts";
import { type Core, sideNames } from "./core.ts";
import { createDirty, type Dirty } from "./dirty.ts";
import { type Endpoint, openEndpoint } from "./endpoint.ts";
import type { Entry, Path } from "./entry.ts";
import { createLimit } from "./limit.ts";
import { createMeter } from "./meter.ts";
import { createRetries } from "./retries.ts";
import type { SessionOptions } from "./session-options.ts";
import type { Side, SideListener, Stamp } from "./side.ts";
import type { SideName, Unwatched } from "./status.ts";
import { at, isAlike, parentOf } from "./tree.ts";

/** Files under way at once. */
const transfersAtOnce = 512;
/** Of those, such as take more than one piece: each of them holds some in memory. */
const largeAtOnce = 16;

export async function createCore(options: SessionOptions): Promise<Core> {
  const hooks = createHooks();
  const dirty = { host: createDirty(), container: createDirty() };
  const { tree, endpoints } = await openEndpoints(options, { hooks, dirty });
  const log = (line: string) => options.listener?.onLog?.(line);
  const todo = new Set<Path>();
  for (const side of sideNames) dirty[side].addAll();
  return Object.assign(hooks, {
    options,
    endpoints,
    dirty,
    agreement: agreementOf(options.ancestor, { tree, endpoints, log }),
    retries: createRetries((failure) => tryAgain(failure, { dirty, todo, wake: () => hooks.wake() })),
    meter: createMeter(options.listener?.onProgress),
    transfers: createLimit(transfersAtOnce),
    largeTransfers: createLimit(largeAtOnce),
    todo,
    conflicts: new Map(),
    copies: new Set<Path>(),
    mayBeEmpty: new Set<SideName>(),
    isRestoring: false,
    isStopped: false,
    lastSync: undefined,
    log,
  });
}

interface Heard {
  readonly hooks: Hooks;
  readonly dirty: Readonly<Record<SideName, Dirty>>;
}

/** What both sides hold is compared with what was saved; the saved stamps are theirs then, and need no room here. */
async function openEndpoints(options: SessionOptions, { hooks, dirty }: Heard) {
  const { tree, stamps } = await options.ancestor.load();
  const sides = await openSides(options, (side) => listenerOf(hooks, side, dirty[side]));
  const endpointOf = (side: SideName) =>
    openEndpoint({
      side: sides[side],
      ignores: options.ignores,
      known: tree,
      knownStamps: stampsOf(stamps, side),
      onDirty: (path) => dirty[side].add([path]),
    });
  return { tree, endpoints: { host: endpointOf("host"), container: endpointOf("container") } };
}

function* stampsOf(saved: Iterable<readonly [Path, SavedStamps]>, side: SideName): Generator<[Path, Stamp]> {
  for (const [path, { [side]: stamp }] of saved) if (stamp !== undefined) yield [path, stamp];
}

interface Hooks {
  readonly unwatched: Map<SideName, Unwatched>;
  wake: () => void;
  lose: (reason: string) => void;
  /** Said before anybody listened. */
  lost: string | undefined;
}

function createHooks(): Hooks {
  const hooks: Hooks = {
    unwatched: new Map(),
    lost: undefined,
    wake: () => undefined,
    lose(reason) {
      hooks.lost ??= reason;
    },
  };
  return hooks;
}

function listenerOf(hooks: Hooks, side: SideName, dirty: Dirty): SideListener {
  return {
    onChange(paths) {
      dirty.add(paths);
      hooks.wake();
    },
    onOverflow() {
      dirty.addAll();
      hooks.wake();
    },
    onUnwatched: (reason, hint) => void hooks.unwatched.set(side, { side, reason, hint }),
    onWatched: () => void hooks.unwatched.delete(side),
    onLost: (reason) => hooks.lose(reason),
  };
}

async function openSides(
  { host, container, ancestor }: SessionOptions,
  listener: (side: SideName) => SideListener,
): Promise<Readonly<Record<SideName, Side>>> {
  let opened: Side | undefined;
  try {
    opened = await host(listener("host"));
    return { host: opened, container: await container(listener("container")) };
  } catch (error) {
    await opened?.close();
    await ancestor.close();
    throw error;
  }
}

interface AgreementParts {
  readonly tree: Core["agreement"] extends { tree(): infer Tree } ? Tree : never;
  readonly endpoints: Readonly<Record<SideName, Endpoint>>;
  log(line: string): void;
}

function agreementOf(store: AncestorStore, { tree, endpoints, log }: AgreementParts) {
  const { host, container } = endpoints;
  // what differs from the ancestor has a stamp too, which would vouch for the wrong content
  const stampOf = (endpoint: Endpoint, path: Path, entry: Entry) =>
    isAlike(at(endpoint.tree(), path), entry) ? endpoint.sureStampOf(path) : undefined;
  return createAgreement({
    store,
    tree,
    flushSides: async () => void (await Promise.all([host.side.flush(), container.side.flush()])),
    stampsOf: (path, entry) => ({ host: stampOf(host, path, entry), container: stampOf(container, path, entry) }),
    onFailure: (error) => log(`what was agreed upon could not be kept: ${String(error)}`),
  });
}

interface Again {
  readonly dirty: Readonly<Record<SideName, Dirty>>;
  readonly todo: Set<Path>;
  wake(): void;
}

function tryAgain({ endpoint, path, kind }: Failure, { dirty, todo, wake }: Again): void {
  dirty[endpoint.side.name].add(kind === "missing" ? [path, parentOf(path)] : [path]);
  todo.add(path);
  wake();
}
