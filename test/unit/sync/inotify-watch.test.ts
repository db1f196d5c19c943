import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openInotifyWatch } from "../../../src/sync/host/inotify-watch.ts";
import { lookAt } from "../../../src/sync/host/place.ts";
import { identityOf } from "../../../src/sync/host/stat.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** More than the kernel keeps by default. */
const tooMany = 20_000;

describe.runIf(process.platform === "linux")("a watch by inotify", () => {
  it("tells that events were lost before a barrier resolves whose own event was among them", async () => {
    await using stack = new AsyncDisposableStack();
    const root = stack.use(temporaryFolder({ "0": "", "1": "" })).path;
    const cookies = stack.use(temporaryFolder({})).path;
    const told: string[] = [];
    const watch = openInotifyWatch({
      ...{ root, cookieFolder: cookies, ignores: () => false, onUnwatched: () => {}, onWatched: () => {} },
      onChange: () => {},
      onOverflow: () => void told.push("overflow"),
    });
    stack.defer(() => watch.close());
    watch.add("", identityOf(lookAt(root) ?? expect.fail("the folder is there")));
    await watch.barrier();
    for (let number = 0; number < tooMany; number += 1)
      chmodSync(join(root, String(number % 2)), 0o600 + (number & 0o100));
    await watch.barrier().then(() => told.push("passed"));
    expect(told).toEqual(["overflow", "passed"]);
    writeFileSync(join(root, "0"), "late");
    await watch.barrier();
  });

  it("names the folder that cannot be watched", async () => {
    using root = temporaryFolder({ file: "" });
    using cookies = temporaryFolder({});
    const told: string[] = [];
    const watch = openInotifyWatch({
      ...{ root: root.path, cookieFolder: cookies.path, ignores: () => false, onWatched: () => {} },
      ...{ onChange: () => {}, onOverflow: () => {}, onUnwatched: (reason) => void told.push(reason) },
    });
    watch.add("file/sub", 1n);
    await watch.close();
    expect(told).toEqual(["the folder `file/sub` cannot be watched: not a directory (ENOTDIR)"]);
  });

  it("ends a barrier when it is closed", async () => {
    using root = temporaryFolder({});
    using cookies = temporaryFolder({});
    const watch = openInotifyWatch({
      ...{
        root: root.path,
        cookieFolder: cookies.path,
        ignores: () => false,
        onUnwatched: () => {},
        onWatched: () => {},
      },
      ...{ onChange: () => {}, onOverflow: () => {} },
    });
    const passed = watch.barrier();
    await watch.close();
    await passed;
  });
});
