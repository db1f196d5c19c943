/** A process of its own that keeps a folder and a volume in step, as devenv's does; its parent tells it what to do. */

import { connectEngine } from "../../../src/engine/docker/connect.ts";
import { nodeHost } from "../../../src/host/node.ts";
import { environmentOpener } from "../../../src/sync/process/open-environment.ts";
import type { SyncedEnvironment } from "../../../src/sync/process/record.ts";

export interface KeepRequest {
  readonly project: string;
  /** What is kept in step, on the host. */
  readonly root: string;
  /** For what the process keeps. */
  readonly state: string;
  readonly container: string;
  readonly volume: string;
}

export type KeeperMessage = { readonly open: KeepRequest } | "flush" | "close";

const host = nodeHost();
const engine = connectEngine(host);

/** The parent goes on when a message is answered. */
process.once("SIGTERM", () => process.exit());
process.on("message", (message: KeeperMessage) => {
  void answer(message).then(
    () => process.send?.("done"),
    (error: unknown) => process.send?.(String(error)),
  );
});

let session: Awaited<ReturnType<ReturnType<typeof environmentOpener>>> | undefined;

async function answer(message: KeeperMessage): Promise<void> {
  if (message === "close") {
    await session?.close();
    session = undefined;
  } else {
    if (message !== "flush") session = await open(message.open);
    const status = await session?.flush();
    if (status?.state !== "idle") throw new Error(`the session is ${status?.state}: ${status?.reason}`);
  }
}

function open({ project, root, state, container, volume }: KeepRequest) {
  const places = { folder: state, record: "", mark: "", log: "", address: "" };
  const sync: SyncedEnvironment = {
    container,
    volume,
    volumeId: volume,
    platform: `linux/${host.arch}`,
    owner: { uid: 0, gid: 0 },
    direction: "two-way",
    conflicts: "keep-both",
  };
  return environmentOpener({ host, engine, places })({
    record: { project, workspace: project, root, folder: root },
    name: "dev",
    environment: { exclude: [], ignore: [] },
    sync,
    listener: {},
    isPaused: false,
  });
}
