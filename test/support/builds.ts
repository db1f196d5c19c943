import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../src/digest.ts";
import { buildImage } from "../../src/engine/docker/build.ts";
import { openConnection } from "../../src/engine/docker/connection.ts";
import { discoverEndpoint } from "../../src/engine/docker/discover.ts";
import type { BuildEvent, BuildRequest } from "../../src/engine/engine.ts";
import type { Host } from "../../src/host/host.ts";
import type { ContextFile } from "../../src/plan/plan.ts";
import type { Sandbox } from "./sandbox.ts";
import { testHost } from "./test-host.ts";

export interface TestBuild {
  readonly tag: string;
  readonly events: readonly BuildEvent[];
  /** Everything that RUN steps printed. */
  readonly output: readonly string[];
}

/** Build in a sandbox: a name of its own, the sandbox's labels; the image goes with the sandbox. */
export async function build(
  sandbox: Sandbox,
  dockerfile: string,
  options: Partial<BuildRequest> & { host?: Host } = {},
): Promise<TestBuild> {
  const { host = testHost(), ...overrides } = options;
  const request: BuildRequest = {
    dockerfile,
    context: [],
    tag: `localhost/${sandbox.name(randomUUID().slice(0, 8))}:1`,
    platform: (await sandbox.engine.info()).platform,
    labels: sandbox.labels,
    contextKey: sandbox.name("context"),
    secrets: {},
    buildArgs: {},
    onEvent: () => {},
    ...overrides,
  };
  const events: BuildEvent[] = [];
  const onEvent = (event: BuildEvent) => {
    events.push(event);
    request.onEvent(event);
  };
  await buildImage(
    { ...request, onEvent },
    { connection: openConnection(discoverEndpoint(host), host.userName), host },
  );
  return { tag: request.tag, events, output: outputOf(events) };
}

/** What RUN steps printed, without the image ids that Podman adds. */
function outputOf(events: readonly BuildEvent[]): string[] {
  const runs = new Set(
    events.flatMap((event) => (event.kind === "step-started" && event.name.startsWith("RUN") ? [event.step] : [])),
  );
  return events.flatMap((event) =>
    event.kind === "log" && runs.has(event.step) && !event.text.startsWith("--> ") ? [event.text] : [],
  );
}

/** A context entry for a file of a folder. */
export function contextFile(folder: string, path: string, mode = 0o644): ContextFile {
  const source = join(folder, path);
  const content = readFileSync(source);
  return { kind: "file", path, mode, size: content.length, digest: sha256(content), source };
}
