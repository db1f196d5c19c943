import { describe, expect, it } from "vitest";
import type { EnvironmentConfig } from "../../../src/config/define.ts";
import { run } from "../../../src/config/layers.ts";
import type { EnvironmentSpec } from "../../../src/spec/spec.ts";
import { environmentOf } from "../../support/plans.ts";

const image = "debian:12";
const plainWorkspace = {
  mode: undefined,
  sync: { direction: "two-way", ignore: [], conflicts: "keep-both" },
  watch: [],
  protectConfig: false,
} as const;

describe("resolveSpec", () => {
  it.each<[string, Partial<EnvironmentConfig>, Partial<EnvironmentSpec>]>([
    [
      "normalises and sorts the volumes of the workspace",
      { workspace: { target: "/w/", volumes: ["web/node_modules/", "./.venv", ".venv"] } },
      { workspace: { ...plainWorkspace, target: "/w", volumes: [".venv", "web/node_modules"] } },
    ],
    [
      "lets a port of the host give way unless it is required",
      { ports: [3000, { container: 80, host: 8080, required: true, name: "web" }] },
      {
        ports: [
          { container: 3000, host: 3000, required: false, name: undefined },
          { container: 80, host: 8080, required: true, name: "web" },
        ],
      },
    ],
    [
      "reads the short form of mounts, below the project and below the home",
      { mounts: ["data:/data", "~/keys:/keys:ro", { volume: "shared", target: "/shared/" }] },
      {
        mounts: [
          {
            key: "environments.dev.mounts[0]",
            kind: "bind",
            source: "/home/ada/shop/data",
            target: "/data",
            readOnly: false,
          },
          {
            key: "environments.dev.mounts[1]",
            kind: "bind",
            source: "/home/ada/keys",
            target: "/keys",
            readOnly: true,
          },
          {
            key: "environments.dev.mounts[2]",
            kind: "volume",
            source: "shared",
            target: "/shared",
            readOnly: false,
          },
        ],
      },
    ],
    [
      "names a cache after its path",
      { caches: ["~/.npm", "/root/.cache/pip/"] },
      {
        caches: [
          { name: "npm", target: "~/.npm" },
          { name: "root-cache-pip", target: "/root/.cache/pip" },
        ],
      },
    ],
    [
      "tells hooks in order from hooks at once",
      { hooks: { create: ["one", "two"], start: { web: "a", db: "b" } } },
      {
        hooks: {
          create: {
            key: "environments.dev.hooks.create",
            parallel: false,
            commands: [
              { name: undefined, command: "one" },
              { name: undefined, command: "two" },
            ],
          },
          start: {
            key: "environments.dev.hooks.start",
            parallel: true,
            commands: [
              { name: "web", command: "a" },
              { name: "db", command: "b" },
            ],
          },
        },
      },
    ],
    [
      "says where the value of a secret is",
      { secrets: { A: { env: "HOST_A" }, B: { command: "op read b", as: "env" } } },
      {
        secrets: [
          {
            name: "A",
            key: "environments.dev.secrets.A",
            source: { kind: "env", value: "HOST_A" },
            asEnv: false,
          },
          {
            name: "B",
            key: "environments.dev.secrets.B",
            source: { kind: "command", value: "op read b" },
            asEnv: true,
          },
        ],
      },
    ],
    [
      "reads sizes in binary units",
      { resources: { cpus: 1.5, memory: "1.5G" } },
      { resources: { cpus: 1.5, memory: 1.5 * 2 ** 30 } },
    ],
    [
      "reads devices and capabilities as Docker does",
      { devices: ["/dev/fuse", "/dev/a:/dev/b:r"], capAdd: ["SYS_PTRACE", "CAP_NET_ADMIN", "NET_ADMIN"] },
      {
        devices: [
          { source: "/dev/fuse", target: "/dev/fuse", permissions: "rwm" },
          { source: "/dev/a", target: "/dev/b", permissions: "r" },
        ],
        capAdd: ["NET_ADMIN", "SYS_PTRACE"],
      },
    ],
    ["keeps a git address of dotfiles", { dotfiles: "git@host:me/dots.git" }, { dotfiles: "git@host:me/dots.git" }],
    ["finds a folder of dotfiles in the home", { dotfiles: "~/dots" }, { dotfiles: "/home/ada/dots" }],
    ["takes one env file as a list of one", { envFile: ".env" }, { envFiles: [".env"] }],
  ])("%s", (_name, config, expected) => {
    expect(environmentOf({ image, ...config })).toMatchObject(expected);
  });

  it("hands the secrets of a layer on, with those that are variables", () => {
    const { image: resolved } = environmentOf({
      image: { from: image, layers: [run("x", { secrets: ["A", "B"] })] },
      secrets: { A: { env: "A" }, B: { env: "B", as: "env" } },
    });
    expect(resolved.layers[0]).toMatchObject({
      secrets: [
        { name: "A", asEnv: false },
        { name: "B", asEnv: true },
      ],
    });
  });
});
