import { describe } from "vitest";
import { nodeHost } from "../../../src/host/node.ts";
import { openHostSide } from "../../../src/sync/host/host-side.ts";
import { openHostAgent } from "../../../src/sync/process/host-agent.ts";
import { sideContract } from "../../support/side-contract.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

for (const platform of ["linux", "darwin"] as const) {
  describe(`the host's side as on ${platform}`, () => {
    sideContract(async (root, listener) => {
      const cookies = temporaryFolder({});
      const native = openHostAgent({ root, platform, arch: nodeHost().arch });
      const side = openHostSide({
        root,
        platform,
        cookieFolder: cookies.path,
        listener,
        ignores: (path) => path.startsWith("unseen/"),
        nameLate: (path) => `${path}.late`,
        native,
      });
      await side.barrier();
      return {
        side,
        async [Symbol.asyncDispose]() {
          await side.close();
          await native?.close();
          cookies[Symbol.dispose]();
        },
      };
    });
  });
}
