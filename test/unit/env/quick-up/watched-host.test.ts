import { expect, it } from "vitest";
import { watchHost } from "../../../../src/env/quick-up/watched-host.ts";
import { testHost } from "../../../support/test-host.ts";

it("knows the variables that were looked at, whether set or not", () => {
  const { host, lookedAt } = watchHost(testHost({ env: { A: "1", B: "2", C: "3" } }));
  const { A, D } = host.env;
  expect([A, D, "B" in host.env, Object.hasOwn(host.env, "E")]).toEqual(["1", undefined, true, false]);
  expect(lookedAt()).toEqual(["A", "B", "D", "E"]);
});

it.each([
  ["all variables were taken", (host: ReturnType<typeof testHost>) => ({ ...host.env })],
  ["a program was asked", (host: ReturnType<typeof testHost>) => host.processes.run("git", [])],
  ["a program was looked for", (host: ReturnType<typeof testHost>) => host.processes.find("git")],
])("cannot tell what counted once %s", (_name, look) => {
  const { host, lookedAt } = watchHost(
    testHost({ env: { A: "1" }, programs: { git: () => ({ exitCode: 0, stdout: "", stderr: "" }) } }),
  );
  look(host);
  expect(lookedAt()).toBeUndefined();
});
