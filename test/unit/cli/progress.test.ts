import pico from "picocolors";
import { describe, expect, it } from "vitest";
import { clip, printDuration } from "../../../src/cli/progress/format.ts";
import { frame } from "../../../src/cli/progress/frame.ts";
import { plainReporter } from "../../../src/cli/progress/plain.ts";
import { advance, noProgress } from "../../../src/cli/progress/state.ts";
import type { ProgressEvent } from "../../../src/env/operation.ts";

const dev = { environment: "dev" } as const;
const image = { ...dev, step: "image" } as const;

/** One event every 100 ms, from 0 on. */
const build: readonly ProgressEvent[] = [
  { kind: "warning", text: "the engine has no BuildKit" },
  { kind: "step-started", ...dev, step: "base", text: "pulling debian:bookworm-slim" },
  { kind: "transfer", ...dev, step: "base", progress: { current: 12_300_000, total: 80_000_000 } },
  { kind: "step-finished", ...dev, step: "base", text: "pulled debian:bookworm-slim", durationMs: 100 },
  { kind: "step-started", ...image, text: "building localhost/shop/dev:3f9a1c27e0b4" },
  { kind: "warning", ...dev, text: "port 3000 is taken; using 3001" },
  {
    kind: "build",
    ...image,
    event: { kind: "step-started", step: "a", name: "RUN apt-get update", number: { index: 2, total: 5 } },
  },
  { kind: "build", ...image, event: { kind: "step-started", step: "b", name: "[internal] load build context" } },
  {
    kind: "build",
    ...image,
    event: { kind: "log", step: "a", stream: "stdout", text: "Get:1\t\u001b[1mhttp\u001b[0m\n50%\r100% done\n" },
  },
];

const frameAt = (events: readonly ProgressEvent[], { now = 2000, columns = 80, colours = false } = {}) =>
  frame(
    events.reduce((state, event, index) => advance(state, event, index * 100), noProgress),
    { now, columns, style: pico.createColors(colours), project: "shop", configFile: "devenv.config.ts" },
  );

describe("the frame on a terminal", () => {
  it("shows what is done, what runs, and the running build steps with the last line each printed", () => {
    expect(frameAt(build)).toBe(
      `  ! the engine has no BuildKit
shop · dev                                                     devenv.config.ts
  ✔ base       pulled debian:bookworm-slim                                 0.1s
  ⠴ image      building localhost/shop/dev:3f9a1c27e0b4                    1.6s
               2/5 RUN apt-get update                                      1.4s
                 100% done
               [internal] load build context                               1.3s
  ! port 3000 is taken; using 3001
`,
    );
  });

  it("shows how far a transfer is", () => {
    expect(frameAt(build.slice(0, 3), { now: 500 })).toContain(
      "  ⠦ base       pulling debian:bookworm-slim  12.3 MB of 80.0 MB            0.4s\n",
    );
  });

  it("leaves out build steps that ended, and their output", () => {
    const ended = build.concat([
      {
        kind: "build",
        ...image,
        event: { kind: "step-finished", step: "a", name: "RUN", cached: false, durationMs: 9 },
      },
      { kind: "step-failed", ...image, durationMs: 65_000 },
    ]);
    expect(frameAt(ended).split("\n").slice(3)).toEqual([
      "  ✖ image      building localhost/shop/dev:3f9a1c27e0b4                  1m 05s",
      "  ! port 3000 is taken; using 3001",
      "",
    ]);
  });

  it.each([20, 40, 60, 80, 200])("has no line that a terminal of %i columns wraps", (columns) => {
    const long = [
      ...build,
      { ...build[6], event: { kind: "log", step: "a", stream: "stdout", text: "x".repeat(500) } },
    ];
    const lines = frameAt(long as ProgressEvent[], { columns }).split("\n");
    expect(lines.filter((line) => !line.startsWith("  !") && line.length >= Math.max(columns, 32))).toEqual([]);
  });

  it("carries meaning by more than colour", () => {
    const coloured = frameAt(build, { colours: true });
    expect(coloured).toContain("\u001b[32m✔\u001b[39m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).toBe(frameAt(build));
  });

  it("shows each environment below its own heading", () => {
    const two: ProgressEvent[] = ["dev", "web"].map((environment) => ({
      kind: "step-finished",
      environment,
      step: "container",
      text: "created",
      durationMs: 300,
    }));
    const started = two.map(
      (event): ProgressEvent => ({ ...event, kind: "step-started", text: "creating" }) as ProgressEvent,
    );
    expect(frameAt([...started, ...two], { columns: 40 })).toBe(`shop · dev             devenv.config.ts
  ✔ container  created             0.3s
shop · web             devenv.config.ts
  ✔ container  created             0.3s
`);
  });
});

describe("progress without a terminal", () => {
  const lines = (verbose: boolean, events: readonly ProgressEvent[]) => {
    const written: string[] = [];
    const report = plainReporter(verbose, (line) => written.push(line));
    for (const event of events) report(event);
    return written;
  };
  const finished: ProgressEvent = {
    kind: "step-finished",
    ...image,
    text: "built localhost/shop/dev:3f9a",
    durationMs: 12_300,
  };

  it("tells how far a sync is, but not often", () => {
    const written: string[] = [];
    let time = 0;
    const report = plainReporter(
      false,
      (line) => written.push(line),
      () => time,
    );
    const sync = { ...dev, step: "sync" } as const;
    report({ kind: "step-started", ...sync, text: "bringing the workspace inside" });
    for (let filesDone = 0; filesDone < 12; filesDone += 1) {
      time += 1_000;
      const progress = { files: 20, filesDone, bytesDone: 12_300_000, bytesPerSecond: 5_800_000 };
      report({ kind: "sync", ...sync, progress });
    }
    report({ kind: "step-finished", ...sync, text: "workspace in step", durationMs: 12_000 });
    expect(written).toEqual([
      "dev  sync       4 of 20 files, 12.3 MB, 5.8 MB/s",
      "dev  sync       9 of 20 files, 12.3 MB, 5.8 MB/s",
      "dev  sync       workspace in step  12.0s",
    ]);
  });

  it("is one line for each finished step and each warning", () => {
    expect(
      lines(false, [...build, finished, { kind: "step-failed", ...dev, step: "container", durationMs: 10 }]),
    ).toEqual([
      "warning: the engine has no BuildKit",
      "dev  base       pulled debian:bookworm-slim  0.1s",
      "dev  warning    port 3000 is taken; using 3001",
      "dev  image      built localhost/shop/dev:3f9a  12.3s",
      "dev  container  failed",
    ]);
  });

  it("has every build step and what it prints with --verbose", () => {
    const steps: ProgressEvent[] = [
      {
        kind: "build",
        ...image,
        event: {
          kind: "step-finished",
          step: "b",
          name: "[internal] load build context",
          cached: false,
          durationMs: 10,
        },
      },
      {
        kind: "build",
        ...image,
        event: {
          kind: "step-finished",
          step: "a",
          name: "RUN apt-get update",
          number: { index: 2, total: 5 },
          cached: false,
          durationMs: 2000,
          error: "exit code 1",
        },
      },
      {
        kind: "build",
        ...image,
        event: {
          kind: "step-finished",
          step: "c",
          name: "COPY . .",
          number: { index: 3, total: 5 },
          cached: true,
          durationMs: 0,
        },
      },
      { kind: "build", ...image, event: { kind: "warning", text: "old syntax" } },
    ];
    expect(lines(true, [...build.slice(6), ...steps])).toEqual([
      "dev  [2/5] RUN apt-get update",
      "dev  [internal] load build context",
      "dev  [2/5] | Get:1\thttp",
      "dev  [2/5] | 50%",
      "dev  [2/5] | 100% done",
      "dev  [internal] load build context  done",
      "dev  [2/5] RUN apt-get update  failed",
      "dev  [3/5] COPY . .  cached",
      "dev  warning: old syntax",
    ]);
  });
});

describe("words for people", () => {
  it.each([
    [0, ""],
    [49, ""],
    [50, "0.1s"],
    [1234, "1.2s"],
    [59_940, "59.9s"],
    [59_950, "1m 00s"],
    [125_000, "2m 05s"],
  ])("prints %i ms as `%s`", (milliseconds, text) => expect(printDuration(milliseconds)).toBe(text));

  it.each([
    ["abc", 3, "abc"],
    ["abcd", 3, "ab…"],
    ["ab", 0, "…"],
  ])("clips `%s` to %i characters", (text, width, clipped) => expect(clip(text, width)).toBe(clipped));
});
