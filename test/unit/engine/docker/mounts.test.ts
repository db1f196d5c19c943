import { expect, it } from "vitest";
import type { Connection } from "../../../../src/engine/docker/connection.ts";
import { dockerContainers } from "../../../../src/engine/docker/containers.ts";
import { devenvError } from "../../../../src/errors.ts";

const volume = (name: string) => ({ Type: "volume", Name: name });

/** An engine that answers by path. */
function connectionTo(answers: Readonly<Record<string, unknown>>) {
  const asked: string[] = [];
  const connection = {
    requestJson: async ({ path }: { readonly path: string }) => {
      asked.push(path);
      if (path in answers) return answers[path];
      throw devenvError("ENGINE_FAILED", { action: path, status: 404, reason: "no such container" });
    },
  } as unknown as Connection;
  return { asked, list: () => dockerContainers(connection, { local: true }).list({}) };
}

const listed = (id: string, mounts: unknown) => ({
  Id: id,
  Names: [`/${id}`],
  Image: "i",
  State: "running",
  Mounts: mounts,
});

it("reads the volumes of a container from the list that it stands in", async () => {
  const mounts = [volume("a"), { Type: "bind", Source: "/x" }, { Type: "volume" }];
  const engine = connectionTo({ "/containers/json": [listed("one", mounts), listed("two", [])] });
  expect((await engine.list()).map(({ volumes }) => volumes)).toEqual([["a"], undefined]);
  expect(engine.asked).toEqual(["/containers/json"]);
});

it("asks for them where the list leaves them out, as that of Podman does, also of one that is gone by then", async () => {
  const engine = connectionTo({
    "/containers/json": [listed("one", null), listed("gone", null), listed("two", undefined)],
    "/containers/one/json": { Mounts: [volume("a")] },
    "/containers/two/json": { Mounts: null },
  });
  expect((await engine.list()).map(({ volumes }) => volumes)).toEqual([["a"], undefined, undefined]);
});
