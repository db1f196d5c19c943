import { setImmediate as nextTurn } from "node:timers/promises";
import type { Path } from "../entry.ts";
import { createLimit } from "../limit.ts";
import { type FilledFile, type Side, SideError } from "../side.ts";
import { joinPath, parentOf } from "../tree.ts";
import type { Channel } from "./channel.ts";
import { createFillFrame } from "./fill-frame.ts";
import { removeTemporary } from "./list-folder.ts";
import type { Placing } from "./placing.ts";
import type { TemporaryNames } from "./temporary-names.ts";

export interface FillParts {
  readonly channel: Channel;
  readonly names: TemporaryNames;
  readonly placing: Placing;
  readonly list: Side["list"];
}

/** The folder has a temporary name until all is in it: nobody sees a file that is not complete, and no event tells of any. */
export function createFill({ channel, names, placing, list }: FillParts): NonNullable<Side["fill"]> {
  const limit = createLimit(foldersAtOnce);
  return (path, mode, files) =>
    limit(() =>
      names.use((first) =>
        names.use(async (name) => {
          const beside = joinPath(parentOf(path), name);
          try {
            const made = channel.call({ type: "makeFolder", path: beside, name: first, mode }, path);
            await Promise.all([made, sendFiles(channel, beside, files)]);
            await placing.move(beside, path);
          } catch (error) {
            await removeTemporary(channel, beside).catch(() => undefined);
            throw error;
          }
          const listing = await list(path);
          if (listing === undefined) throw new SideError("changed", "the folder is gone again");
          return listing;
        }),
      ),
    );
}

/** More of them would fill in one turn what the agent takes long for, and then wait. */
const foldersAtOnce = 8;

async function sendFiles(channel: Channel, beside: Path, files: Iterable<FilledFile>): Promise<void> {
  const sent: Promise<unknown>[] = [];
  const frame = createFillFrame();
  const send = () => {
    const call = channel.call({ type: "fill", path: beside, content: frame.content() }, beside);
    // told of at the end
    call.catch(() => undefined);
    sent.push(call);
    frame.empty();
  };
  for (const file of files) {
    if (frame.add(file)) continue;
    send();
    // before anything else asks for a file, into the same memory
    frame.add(file);
    // what changed meanwhile is heard in between
    await (channel.ready() ?? nextTurn());
  }
  if (frame.content().length > 0) send();
  await Promise.all(sent);
}
