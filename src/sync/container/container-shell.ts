import type { Engine } from "../../engine/engine.ts";
import type { Labels } from "../../plan/labels.ts";
import { readTarget } from "../../plan/owned.ts";
import { type Side, SideError } from "../side.ts";
import type { AgentSideOptions } from "./agent-side.ts";
import { shellScript } from "./shell-script.ts";
import { openShellSide } from "./shell-side.ts";

export interface SyncShell {
  /** Volume of the workspace. */
  readonly volume: string;
  /** They find the environment's container. */
  readonly labels: Labels;
  /** That of its image, for which there is no agent. */
  readonly platform: string;
}

/** The workspace in the environment's own container, which must run, as a side by the shell there; throws `lost`. */
export async function openContainerShell(engine: Engine, sync: SyncShell, options: AgentSideOptions): Promise<Side> {
  const { id, target } = await findContainer(engine, sync);
  const side = await openShellSide({
    ...options,
    start: (words) =>
      engine.containers.exec(id, {
        command: ["sh", "-c", shellScript, "sh", target, ...words],
        user: "0:0",
        workdir: "/",
      }),
  });
  const reason = `devenv has no agent for \`${sync.platform}\`, so the container is scanned every few seconds`;
  options.listener.onUnwatched(reason, undefined);
  return side;
}

/** While it is being made it has another name than later. */
async function findContainer(engine: Engine, { labels, volume }: SyncShell) {
  const found = await engine.containers.list(labels).catch((error: Error) => {
    throw new SideError("lost", error.message, { cause: error });
  });
  const [container] = found
    .filter(
      ({ state, volumes, labels: own }) =>
        state === "running" && volumes?.includes(volume) && readTarget(own) !== undefined,
    )
    .sort((one, other) => other.created - one.created);
  if (container === undefined) throw new SideError("lost", "the environment's container does not run");
  return { id: container.id, target: readTarget(container.labels) ?? "" };
}
