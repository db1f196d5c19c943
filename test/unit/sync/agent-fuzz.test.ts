/** Whatever is sent to the agent, it neither crashes nor touches anything outside of its folder. */
import { once } from "node:events";
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { expect, it } from "vitest";
import { encodeRequest, largestFrame, type Request, requestType } from "../../../src/sync/container/wire.ts";
import { startAgent } from "../../support/native-agent.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const runs = Number(process.env.DEVENV_TEST_FUZZ ?? 60);

const names = fc.constantFrom("file", "folder", "link", "out", "up", "new", ".", "..", "", "a\0b", ".devenv-sync.1");
const paths = fc.oneof(
  fc.array(names, { maxLength: 4 }).map((parts) => parts.join("/")),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom("/etc/passwd", "../outside/kept", "out/kept", "up/outside/kept", "x".repeat(300), "x/".repeat(3_000)),
);
const stamps = fc.oneof(fc.constant(0), fc.maxSafeNat());
const bytes = fc.uint8Array({ maxLength: 50 });
const modes = fc.integer({ min: 0, max: 0xffff });
const requests: fc.Arbitrary<Request> = fc.oneof(
  fc.record({ type: fc.constantFrom("list" as const, "stat" as const, "forget" as const), path: paths }),
  fc.record({ type: fc.constantFrom("barrier" as const, "ping" as const, "abort" as const) }),
  fc.record({ type: fc.constant("read" as const), path: paths, expected: stamps, credit: fc.nat(100) }),
  fc.record({ type: fc.constant("hash" as const), path: paths, expected: stamps }),
  fc.record({ type: fc.constant("data" as const), bytes }),
  fc.record({ type: fc.constantFrom("makeFolder" as const, "setMode" as const), path: paths, mode: modes }),
  fc.record({ type: fc.constant("makeLink" as const), path: paths, target: paths, expected: stamps }),
  fc.record({
    type: fc.constant("remove" as const),
    path: paths,
    kind: fc.constantFrom("file", "folder", "link"),
    expected: stamps,
  }),
  fc.record({ type: fc.constant("move" as const), from: paths, to: paths }),
  fc
    .record({ mode: modes, mtimeNs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), size: fc.nat(60) })
    .chain((file) =>
      fc.record({
        type: fc.constant("write" as const),
        path: paths,
        file: stamps.map((expected) => ({ ...file, expected })),
        start: bytes,
      }),
    ),
) as fc.Arbitrary<Request>;

/** Right requests with any id, with stamps that hold, and with a byte here and there that is another one. */
const sent = fc.record({
  request: requests,
  id: fc.integer({ min: 0, max: 6 }),
  flips: fc.array(fc.record({ at: fc.nat(80), value: fc.nat(255) }), { maxLength: 3 }),
  isAnything: fc.boolean(),
});

it("survives frames that are right, wrong and in between", { timeout: 600_000 }, async () => {
  const check = fc.asyncProperty(fc.array(sent, { minLength: 20, maxLength: 300 }), async (frames) => {
    const all = frames.map(({ request, id, flips, isAnything }) => {
      const frame = Buffer.concat(encodeRequest(id, request));
      // any stamp will do
      if (isAnything) markAnything(frame);
      for (const { at, value } of flips) if (at + 5 < frame.length) frame[at + 5] = value;
      return frame;
    });
    await survives(Buffer.concat(all));
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
  mkdirSync(join(root, "empty"));
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

const withStamp: ReadonlySet<number> = new Set([requestType.read, requestType.hash, requestType.makeLink]);

function markAnything(frame: Buffer): void {
  if (frame.length < 11) return;
  const at = 11 + frame.readUInt16LE(9);
  const offset = { [requestType.remove]: 1, [requestType.write]: 10 }[frame.readUInt8(4)];
  if (offset !== undefined) frame.fill(0xff, at + offset, at + offset + 8);
  else if (withStamp.has(frame.readUInt8(4))) frame.fill(0xff, at, at + 8);
}
