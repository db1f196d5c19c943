/** Open both sides, and all that a session works on. */
import { createAgreement } from "./agreement.ts";
import type { AncestorStore, SavedStamps } from "./ancestor-store.ts";
import type { Failure } from "./application.ts";
import type { Core } from "./core.ts";
import { createDirty, type Dirty } from "./dirty.ts";
import { type Endpoint, openEndpoint } from "./endpoint.ts";
import type { Entry, Path } from "./entry.ts";
import { isGitLock } from "./git-lock.ts";
import { eachOf, type SavedIntent } from "./intents.ts";
import { createLimit } from "./limit.ts";
import { createMeter } from "./meter.ts";
import { createRetries } from "./retries.ts";
import type { Ignores, SessionOptions } from "./session-options.ts";
import type { SideListener, Stamp } from "./side.ts";
import type { SideName, Unwatched } from "./status.ts";
import { at, isAlike, parentOf, walk } from "./tree.ts";

/** Files under way at once. */
const transfersAtOnce = 512;
/** Of those, such as take more than one piece: each of them holds some in memory. */
const largeAtOnce = 16;

export async function createCore(options: SessionOptions): Promise<Core> {
  const hooks = createHooks();
  const dirty = { host: createDirty(), container: createDirty() };
  const { tree, begun, endpoints } = await openEndpoints(options, { hooks, dirty });
  const log = (line: string) => options.listener?.onLog?.(line);
  const todo = new Set<Path>();
  return Object.assign(hooks, {
    options,
    endpoints,
    dirty,
    agreement: agreementOf(options.ancestor, { tree, endpoints, log }),
    intents: options.ancestor.intents,
    begun,
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
  const { ancestor } = options;
  const { tree, stamps } = await ancestor.load();
  const begun = ancestor.intents.load().flatMap((intent) => [...eachOf(intent)]);
  const isKnown = knownContents(tree, begun);
  const ignores: Ignores = (path, isFolder) => isGitLock(path, isFolder) || options.ignores(path, isFolder);
  const open: OpenEndpoint = async (name) => {
    const side = await options[name]({ ...listenerOf(hooks, name, dirty[name]), isKnown });
    const onDirty = (path: Path) => dirty[name].add([path]);
    const known = { known: tree, knownStamps: stampsOf(stamps, name) };
    return openEndpoint({ side, ignores, ...known, onDirty });
  };
  try {
    const { isHostRead, ...endpoints } = await openBoth(open, options);
    dirty.container.addAll();
    if (!isHostRead) dirty.host.addAll();
    return { tree, begun, endpoints };
  } catch (error) {
    await ancestor.close();
    throw error;
  }
}

type OpenEndpoint = (name: SideName) => Promise<Endpoint>;

/** The container's side takes longer to open: the host's is read meanwhile. */
async function openBoth(open: OpenEndpoint, { isPaused }: SessionOptions) {
  const host = await open("host");
  const reading = isPaused ? undefined : host.readAll();
  reading?.catch(() => undefined);
  try {
    const container = await open("container");
    await reading;
    return { host, container, isHostRead: reading !== undefined };
  } catch (error) {
    await reading?.catch(() => undefined);
    await host.side.close();
    throw error;
  }
}

/** Whether a content was agreed upon or on its way; it is asked where something was left in the middle of a change. */
function knownContents(tree: Entry | undefined, begun: readonly SavedIntent[]): (content: string) => boolean {
  let known: Set<string> | undefined;
  return (content) => {
    if (known === undefined) {
      const entries = [...Array.from(walk(tree), ([, entry]) => entry), ...begun.map(({ after }) => after)];
      known = new Set(entries.map((entry) => (entry?.kind === "file" ? entry.content : "")));
    }
    return known.has(content);
  };
}

function* stampsOf(saved: Iterable<readonly [Path, SavedStamps]>, side: SideName): Generator<[Path, Stamp]> {
  for (const [path, { [side]: stamp }] of saved) if (stamp !== undefined) yield [path, stamp];
}

interface Hooks {
  readonly unwatched: Map<SideName, Unwatched>;
  wake: () => void;
  postpone: () => void;
  lose: (reason: string) => void;
  /** Said before anybody listened. */
  lost: string | undefined;
}

function createHooks(): Hooks {
  const hooks: Hooks = {
    unwatched: new Map(),
    lost: undefined,
    wake: () => undefined,
    postpone: () => undefined,
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
    onReread(paths) {
      if (paths === undefined) dirty.addAll();
      else dirty.add(paths);
      hooks.postpone();
      hooks.wake();
    },
    onUnwatched: (reason, hint) => void hooks.unwatched.set(side, { side, reason, hint }),
    onWatched: () => void hooks.unwatched.delete(side),
    onLost: (reason) => hooks.lose(reason),
  };
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
