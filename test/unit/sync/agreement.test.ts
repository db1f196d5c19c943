import { expect, it, vi } from "vitest";
import { createAgreement } from "../../../src/sync/agreement.ts";
import type { Entry } from "../../../src/sync/entry.ts";
import { noChildren } from "../../../src/sync/tree.ts";
import { createMemoryStore } from "../../support/memory-store.ts";

const folder: Entry = { kind: "folder", mode: 0o755, children: noChildren };

it("is written down at once, also while the disks are flushed", async () => {
  vi.useFakeTimers();
  try {
    const store = createMemoryStore();
    const flushSides = vi.fn(() => new Promise<void>(() => {}));
    const stampsOf = () => ({ host: undefined, container: undefined });
    const agreement = createAgreement({ store, tree: undefined, flushSides, stampsOf, onFailure: () => {} });
    agreement.agree([{ path: "", entry: folder }]);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(flushSides).toHaveBeenCalled();
    agreement.agree([{ path: "a", entry: folder }]);
    expect(store.saved().tree).toEqual({ ...folder, children: new Map([["a", folder]]) });
  } finally {
    vi.useRealTimers();
  }
});
