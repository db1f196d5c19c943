import { describe, expect, it } from "vitest";
import type { EnvironmentConfig } from "../../../src/config/define.ts";
import { run } from "../../../src/config/layers.ts";
import { checkRules } from "../../../src/spec/rules.ts";
import { specOf } from "../../support/plans.ts";

const image = "debian:12";

describe("checkRules", () => {
  it.each<[string, Record<string, EnvironmentConfig>, { key: string; message: string }[]]>([
    [
      "accepts environments that build on one another",
      { base: { image }, dev: { image: { from: { environment: "base" } } } },
      [],
    ],
    [
      "names text that is no image reference",
      { dev: { image: "Not An Image" } },
      [
        {
          key: "environments.dev.image",
          message: "`Not An Image` is not an image reference such as `debian:bookworm`",
        },
      ],
    ],
    [
      "names a base environment that does not exist",
      { dev: { image: { from: { environment: "bas" } } } },
      [
        {
          key: "environments.dev.image.from.environment",
          message: "there is no environment `bas`; there is `dev`",
        },
      ],
    ],
    [
      "names environments that build on each other in a circle",
      { a: { image: { from: { environment: "b" } } }, b: { image: { from: { environment: "a" } } } },
      [
        { key: "environments.a.image.from.environment", message: "environments build on each other: a → b → a" },
        { key: "environments.b.image.from.environment", message: "environments build on each other: b → a → b" },
      ],
    ],
    [
      "lets two environments want one host port, since the second gets another",
      { a: { image, ports: [3000] }, b: { image, ports: [8080, { container: 80, host: 3000 }] } },
      [],
    ],
    [
      "names a host port that one environment insists on and another wants",
      { a: { image, ports: [3000] }, b: { image, ports: [8080, { container: 80, host: 3000, required: true }] } },
      [
        {
          key: "environments.b.ports[1]",
          message: "host port 3000 is taken by `environments.a.ports[0]` already",
        },
      ],
    ],
    [
      "names a host port that one environment wants twice",
      { a: { image, ports: [3000, { container: 80, host: 3000 }] } },
      [
        {
          key: "environments.a.ports[1]",
          message: "host port 3000 is taken by `environments.a.ports[0]` already",
        },
      ],
    ],
    [
      "names a path that two things are mounted at",
      {
        dev: {
          image: { from: image, user: "dev" },
          workspace: { target: "/w/", volumes: ["node_modules/"] },
          mounts: ["data:/w/node_modules"],
          caches: { a: "~/.npm", b: "~/.npm/" },
        },
      },
      [
        {
          key: "environments.dev.mounts[0]",
          message: "`/w/node_modules` is taken by `environments.dev.workspace.volumes[0]` already",
        },
        {
          key: "environments.dev.caches.b",
          message: "`~/.npm` is taken by `environments.dev.caches.a` already",
        },
      ],
    ],
    [
      "names a cache in the home of nobody",
      { dev: { image, caches: ["~/.npm"] } },
      [
        {
          key: "environments.dev.caches",
          message: "a path below `~` needs a user: set `image.user`, or write the whole path",
        },
      ],
    ],
    [
      "takes the user of the environment that an image builds on",
      {
        base: { image: { from: image, user: "dev" } },
        dev: { image: { from: { environment: "base" } }, caches: ["~/.npm"] },
      },
      [],
    ],
    [
      "names a secret that a layer uses and nobody declares",
      {
        dev: {
          image: { from: image, layers: [run("x", { secrets: ["TOKEN", "OTHER"] })] },
          secrets: { TOKEN: { env: "TOKEN" } },
        },
      },
      [
        {
          key: "environments.dev.image.layers[0].secrets",
          message: "there is no secret `OTHER`; there is `TOKEN`",
        },
      ],
    ],
    [
      "names a task that depends on one that does not exist",
      { dev: { image, tasks: { test: { command: "t", dependsOn: ["biuld"] }, build: "b" } } },
      [
        {
          key: "environments.dev.tasks.test.dependsOn",
          message: "there is no task `biuld`; there is `test`, `build`",
        },
      ],
    ],
    [
      "names tasks that depend on each other, and not those that merely lead there",
      {
        dev: {
          image,
          tasks: {
            a: { command: "a", dependsOn: ["b"] },
            b: { command: "b", dependsOn: ["c"] },
            c: { command: "c", dependsOn: ["b"] },
          },
        },
      },
      [
        { key: "environments.dev.tasks.b.dependsOn", message: "tasks depend on each other: b → c → b" },
        { key: "environments.dev.tasks.c.dependsOn", message: "tasks depend on each other: c → b → c" },
      ],
    ],
  ])("%s", (_name, environments, issues) => {
    expect(checkRules(specOf(environments))).toEqual(issues);
  });
});
