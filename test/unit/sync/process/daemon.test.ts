import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { ask, type FinalAnswer } from "../../../../src/sync/process/client.ts";
import { runDaemon } from "../../../../src/sync/process/daemon.ts";
import type { SyncRequest } from "../../../../src/sync/process/messages.ts";
import { syncPlaces } from "../../../../src/sync/process/places.ts";
import { writeRecord } from "../../../../src/sync/process/record.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { testHost } from "../../../support/test-host.ts";

it("knows what it keeps in step when it gives its first answer", async () => {
  using folder = temporaryFolder({ "devenv/sync/1234/.keep": "", project: null });
  const host = testHost({ env: { XDG_STATE_HOME: folder.path } });
  const places = syncPlaces(host, "1234");
  // reading it takes longer than a connection
  const ignore = Array.from({ length: 200_000 }, (_, index) => `ignored-${index}`);
  const environments = { dev: { exclude: [], ignore, watch: [], sync: undefined } };
  const root = join(folder.path, "project");
  await writeRecord(places.record, { version: 1, project: "p", root, workspace: "1234", folder: "1:2", environments });
  const stop = new AbortController();
  const running = runDaemon({
    ...{ host, places, signal: stop.signal, circumstances: { program: "1", engine: "unix:///nowhere" } },
    open: () => Promise.reject(new Error("nothing is synced here")),
    run: async () => 0,
    present: async () => undefined,
    clean: async () => undefined,
    log: () => undefined,
  });
  const first = await askUntilThere(places.address, { kind: "flush", environment: "dev" });
  stop.abort();
  await running;
  expect(first).toMatchObject({ kind: "done" });
});

async function askUntilThere(address: string, request: SyncRequest): Promise<FinalAnswer> {
  for (;;) {
    const answer = await ask(address, request);
    if (answer !== undefined) return answer;
    await turn();
  }
}
