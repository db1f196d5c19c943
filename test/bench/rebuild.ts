/** A locked environment with packages, and the Dockerfile that people write by hand for the same. */
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { removeProject } from "../support/remove-project.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import type { Case } from "./cases.ts";
import { type Run, runOnce } from "./measure.ts";
import type { Peers } from "./peers.ts";
import { devenv } from "./project.ts";

export interface RebuildProject extends AsyncDisposable {
  /** What devenv built. */
  readonly image: string;
  readonly rebuild: Case;
}

const packages = ["ca-certificates", "curl", "git"];

/** Locks and builds it once, so that the lock is there and every file of its packages is in the cache. */
export async function openRebuildProject(peers: Peers): Promise<RebuildProject> {
  const name = `bench-rebuild-${randomUUID().slice(0, 8)}`;
  const twin = `${name}-twin`;
  const folder = temporaryFolder({ "devenv.config.ts": configOf(name) });
  const at = (argv: readonly string[]): Run => ({ argv, cwd: folder.path });
  const dispose = async () => {
    spawnSync(peers.docker, ["rmi", twin]);
    await removeProject(name);
    folder[Symbol.dispose]();
  };
  try {
    const [environment] = JSON.parse(runOnce(at([...devenv, "build", "--json"]))).environments;
    const { image } = environment;
    const [from] = /^FROM .*/m.exec(runOnce(at([...devenv, "build", "--print"]))) ?? [];
    folder.write({ "by-hand/Dockerfile": `${from}\n${installation}\n` });
    const byHand = buildByHand(peers, twin, join(folder.path, "by-hand"));
    runOnce(at(byHand));
    return { image, rebuild: rebuildCase({ image, twin, byHand, at }, peers), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

const installation = `RUN apt-get update \\
 && apt-get install --yes --no-install-recommends ${packages.join(" ")} \\
 && apt-get clean \\
 && rm -rf /var/lib/apt/lists/*`;

function configOf(name: string): string {
  return `import { apt, bootstrap, defineConfig } from "devenv";
export default defineConfig({
  name: "${name}",
  image: { from: bootstrap({ suite: "bookworm" }), layers: [apt(${packages.map((one) => `"${one}"`).join(", ")})] },
});
`;
}

function buildByHand({ builder }: Peers, tag: string, folder: string): readonly string[] {
  return ["env", "DOCKER_BUILDKIT=1", builder, "build", "--no-cache", "--quiet", "--tag", tag, folder];
}

interface Built {
  readonly image: string;
  readonly twin: string;
  readonly byHand: readonly string[];
  at(argv: readonly string[]): Run;
}

/** The image before goes first: else each build would leave one without a name. */
function rebuildCase({ image, twin, byHand, at }: Built, { docker }: Peers): Case {
  const peer = "docker build --no-cache";
  return {
    title: "from the lock, packages in the cache",
    rounds: "fewest",
    contestants: [
      {
        name: "devenv build --no-cache",
        run: at([...devenv, "build", "--no-cache", "--frozen"]),
        prepare: at([docker, "rmi", image]),
      },
      { name: peer, run: at(byHand), prepare: at([docker, "rmi", twin]) },
    ],
    aims: [{ text: `≤ 1 × ${peer}`, limitMs: (median) => median(peer) }],
  };
}
