import type { ContainerInfo, LayerChange } from "../../engine/containers.ts";
import type { OperationContext } from "../operation.ts";

export interface Capture {
  readonly environment: string;
  readonly container: ContainerInfo;
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Keep a container's writable layer as an image; gives what stands in it, which cannot change between the two. */
export async function captureLayer(
  { engine, report }: OperationContext,
  { environment, container, tag, labels }: Capture,
): Promise<readonly LayerChange[]> {
  const { containers } = engine;
  const { id, state } = container;
  const isPaused = state === "running" && (await containers.pause(id));
  const isMoving = state === "running" && !isPaused;
  if (isMoving) {
    const text = "this engine cannot pause a container: what changes while the snapshot is taken may be kept unchecked";
    report({ kind: "warning", environment, text });
  }
  try {
    const changes = await containers.changes(id);
    await containers.commit(id, { tag, labels, pause: false });
    return isMoving ? [...changes, ...(await containers.changes(id))] : changes;
  } finally {
    if (isPaused) await containers.unpause(id);
  }
}
