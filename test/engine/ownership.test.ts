/** Files made inside are the person's at the host, on whichever engine the suite runs, rootless ones too. */
import { chmodSync, chownSync, statSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { openExec } from "../../src/env/exec.ts";
import { openProject } from "../../src/env/project.ts";
import { up } from "../../src/env/up.ts";
import { removeProject } from "../support/remove-project.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const config = `
import { defineConfig, run } from "devenv";
const from = "devenv-test/base:bookworm";
export default defineConfig({
  name: "owner-engine",
  environments: {
    root: { image: from },
    made: { image: { from, layers: [run("useradd --create-home --groups audio dev")], user: "dev" } },
  },
});
`;

it("maps root and a user of the image to the person at the host", async () => {
  using folder = temporaryFolder({ "devenv.config.ts": config });
  using cache = temporaryFolder();
  const { rootless } = await connectEngine(testHost()).info();
  // a rootless engine works for the user that runs it
  const uid = rootless ? 1000 : 4242;
  for (const { path } of [folder, cache]) chownSync(path, uid, uid);
  // written by root here, and read by the rootless engine
  chmodSync(cache.path, 0o755);
  const host = testHost({ uid, gid: uid, cacheDir: cache.path });
  const engine = connectEngine(host);
  const { spec, locate } = await openProject({ host, cwd: folder.path });
  try {
    await up({ host, engine, spec, locate, report: () => undefined }, { names: [] });
    for (const environment of ["root", "made"]) {
      const script = `touch made-in-${environment} && touch ~/x ~/.y && test -w /var/lib/devenv/history && cat made-in-* && id -un && echo $HOME`;
      const { process } = await openExec({ engine, root: spec.root, environment, command: ["sh", "-c", script] });
      const output = await Promise.all([text(process.stdout), text(process.stderr)]);
      const isRoot = rootless && environment === "root";
      expect(output.join("")).toBe(isRoot ? "root\n/root\n" : "dev\n/home/dev\n");
      const { uid: owner, gid } = statSync(join(folder.path, `made-in-${environment}`));
      expect({ owner, gid }).toEqual({ owner: uid, gid: uid });
    }
  } finally {
    await removeProject("owner-engine");
  }
});
