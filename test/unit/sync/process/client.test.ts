import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ask } from "../../../../src/sync/process/client.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

it("takes a process that is killed before it answers for one that is not there", async () => {
  using folder = temporaryFolder();
  const address = join(folder.path, "socket");
  // unread bytes make the system reset the connection, as for a killed process
  const server = createServer({ pauseOnConnect: true }, (socket: Socket) => setTimeout(() => socket.destroy(), 20));
  await new Promise<void>((resolve) => server.listen(address, resolve));
  expect(await ask(address, { kind: "status" })).toBeUndefined();
  server.close();
});
