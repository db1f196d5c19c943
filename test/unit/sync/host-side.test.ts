import { describe } from "vitest";
import { openHostSide } from "../../../src/sync/host/host-side.ts";
import { sideContract } from "../../support/side-contract.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

for (const platform of ["linux", "darwin"] as const) {
  describe(`the host's side as on ${platform}`, () => {
    sideContract(async (root, listener) => {
      const cookies = temporaryFolder({});
      const side = openHostSide({
        root,
        platform,
        cookieFolder: cookies.path,
        listener,
        ignores: (path) => path.startsWith("unseen/"),
        nameLate: (path) => `${path}.late`,
      });
      await side.barrier();
      return {
        side,
        async [Symbol.asyncDispose]() {
          await side.close();
          cookies[Symbol.dispose]();
        },
      };
    });
  });
}
