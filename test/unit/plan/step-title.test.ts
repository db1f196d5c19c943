import { expect, it } from "vitest";
import { apk, apt, copy, env, run } from "../../../src/config/layers.ts";
import { stepTitle, withoutPrelude } from "../../../src/plan/step-title.ts";
import { dockerfileSteps } from "../../../src/plan/steps.ts";
import { imageOf } from "../../support/plans.ts";

it("shows every step of our own Dockerfiles as the user wrote it", () => {
  const layers = [
    run("npm ci", { cache: ["/root/.npm"], network: "none" }),
    run("cat <<EOF\n  hello\nEOF"),
    run(["make   all", "make install"]),
    copy("a b", "/srv/", { mode: "0644" }),
    run("(a; b) # c"),
    apt("git"),
    copy("it's", "/a"),
    copy("b", "/c"),
    env({ A: "1" }),
    apk("git"),
    copy("d", "/e"),
    copy("f", "/g"),
  ];
  const { dockerfile } = imageOf({ image: { from: "debian:bookworm-slim", layers } });
  // BuildKit joins continued lines.
  const names = dockerfileSteps(dockerfile).map(({ instruction }) => instruction.replaceAll("\\\n", ""));
  expect(names.map(stepTitle).slice(1)).toEqual([
    "ADD .devenv/skeleton.tar /",
    "RUN mkdir -p /root/.npm || true",
    "RUN npm ci",
    "RUN cat <<EOF hello EOF",
    "RUN make all && make install",
    "COPY --chmod=0644 'a b' /srv/",
    "RUN (a; b) # c",
    expect.stringMatching(/^RUN make_man_folders && apt-get .* git && drop_host_keys$/),
    "RUN apk add --no-cache git, after COPY 'it'\\''s' /a && COPY b /c",
    "COPY d /e && COPY f /g",
  ]);
});

it.each([
  ["COPY   --chmod=0755 a /b", "COPY --chmod=0755 a /b"],
  ['RUN ["npm", "ci"]', 'RUN ["npm", "ci"]'],
  ["RUN [ -e /x ] && true", "RUN [ -e /x ] && true"],
  ["[internal] load build context", "[internal] load build context"],
])("leaves `%s` as it is", (name, title) => expect(stepTitle(name)).toBe(title));

it.each([
  'process "/bin/sh -c devenv_step=12; . /run/devenv/build/begin;     (exit 3); finish $?" did not complete successfully: exit code: 3',
  'process "/bin/sh -c . /run/devenv/build/begin\\n(\\nexit 3\\n)\\nfinish $?" did not complete successfully: exit code: 3',
  'process "/bin/sh -c . /run/devenv/build/begin;     (exit 3); finish $? --settled" did not complete successfully: exit code: 3',
])("tells a failure without what stands around the command: %s", (reason) =>
  expect(withoutPrelude(reason)).toBe('process "/bin/sh -c exit 3" did not complete successfully: exit code: 3'),
);

it.each([
  'process "/bin/sh -c . /run/devenv/build/begin;     (copy a /b) &&     (exit 3); finish $?" did not complete',
  'process "/bin/sh -c . /run/devenv/build/begin\\n(copy a /b) &&\\n(\\nexit 3\\n)\\nfinish $?" did not complete',
])("tells a failure with the copies before the command: %s", (reason) =>
  expect(withoutPrelude(reason)).toBe('process "/bin/sh -c copy a /b && exit 3" did not complete'),
);
