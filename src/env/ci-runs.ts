import type { ContainerInfo } from "../engine/containers.ts";
import { livenessOf, readMark } from "../host/process-mark.ts";
import { ciLabel } from "../plan/labels.ts";
import type { OperationContext } from "./operation.ts";

/** `unknown`: the run cannot be seen from this machine. */
export type CiRunState = "running" | "ended" | "unknown";

/** Whether the `devenv ci` that made a container still works with it. */
export async function ciRunState(
  { engine, host }: Pick<OperationContext, "engine" | "host">,
  { labels }: Pick<ContainerInfo, "labels">,
): Promise<CiRunState> {
  const mark = readMark(labels[ciLabel] ?? "");
  if (mark === undefined) return "unknown";
  switch (await livenessOf(host, mark)) {
    case "alive":
      return "running";
    case "dead":
      return "ended";
    case "rebooted":
      // two machines of one name may use the same remote engine
      return engine.address.startsWith("unix:") ? "ended" : "unknown";
    case "unknown":
      return "unknown";
  }
}
