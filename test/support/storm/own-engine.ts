/** An engine that only one storm uses, so that it may be killed. */
import { connectEngine } from "../../../src/engine/docker/connect.ts";
import { nodeHost } from "../../../src/host/node.ts";
import { engineKinds, type RunningEngine, startEngine } from "../../engines/engines.ts";
import { copyImage } from "../copy-image.ts";
import { baseImage } from "../sandbox.ts";

export async function startOwnEngine(): Promise<RunningEngine> {
  const host = nodeHost();
  const [kind] = engineKinds;
  if (kind === undefined) throw new Error("there is no engine");
  const running = await startEngine(kind, { host, outer: connectEngine(host), folders: [host.cacheDir] });
  await copyImage(baseImage, running.address);
  return running;
}
