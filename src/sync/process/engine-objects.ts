/** What the process that syncs looks after in the engine, beside what it works with. */
import { ownMark } from "../../host/process-mark.ts";
import { labelOf, syncLabel, workspaceLabel } from "../../plan/labels.ts";
import { ownerOf } from "../../plan/owned.ts";
import type { DaemonOptions } from "./daemon.ts";
import { removeHelper } from "./open-container.ts";
import type { OpenerOptions } from "./open-environment.ts";

export function engineObjects({ host, engine, places }: OpenerOptions): Pick<DaemonOptions, "present" | "clean"> {
  return {
    async present({ workspace }) {
      try {
        const containers = await engine.containers.list({ [workspaceLabel]: workspace });
        const own = containers.filter(({ labels }) => labelOf(labels, syncLabel) === undefined);
        return new Set(own.flatMap((container) => ownerOf(container)?.environment ?? []));
      } catch {
        return undefined;
      }
    },
    async clean({ record, name, environment: { sync } }) {
      if (sync === undefined) return;
      const owner = { host, mark: await ownMark(host), folder: places.folder };
      await removeHelper(engine, { record, name, sync, owner }).catch(() => undefined);
    },
  };
}
