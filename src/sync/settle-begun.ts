/** What an earlier process was at when it was killed: where it was done, both sides agreed upon it by that. */
import { type Core, sideNames } from "./core.ts";
import { agreedBy, type SavedIntent } from "./intents.ts";
import { isUnknown } from "./region.ts";
import { at } from "./tree.ts";

/** Both sides were read since it ended. */
export async function settleBegun(core: Core): Promise<void> {
  const { begun, endpoints, dirty, agreement, intents } = core;
  if (begun.length === 0 || sideNames.some((side) => endpoints[side].tree() === undefined)) return;
  core.begun = [];
  await Promise.all(
    sideNames.map(async (side) => {
      const paths = begun.filter((intent) => intent.side === side && isToBeRead(core, intent)).map(({ path }) => path);
      if (paths.length > 0) dirty[side].add(await endpoints[side].hash([...new Set(paths)]));
    }),
  );
  const steps = agreedBy(begun, agreement.tree(), (side) => endpoints[side].tree());
  agreement.agree(steps);
  intents.clear();
  core.log(`ended in the middle of ${begun.length} changes: ${steps.length} of them were made`);
}

function isToBeRead({ endpoints }: Core, { side, path, after, only, isDone }: SavedIntent): boolean {
  return !isDone && after?.kind === "file" && only !== "mode" && isUnknown(at(endpoints[side].tree(), path));
}
