import { Readable } from "node:stream";
import { expect, it } from "vitest";
import type { Engine, ImageInfo } from "../../../../src/engine/engine.ts";
import { readImageUser } from "../../../../src/env/container/image-user.ts";
import type { OperationContext } from "../../../../src/env/operation.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { testHost } from "../../../support/test-host.ts";

/** An engine with one container, whose home never ends. */
function endless() {
  const home = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(65_536);
    })(),
  );
  const containers = {
    create: async () => ({ id: "plain", warnings: [] }),
    remove: async () => undefined,
    readFile: async (_id: string, path: string) =>
      Buffer.from(path === "/etc/passwd" ? "dev:x:1000:1000::/home/dev:/bin/sh\n" : "dev:x:1000:\n"),
    pack: async () => home,
  };
  return { home, engine: { containers } as unknown as Engine };
}

it("reads no more of a home than it keeps, whatever its size", async () => {
  using cache = temporaryFolder();
  const { home, engine } = endless();
  const context = { engine, host: testHost({ cacheDir: cache.path }) } as OperationContext;
  const image = { id: "sha256:1", tag: "a" } as ImageInfo & { readonly tag: string };
  const user = await readImageUser(context, { image, wanted: "dev", helper: { name: "helper", labels: {} } });
  expect(user).toMatchObject({ isHomeLarge: true, home: undefined });
  expect(home.destroyed).toBe(true);
});
