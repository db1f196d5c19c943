import { expect, it } from "vitest";
import { followBuild } from "../../../../src/engine/docker/build-stream.ts";
import { encodeFields, type FieldInput } from "../../../../src/engine/docker/protobuf.ts";
import type { BuildEvent } from "../../../../src/engine/engine.ts";
import { DevenvError } from "../../../../src/errors.ts";

type Vertex = {
  id: string;
  name?: string;
  inputs?: string[];
  cached?: boolean;
  from?: number;
  to?: number;
  error?: string;
};

const imageId = { id: "moby.image.id", aux: { ID: "sha256:1" } };
const time = (seconds: number) => encodeFields([[1, seconds]]);
const trace = (...fields: [number, FieldInput][]) => ({
  id: "moby.buildkit.trace",
  aux: encodeFields(fields).toString("base64"),
});
const vertex = ({ id, name = id, inputs = [], cached = false, from, to, error = "" }: Vertex): [number, FieldInput] => [
  1,
  encodeFields([
    [1, id],
    ...inputs.map((input): [number, FieldInput] => [2, input]),
    [3, name],
    [4, cached],
    ...(from === undefined ? [] : [[5, time(from)] as const]),
    ...(to === undefined ? [] : [[6, time(to)] as const]),
    [7, error],
  ]),
];
const log = (id: string, text: string | Uint8Array, stream = 1): [number, FieldInput] => [
  3,
  encodeFields([
    [1, id],
    [3, stream],
    [4, text],
  ]),
];

async function follow(...messages: object[]): Promise<{ events: BuildEvent[]; error: unknown }> {
  const events: BuildEvent[] = [];
  const bytes = Buffer.from(messages.map((message) => `${JSON.stringify(message)}\r\n`).join(""));
  const stream = (async function* () {
    // pieces that no line border respects
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  })();
  const error = await followBuild(stream, { tag: "x:1", onEvent: (event) => events.push(event) }).catch((e) => e);
  return { events, error };
}

it("reports a step's start, its lines and its finish, in this order", async () => {
  const { events, error } = await follow(
    trace(vertex({ id: "r", name: "[2/2] RUN x", inputs: ["f"], from: 10 })),
    trace(log("r", "one\ntw"), log("r", "o\n", 1), log("r", "bad\n", 2)),
    trace(log("r", "rest"), vertex({ id: "r", name: "[2/2] RUN x", inputs: ["f"], from: 10, to: 12 })),
    imageId,
  );
  const step = { step: "r", name: "RUN x", number: { index: 2, total: 2 } };

  expect(error).toBeUndefined();
  expect(events).toEqual([
    { kind: "step-started", ...step },
    { kind: "log", step: "r", stream: "stdout", text: "one" },
    { kind: "log", step: "r", stream: "stdout", text: "two" },
    { kind: "log", step: "r", stream: "stderr", text: "bad" },
    { kind: "log", step: "r", stream: "stdout", text: "rest" },
    { kind: "step-finished", ...step, cached: false, durationMs: 2000 },
  ]);
});

it("counts the reckoning of a cache key and the run as one step that was not cached", async () => {
  const copy = { id: "c", name: "[2/2] COPY a b", inputs: ["f"] };
  const { events } = await follow(
    trace(vertex({ ...copy, cached: true, from: 10, to: 11 })),
    trace(vertex({ ...copy, from: 20 })),
    trace(vertex({ ...copy, from: 20, to: 23 })),
    imageId,
  );

  expect(events.map(({ kind }) => kind)).toEqual(["step-started", "step-finished"]);
  expect(events[1]).toMatchObject({ cached: false, durationMs: 4000 });
});

it("reports cached steps in order before the step that runs on them", async () => {
  const { events } = await follow(
    trace(vertex({ id: "b", name: "[2/3] RUN b", inputs: ["a"], cached: true, from: 10, to: 10 })),
    trace(vertex({ id: "a", name: "[1/3] FROM a", from: 9, to: 9 })),
    trace(vertex({ id: "c", name: "[3/3] RUN c", inputs: ["b"], from: 11 })),
    trace(vertex({ id: "c", name: "[3/3] RUN c", inputs: ["b"], from: 11, to: 12 })),
    imageId,
  );
  const finished = events.filter(({ kind }) => kind === "step-finished");

  expect(finished).toMatchObject([
    { step: "a", cached: false },
    { step: "b", cached: true },
    { step: "c", cached: false },
  ]);
});

it("reports transfers and warnings", async () => {
  const transfer = encodeFields([
    [1, "layer"],
    [2, "f"],
    [4, 5],
    [5, 10],
  ]);
  const { events } = await follow(trace([2, transfer], [4, encodeFields([[3, "careful"]])]), imageId);

  expect(events).toEqual([
    { kind: "transfer", step: "f", id: "layer", current: 5, total: 10 },
    { kind: "warning", text: "careful" },
  ]);
});

it("fails with the engine's reason, the failing step and its last 30 lines", async () => {
  const lines = Array.from({ length: 40 }, (_none, index) => `line ${index + 1}`);
  const run = { id: "r", name: "[2/3] RUN make", inputs: ["f"], from: 1 };
  const { error } = await follow(
    trace(vertex(run), log("r", `${lines.join("\n")}\n`)),
    trace(vertex({ id: "other", name: "[1/3] RUN other", inputs: ["f"], from: 1, to: 2, error: "cancelled" })),
    trace(vertex({ ...run, to: 2, error: "exit code: 2" })),
    { errorDetail: { message: "failed to solve: exit code: 2" }, error: "failed to solve: exit code: 2" },
  );

  expect(error).toBeInstanceOf(DevenvError);
  expect(error).toMatchObject({
    code: "IMAGE_BUILD_FAILED",
    details: {
      tag: "x:1",
      reason: "failed to solve: exit code: 2",
      step: "RUN make",
      number: { index: 2, total: 3 },
      output: lines.slice(10),
    },
  });
  expect((error as Error).message).toContain("Image `x:1` could not be built: failed to solve: exit code: 2\n");
});

it("fails when a step failed, although no error line came", async () => {
  const run = { id: "r", name: "[2/2] RUN make", inputs: ["f"], from: 1, to: 2 };
  const { error } = await follow(trace(vertex({ ...run, error: "exit code: 2" })), imageId);

  expect(error).toMatchObject({ code: "IMAGE_BUILD_FAILED", details: { reason: "exit code: 2", step: "RUN make" } });
});

it("fails when the stream ends without an image", async () => {
  const { error } = await follow({ stream: "Successfully tagged x:1\n" });

  expect((error as Error).message).toBe("Image `x:1` could not be built: the engine ended the build without an image");
});
