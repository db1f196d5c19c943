import { expect, it } from "vitest";
import {
  decodePacket,
  decodeStatus,
  encodePacket,
  encodeStat,
  modeFolder,
} from "../../../../src/engine/docker/buildkit-messages.ts";
import { encodeFields } from "../../../../src/engine/docker/protobuf.ts";

it("announces an entry without the packet type and the owner, which are default values", () => {
  const stat = encodeStat({ path: "a", mode: modeFolder + 0o755, size: 0, modTimeNs: 1n, linkname: "" });

  expect(stat.toString("hex")).toBe("120b" + "0a0161" + "10ed83808008" + "3001");
});

it.each([
  ["the end of a file, a data packet without data", { type: "data", id: 3 }, "08021803"],
  ["the end of the sync", { type: "end" }, "0803"],
  ["an error", { type: "error", data: "no" }, "080422026e6f"],
] as const)("writes and reads %s", (_name, packet, bytes) => {
  expect(encodePacket(packet).toString("hex")).toBe(bytes);
  expect(decodePacket(Buffer.from(bytes, "hex"))).toMatchObject({ type: packet.type });
});

it("reads a request for the first entry, whose index is a default value", () => {
  expect(decodePacket(Buffer.from("0801", "hex"))).toMatchObject({ type: "request", id: 0 });
});

it("reads steps, transfers, logs and warnings of a status", () => {
  const time = encodeFields([
    [1, 1000],
    [2, 500_000_000],
  ]);
  const status = encodeFields([
    [
      1,
      encodeFields([
        [1, "v"],
        [2, "in"],
        [3, "RUN x"],
        [4, true],
        [5, time],
        [7, "failed"],
      ]),
    ],
    [
      2,
      encodeFields([
        [1, "t"],
        [2, "v"],
        [4, 5],
        [5, 9],
      ]),
    ],
    [
      3,
      encodeFields([
        [1, "v"],
        [3, 2],
        [4, "hi"],
      ]),
    ],
    [4, encodeFields([[3, "careful"]])],
  ]);

  expect(decodeStatus(status)).toEqual({
    vertexes: [
      {
        digest: "v",
        inputs: ["in"],
        name: "RUN x",
        cached: true,
        started: 1_000_500,
        completed: undefined,
        error: "failed",
      },
    ],
    transfers: [{ vertex: "v", id: "t", current: 5, total: 9 }],
    logs: [{ vertex: "v", stream: "stderr", data: Buffer.from("hi") }],
    warnings: ["careful"],
  });
});
