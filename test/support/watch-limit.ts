/** A program: a host's side on a folder, while the system lets it watch as many folders as it is told. Prints what it tells. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openHostSide } from "../../src/sync/host/host-side.ts";

const [root = "", ...limits] = process.argv.slice(2);
const names = Array.from({ length: 20 }, (_, index) => `folder-${index}`);
for (const name of names) mkdirSync(join(root, "tree", name), { recursive: true });
mkdirSync(join(root, "cookies"));

const tell = (word: string, ...more: unknown[]) => console.log(JSON.stringify([word, ...more]));
// needs a user namespace of its own
const limit = (count: string) => writeFileSync("/proc/sys/user/max_inotify_watches", count);

limit(limits[0] ?? "0");
const side = openHostSide({
  ...{ root: join(root, "tree"), platform: "linux", cookieFolder: join(root, "cookies") },
  ignores: () => false,
  native: undefined,
  nameLate: (path) => path,
  listener: {
    onChange: (paths) => tell("changed", ...paths),
    onOverflow: () => tell("overflow"),
    onUnwatched: (reason, hint) => tell("unwatched", reason, hint),
    onWatched: () => tell("watched"),
    onLost: (reason) => tell("lost", reason),
  },
});
for (const count of limits) {
  limit(count);
  tell("limit", count);
  for (const path of ["", ...names]) await side.list(path);
  await side.barrier();
}
writeFileSync(join(root, "tree", names.at(-1) ?? "", "file"), "1");
await side.barrier();
await sleep(10);
await side.close();
