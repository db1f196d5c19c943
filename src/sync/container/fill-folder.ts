import type { Path } from "../entry.ts";
import { createLimit } from "../limit.ts";
import { type Pack, type Side, SideError } from "../side.ts";
import type { Channel } from "./channel.ts";
import { createFillFrame } from "./fill-frame.ts";
import { removeTemporary } from "./list-folder.ts";
import type { Placing } from "./placing.ts";
import { besideOf, type TemporaryNames } from "./temporary-names.ts";

export interface FillParts {
  readonly channel: Channel;
  readonly names: TemporaryNames;
  readonly placing: Placing;
  readonly list: Side["list"];
}

/** The folder has a temporary name until all is in it: nobody sees a file that is not complete, and no event tells of any. */
export function createFill({ channel, names, placing, list }: FillParts): NonNullable<Side["fill"]> {
  const limit = createLimit(foldersAtOnce);
  return (path, mode, packs) =>
    limit(() =>
      names.use((first) =>
        names.use(async (name) => {
          const beside = besideOf(name);
          try {
            const made = channel.call({ type: "makeFolder", path: beside, name: first, mode }, path);
            await Promise.all([made, sendPacks(channel, beside, packs)]);
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

async function sendPacks(channel: Channel, beside: Path, packs: AsyncIterable<Pack>): Promise<void> {
  const sent: Promise<unknown>[] = [];
  const send = (content: Uint8Array, release = () => {}) => {
    const call = channel.call({ type: "fill", path: beside, content }, beside).finally(release);
    // told of at the end
    call.catch(() => undefined);
    sent.push(call);
  };
  const frame = createFillFrame();
  const sendFrame = () => {
    if (frame.content().length > 0) send(frame.content());
    frame.empty();
  };
  for await (const { files, encoded, release } of packs) {
    if (encoded !== undefined) send(encoded, release);
    else {
      for (const file of files) {
        if (frame.add(file)) continue;
        sendFrame();
        frame.add(file);
      }
    }
    await channel.ready();
  }
  sendFrame();
  await Promise.all(sent);
}
