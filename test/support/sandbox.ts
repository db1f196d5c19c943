import { randomUUID } from "node:crypto";
import type { ContainerRequest } from "../../src/engine/containers.ts";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { Host } from "../../src/host/host.ts";
import { testHost } from "./test-host.ts";

/** A Debian image that the engine part of the suite may count on. */
export const baseImage = "devenv-test/base:bookworm";

/** A corner of the real engine; its disposal removes exactly what carries its labels. */
export interface Sandbox extends AsyncDisposable {
  readonly engine: Engine;
  readonly labels: Readonly<Record<string, string>>;
  /** A container or image name that no other sandbox uses. */
  name(suffix: string): string;
  /** Create a container that sleeps. */
  create(request?: Partial<ContainerRequest>): Promise<string>;
  /** Create and start it. */
  run(request?: Partial<ContainerRequest>): Promise<string>;
}

export function openSandbox(host: Host = testHost()): Sandbox {
  const engine = connectEngine(host);
  const id = randomUUID();
  const labels = { "devenv.test": id };
  const name = (suffix: string) => `devenv-test-${id.slice(0, 8)}-${suffix}`;
  let created = 0;
  const create = async (request: Partial<ContainerRequest> = {}) => {
    created += 1;
    const { id: container } = await engine.containers.create({
      name: name(String(created)),
      image: baseImage,
      command: ["sleep", "infinity"],
      workdir: "/",
      env: {},
      mounts: [],
      ports: [],
      ...request,
      labels: { ...labels, ...request.labels },
    });
    return container;
  };
  return {
    engine,
    labels,
    name,
    create,
    run: async (request) => {
      const container = await create(request);
      await engine.containers.start(container);
      return container;
    },
    [Symbol.asyncDispose]: () => cleanUp(engine, labels),
  };
}

async function cleanUp({ containers, images }: Engine, labels: Sandbox["labels"]): Promise<void> {
  for (const { id } of await containers.list(labels)) await containers.remove(id);
  for (const { id, tags } of await images.list(labels)) {
    for (const reference of tags.length === 0 ? [id] : tags) await images.remove(reference);
  }
}
