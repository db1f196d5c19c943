/** Whatever is sent to the agent, it neither crashes nor touches anything outside of its folder. */
import { once } from "node:events";
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  anything,
  encodeRequest,
  largestFrame,
  type Request,
  requestType,
  wireVersion,
  writableOf,
  writeFile,
} from "../../../src/sync/container/wire.ts";
import { startAgent } from "../../support/native-agent.ts";
import { packedFile } from "../../support/packed-file.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const runs = Number(process.env.DEVENV_TEST_FUZZ ?? 60);

const names = fc.constantFrom(
  "file",
  "folder",
  "link",
  "out",
  "up",
  "new",
  ".",
  "..",
  "",
  "a\0b",
  ".devenv-sync.1",
  ".devenv-sync",
);
const paths = fc.oneof(
  fc.array(names, { maxLength: 4 }).map((parts) => parts.join("/")),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom("/etc/passwd", "../outside/kept", "out/kept", "up/outside/kept", "x".repeat(300), "x/".repeat(3_000)),
);
const temporaryNames = fc.constantFrom(
  ...[".devenv-sync.1", ".devenv-sync.2", ".devenv-sync.1/../x", "plain", ""],
  ...[".devenv-sync/.devenv-sync.1", ".devenv-sync/../out/kept", ".devenv-sync/out"],
);
const files = fc
  .array(fc.record({ name: names, content: fc.uint8Array({ maxLength: 20 }) }), { maxLength: 5 })
  .map((all) => {
    const to = writableOf(Buffer.alloc(1_000));
    const write = (at: number, file: (typeof all)[number]) => writeFile(to, at, packedFile(file.name, file.content));
    return to.bytes.subarray(0, all.reduce(write, 0));
  });
const requests: fc.Arbitrary<Request> = fc.record({
  type: fc.constantFrom(
    ...(Object.keys(requestType) as (keyof typeof requestType)[]).filter((type) => type !== "sync"),
  ),
  path: paths,
  name: fc.oneof(temporaryNames, paths),
  mode: fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0o1644, 2)),
  expected: fc.oneof(fc.constantFrom(0, anything), fc.maxSafeNat()),
  size: fc.oneof(fc.constantFrom(0, anything), fc.nat(100), fc.maxSafeNat()),
  mtimeNs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  content: fc.oneof(fc.uint8Array({ maxLength: 50 }), files),
});

/** Right requests with any id, and with a byte here and there that is another one. */
const sent = fc.record({
  request: requests,
  id: fc.integer({ min: 0, max: 6 }),
  flips: fc.array(fc.record({ at: fc.nat(150), value: fc.nat(255) }), { maxLength: 3 }),
});

const hello: Request = { type: "hello", mode: wireVersion, name: ".devenv-sync.", expected: 0, size: 0 };

it("survives frames that are right, wrong and in between", { timeout: 600_000 }, async () => {
  const check = fc.asyncProperty(fc.array(sent, { minLength: 20, maxLength: 300 }), async (frames) => {
    const all = frames.map(({ request, id, flips }) => {
      const frame = Buffer.concat(encodeRequest(id, request));
      for (const { at, value } of flips) if (at + 5 < frame.length) frame[at + 5] = value;
      return frame;
    });
    await survives(Buffer.concat([...encodeRequest(1, hello), ...all]));
  });
  await fc.assert(check, { numRuns: runs });
});

it("survives bytes that are no frames", { timeout: 600_000 }, async () => {
  const heads = fc.tuple(fc.integer({ min: 0, max: largestFrame + 10 }), fc.uint8Array({ maxLength: 2_000 }));
  const check = fc.asyncProperty(heads, async ([length, rest]) => {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(length);
    await survives(Buffer.concat([head, rest]));
  });
  await fc.assert(check, { numRuns: runs });
});

/** Run an agent on a folder with ways out of it: it ends by itself, with its own code, and all outside is as it was. */
async function survives(input: Buffer): Promise<void> {
  using folder = temporaryFolder({ "outside/kept": "kept", "root/file": "content", "root/folder/file": "more" });
  const root = join(folder.path, "root");
  symlinkSync("../outside", join(root, "out"));
  symlinkSync("../..", join(root, "folder/up"));
  symlinkSync("..", join(root, "up"));
  symlinkSync("file", join(root, "link"));
  for (const name of ["empty", ".devenv-sync.1"]) mkdirSync(join(root, name));
  const agent = startAgent(root);
  // it may end before it took all
  agent.stdin.on("error", () => undefined);
  agent.stdout.resume();
  const said = text(agent.stderr);
  agent.stdin.end(input);
  const [code, signal] = await once(agent, "close");
  expect({ code: code === 1 ? 0 : code, signal, said: await said }).toEqual({ code: 0, signal: null, said: "" });
  expect(readdirSync(folder.path).sort()).toEqual(["outside", "root"]);
  expect(readdirSync(join(folder.path, "outside"))).toEqual(["kept"]);
  expect(readFileSync(join(folder.path, "outside/kept"), "utf8")).toBe("kept");
  expect(lstatSync(join(folder.path, "outside/kept")).mode & 0o7777).toBe(0o644);
}
