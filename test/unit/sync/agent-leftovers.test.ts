/** What an agent that was killed in the middle of a change left. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openAgentSide } from "../../../src/sync/container/agent-side.ts";
import { startAgent } from "../../support/native-agent.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const listener = { onChange: () => {}, onOverflow: () => {}, onUnwatched: () => {}, onLost: () => {} };
const ids = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

it("removes files that are not complete, and keeps what had been moved aside: somebody may have written to it", async () => {
  using folder = temporaryFolder({
    "a.txt": "new",
    ".devenv-sync.0123456700000001": { text: "hal", mode: 0 },
    ".devenv-sync.0123456700000002": "written late",
    ".devenv-sync.0123456700000003": { link: "a.txt" },
  });
  const side = await openAgentSide(startAgent(folder.path), { ...ids, listener });
  await side.list("");
  await side.close();
  const kept = readdirSync(folder.path).filter((name) => name !== "a.txt");
  expect(kept).toEqual([expect.stringMatching(/^recovered\.conflict-container-\d{8}T\d{6}Z$/)]);
  expect(readFileSync(join(folder.path, kept[0] ?? ""), "utf8")).toBe("written late");
});

it("removes what is in a folder of its own, and that, and keeps nothing that is kept elsewhere", async () => {
  const left = (number: number) => `.devenv-sync/.devenv-sync.012345670000000${number}`;
  using folder = temporaryFolder({
    ...{ "a.txt": "new", ".devenv-sync/.gitignore": "*\n", [left(1)]: "known", [left(2)]: "written late" },
    [`${left(3)}/file`]: "hal",
  });
  const known = new Set([createHash("sha256").update("known").digest("base64")]);
  const isKnown = (content: string) => known.has(content);
  const side = await openAgentSide(startAgent(folder.path), { ...ids, listener: { ...listener, isKnown } });
  await side.close();
  const kept = readdirSync(folder.path).filter((name) => name !== "a.txt");
  expect(kept).toEqual([expect.stringMatching(/^recovered\.conflict-container-\d{8}T\d{6}Z$/)]);
  expect(readFileSync(join(folder.path, kept[0] ?? ""), "utf8")).toBe("written late");
});

it("leaves what others put into that folder", async () => {
  using folder = temporaryFolder({ ".devenv-sync/somebody's": "", ".devenv-sync/.gitignore": "*\n" });
  const side = await openAgentSide(startAgent(folder.path), { ...ids, listener });
  expect((await side.list(""))?.children).toEqual(new Map());
  await side.close();
  expect(readdirSync(join(folder.path, ".devenv-sync")).sort()).toEqual([".gitignore", "somebody's"]);
});

it("removes folders that were not complete, with what is in them", async () => {
  using folder = temporaryFolder({
    "kept/.devenv-sync.0123456700000001/file": "hal",
    "kept/.devenv-sync.0123456700000001/folder/file": "somebody's",
    ".devenv-sync.0123456700000002": null,
  });
  const side = await openAgentSide(startAgent(folder.path), { ...ids, listener });
  await side.list("");
  await side.list("kept");
  await side.close();
  expect(readdirSync(folder.path, { recursive: true })).toEqual(["kept"]);
});

it("waits for an agent that was here before: what that one has aside is its own", async () => {
  using folder = temporaryFolder({ ".devenv-sync.0123456700000001": { text: "hal", mode: 0 } });
  const first = await openAgentSide(startAgent(folder.path), { ...ids, listener });
  const second = openAgentSide(startAgent(folder.path), { ...ids, listener });
  const isFirst = await Promise.race([second.then(() => false), first.barrier().then(() => true)]);
  await first.close();
  await (await second).close();
  expect(isFirst).toBe(true);
});
