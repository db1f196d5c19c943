import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { BuildEvent, BuildFailure } from "../../src/engine/engine.ts";
import { DevenvError } from "../../src/errors.ts";
import { build } from "../support/builds.ts";
import { openEngineProxy } from "../support/engine-proxy.ts";
import { baseImage, openSandbox, type Sandbox } from "../support/sandbox.ts";
import { testHost } from "../support/test-host.ts";

/** A step that runs until it is ended, and a promise for its first line. */
function endlessStep() {
  const id = randomUUID();
  const running = Promise.withResolvers<void>();
  const onEvent = (event: BuildEvent) => {
    if (event.kind === "log" && event.text === id) running.resolve();
  };
  return { dockerfile: `FROM ${baseImage}\nRUN echo ${id} && sleep 60`, running: running.promise, onEvent };
}

async function failureOf(failed: Promise<unknown>): Promise<BuildFailure> {
  const error: unknown = await failed.catch((reason) => reason);
  expect(error).toBeInstanceOf(DevenvError);
  expect(error).toMatchObject({ code: "IMAGE_BUILD_FAILED" });
  return (error as DevenvError).details as BuildFailure;
}

async function isBuildKit(sandbox: Sandbox): Promise<boolean> {
  return (await sandbox.engine.info()).buildkit;
}

describe("a build", () => {
  it("that fails names the step and shows what it printed last", async () => {
    await using sandbox = openSandbox();
    const command = `echo ${randomUUID()}; seq 1 50; sleep 0.2; echo broken >&2; exit 3`;
    const events: BuildEvent[] = [];
    const failure = await failureOf(
      build(sandbox, `FROM ${baseImage}\nRUN true\nRUN ${command}\nRUN echo never`, {
        onEvent: (event) => events.push(event),
      }),
    );

    expect(failure.step).toBe(`RUN ${command}`);
    expect(failure.number?.index).toBe(3);
    expect(failure.output).toHaveLength(30);
    expect(failure.output).toEqual(expect.arrayContaining(["49", "50", "broken"]));
    expect(failure.reason).not.toBe("");
    expect(events.findLast((event) => event.kind === "step-finished")).toMatchObject({ error: expect.any(String) });
  });

  it("that fails leaves no image behind", async () => {
    await using sandbox = openSandbox();
    const tag = `localhost/${sandbox.name("failed")}:1`;

    await failureOf(build(sandbox, `FROM ${baseImage}\nRUN false`, { tag }));

    expect(await sandbox.engine.images.inspect(tag)).toBeUndefined();
  });

  it("with a Dockerfile that cannot be parsed fails with the engine's reason", async () => {
    await using sandbox = openSandbox();

    const failure = await failureOf(build(sandbox, `FROM ${baseImage}\nNONSENSE`));

    expect(failure.reason).toContain("NONSENSE");
  });

  it("without a FROM fails with the engine's reason", async () => {
    await using sandbox = openSandbox();

    expect((await failureOf(build(sandbox, "RUN true"))).reason).not.toBe("");
  });

  it("that needs a secret which nobody gave fails and names it", async () => {
    await using sandbox = openSandbox();
    const command = "RUN --mount=type=secret,id=missing,required=true cat /run/secrets/missing";

    const failure = await failureOf(
      build(sandbox, `FROM ${baseImage}\n${command}`, { secrets: { other: Buffer.from("x") } }),
    );

    expect(failure.step).toBe(command);
    expect(failure.reason).toContain("missing");
  });

  it("that is aborted ends with the signal's reason, and its step ends in the engine", async () => {
    await using sandbox = openSandbox();
    const { dockerfile, running, onEvent } = endlessStep();
    const abort = new AbortController();
    const reason = new Error("enough");
    const aborted = build(sandbox, dockerfile, { onEvent, signal: abort.signal });

    await Promise.race([running, aborted]);
    abort.abort(reason);
    await expect(aborted).rejects.toBe(reason);

    // an equal step is merged with one that still runs, so its first line comes only when it starts anew
    if (!(await isBuildKit(sandbox))) return;
    await sleep(500);
    const again = new AbortController();
    const printed = Promise.withResolvers<void>();
    const second = build(sandbox, dockerfile, {
      signal: again.signal,
      onEvent: (event) => event.kind === "log" && printed.resolve(),
    });
    await Promise.race([printed.promise, second]);
    again.abort(reason);
    await expect(second).rejects.toBe(reason);
  });

  it("that is aborted before it begins does not begin", async () => {
    await using sandbox = openSandbox();
    const reason = new Error("enough");

    await expect(build(sandbox, "FROM none", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("whose engine goes away ends at once and says so", async () => {
    await using sandbox = openSandbox();
    await using proxy = await openEngineProxy();
    const { dockerfile, running, onEvent } = endlessStep();
    const tag = `localhost/${sandbox.name("cut")}:1`;
    const host = testHost({ env: { DOCKER_HOST: proxy.address } });
    const cut = build(sandbox, dockerfile, { onEvent, tag, host });

    await Promise.race([running, cut]);
    const cutAt = performance.now();
    proxy.cut();

    await expect(cut).rejects.toMatchObject({
      code: "ENGINE_LOST",
      message: `The connection to the container engine broke while it was asked to build image \`${tag}\``,
    });
    expect(performance.now() - cutAt).toBeLessThan(2000);
  });
});
