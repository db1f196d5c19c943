import { renameSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { watchFiles } from "../../../src/host/watch.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const restMs = 60;

describe("watchFiles", () => {
  it("tells several writes in a row once", async () => {
    using folder = temporaryFolder({ "a.ts": "1", "b.ts": "1" });
    const [a, b] = [join(folder.path, "a.ts"), join(folder.path, "b.ts")];
    const told: (readonly string[])[] = [];
    await using _watcher = await open([a, b], (changed) => told.push(changed));
    folder.write({ "b.ts": "2" });
    folder.write({ "a.ts": "2" });
    folder.write({ "a.ts": "3" });
    await vi.waitFor(() => expect(told).toEqual([[a, b]]), 3000);
  });

  it("goes on after an editor has saved by renaming over the file, twice", async () => {
    using folder = temporaryFolder({ "a.ts": "1" });
    const file = join(folder.path, "a.ts");
    let told = 0;
    await using _watcher = await open([file], () => told++);
    for (const round of [1, 2]) {
      writeFileSync(`${file}.new`, `round ${round}`);
      renameSync(`${file}.new`, file);
      await vi.waitFor(() => expect(told).toBe(round), 3000);
    }
    writeFileSync(file, "in place");
    await vi.waitFor(() => expect(told).toBe(3), 3000);
  });

  it("sees a file come and go", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "devenv.local.ts");
    let told = 0;
    await using _watcher = await open([file], () => told++);
    writeFileSync(file, "");
    await vi.waitFor(() => expect(told).toBe(1), 3000);
    unlinkSync(file);
    await vi.waitFor(() => expect(told).toBe(2), 3000);
  });

  it("says nothing of other files in the same folder, nor after it was closed", async () => {
    using folder = temporaryFolder({ "a.ts": "1", "sub/b.ts": "1" });
    const told: unknown[] = [];
    const watcher = await watchFiles([join(folder.path, "a.ts")], (changed) => told.push(changed), { restMs });
    folder.write({ "other.ts": "", "sub/b.ts": "2" });
    await sleep(5 * restMs);
    folder.write({ "a.ts": "2" });
    await watcher.close();
    await sleep(5 * restMs);
    expect(told).toEqual([]);
  });
});

async function open(files: readonly string[], onChange: (changed: readonly string[]) => void) {
  const watcher = await watchFiles(files, onChange, { restMs });
  return { [Symbol.asyncDispose]: () => watcher.close() };
}
