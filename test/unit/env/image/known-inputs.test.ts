import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { run } from "../../../../src/config/layers.ts";
import { knownInputs, lastInputs, rememberInputs } from "../../../../src/env/image/known-inputs.ts";
import type { Plan } from "../../../../src/plan/plan.ts";
import { imageOf } from "../../../support/plans.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { testHost } from "../../../support/test-host.ts";

const plan = { workspace: { id: "0123456789ab" } } as Plan;
const imageWith = (command: string) => imageOf({ image: { from: "debian:12", layers: [run(command)] } });
const last = (cacheDir: string, workspace = plan.workspace.id) =>
  lastInputs({ host: testHost({ cacheDir }), workspace, environment: "dev" });

it("gives back what an image was made of, and which one an environment of a workspace had last", async () => {
  using cache = temporaryFolder();
  const host = testHost({ cacheDir: cache.path });
  const [one, other] = [imageWith("one"), imageWith("other")];
  await rememberInputs(host, plan, one);
  await rememberInputs(host, plan, other);
  expect(await knownInputs(host, one.fingerprint)).toMatchObject({ inputs: one.inputs, facts: one.facts });
  expect(await last(cache.path)).toMatchObject({ inputs: other.inputs });
  await rememberInputs(host, plan, one);
  expect(await last(cache.path)).toMatchObject({ inputs: one.inputs });
  expect(await last(cache.path, "another-one0")).toBeUndefined();
  expect(await knownInputs(host, imageWith("third").fingerprint)).toBeUndefined();
});

it("does not count an image that has another name for a while", async () => {
  using cache = temporaryFolder();
  await rememberInputs(testHost({ cacheDir: cache.path }), plan, {
    ...imageWith("one"),
    tag: "localhost/shop/dev:verify",
  });
  expect(await last(cache.path)).toBeUndefined();
});

it("keeps what the last hundred images were made of", async () => {
  using cache = temporaryFolder();
  const host = testHost({ cacheDir: cache.path });
  await rememberInputs(host, plan, imageWith("one"));
  const folder = join(cache.path, "inputs");
  for (let index = 0; index < 120; index++) writeFileSync(join(folder, `${index}.json.gz`), "");
  const newest = imageWith("newest");
  await rememberInputs(host, plan, newest);
  expect(readdirSync(folder).filter((name) => name.endsWith(".gz"))).toHaveLength(100);
  expect(await knownInputs(host, newest.fingerprint)).toMatchObject({ inputs: newest.inputs });
});

it("fails no build when the cache cannot be written, and reads nothing of what is damaged", async () => {
  using cache = temporaryFolder({ taken: "", "inputs/damaged.json.gz": "no gzip" });
  await rememberInputs(testHost({ cacheDir: join(cache.path, "taken") }), plan, imageWith("one"));
  expect(await knownInputs(testHost({ cacheDir: cache.path }), "damaged")).toBeUndefined();
});
