import { lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ask } from "../../../../src/sync/process/client.ts";
import { serve } from "../../../../src/sync/process/server.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const status = { kind: "status" } as const;
const answering = (environment: string) => (address: string) =>
  serve(address, async ({ tell }) => tell({ kind: "failed", code: "SYNC_PAUSED", details: { environment } }));

it("takes nothing away from one that listens at its address after it", async () => {
  using folder = temporaryFolder({});
  const address = join(folder.path, "socket");
  const first = await answering("first")(address);
  expect(lstatSync(address).mode & 0o777).toBe(0o600);
  expect(await ask(address, status)).toMatchObject({ details: { environment: "first" } });
  rmSync(address);
  const second = await answering("second")(address);
  await first.close();
  expect(await ask(address, status)).toMatchObject({ details: { environment: "second" } });
  await second.close();
  expect(await ask(address, status)).toBeUndefined();
  expect(readdirSync(folder.path)).toEqual([]);
});
