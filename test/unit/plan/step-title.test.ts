import { expect, it } from "vitest";
import { run } from "../../../src/config/layers.ts";
import { stepTitle } from "../../../src/plan/step-title.ts";
import { dockerfileSteps } from "../../../src/plan/steps.ts";
import { imageOf } from "../../support/plans.ts";

it("shows every step of our own Dockerfiles as the user wrote it", () => {
  const layers = [
    run("npm ci", { cache: ["/root/.npm"], network: "none" }),
    run("cat <<EOF\n  hello\nEOF"),
    run(["make   all", "make install"]),
  ];
  const { dockerfile } = imageOf({ image: { from: "debian:bookworm-slim", layers } });
  // BuildKit joins continued lines.
  const names = dockerfileSteps(dockerfile).map(({ instruction }) => instruction.replaceAll("\\\n", ""));
  expect(names.map(stepTitle).slice(1)).toEqual([
    "RUN npm ci",
    "RUN cat <<EOF hello EOF",
    "RUN make all && make install",
  ]);
});

it.each([
  ["COPY   --chmod=0755 a /b", "COPY --chmod=0755 a /b"],
  ['RUN ["npm", "ci"]', 'RUN ["npm", "ci"]'],
  ["RUN [ -e /x ] && true", "RUN [ -e /x ] && true"],
  ["[internal] load build context", "[internal] load build context"],
])("leaves `%s` as it is", (name, title) => expect(stepTitle(name)).toBe(title));
