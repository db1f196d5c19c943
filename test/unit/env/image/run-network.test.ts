import { expect, it } from "vitest";
import { dockerfile, type Layer, run } from "../../../../src/config/layers.ts";
import type { Engine } from "../../../../src/engine/engine.ts";
import { requireRunNetwork } from "../../../../src/env/image/run-network.ts";
import type { OperationContext } from "../../../../src/env/operation.ts";
import type { DevenvError } from "../../../../src/errors.ts";
import { imageOf } from "../../../support/plans.ts";

const old = { product: "docker", version: "20.10.24", runNetwork: false };
const locate = async () => ({ file: "devenv.config.ts", line: 7, column: 9 });

async function failureOf(layers: readonly Layer[], info: object | undefined): Promise<DevenvError | undefined> {
  const engine = { info: () => (info === undefined ? Promise.reject(new Error("asked")) : info) } as unknown as Engine;
  const image = imageOf({ image: { from: "debian:12", layers: [...layers] } });
  return requireRunNetwork({ engine, locate } as unknown as OperationContext, image).then(
    () => undefined,
    (error) => error,
  );
}

it("says which layer chooses a network on an engine that gives none, and where it stands", async () => {
  const cached = run("make", { network: "none", cache: ["/c"], secrets: ["S"] });
  const failure = await failureOf([run("true"), cached], old);
  expect(`${failure?.code}: ${failure?.message}\n\nhint: ${failure?.hint}\n`).toMatchInlineSnapshot(`
    "RUN_NETWORK_UNSUPPORTED: \`environments.dev.image.layers[1]\` (devenv.config.ts:7:9) runs with network \`none\`, which the builder of Docker \`20.10.24\` cannot give

    hint: use Docker 23.0 or newer (\`devenv doctor\` names yours), or leave out \`network\`
    "
  `);
  expect(await failureOf([dockerfile("RUN --network=host make")], old)).toMatchObject({
    code: "RUN_NETWORK_UNSUPPORTED",
    details: { key: "environments.dev.image.layers[0]", network: "host" },
  });
});

it("lets an engine build that can, and asks none about other layers", async () => {
  expect(await failureOf([run("make", { network: "none" })], { ...old, runNetwork: true })).toBeUndefined();
  const others = [run("tool --network=none"), run("make", { network: "default" }), dockerfile("# RUN --network=none")];
  expect(await failureOf(others, undefined)).toBeUndefined();
});
