import { describe, expect, it } from "vitest";
import { type InfoAnswer, readInfo } from "../../../../src/engine/docker/info.ts";

const answer: InfoAnswer = {
  ServerVersion: "20.10.24+dfsg1",
  OSType: "linux",
  Architecture: "x86_64",
  Driver: "overlay2",
  DriverStatus: [["Backing Filesystem", "extfs"]],
  SecurityOptions: ["name=seccomp,profile=default"],
  NCPU: 2,
  MemTotal: 1024,
  DockerRootDir: "/var/lib/docker",
};

describe("what an engine says of itself", () => {
  it("is read in our words", () => {
    expect(readInfo(answer, false)).toEqual({
      product: "docker",
      version: "20.10.24+dfsg1",
      platform: "linux/amd64",
      store: "overlay2",
      rootless: false,
      buildkit: true,
      runNetwork: false,
      cpus: 2,
      memory: 1024,
      dataRoot: "/var/lib/docker",
    });
  });

  it.each([
    {
      what: "containerd's image store",
      change: { DriverStatus: [["driver-type", "io.containerd.snapshotter.v1"]] },
      expected: { store: "containerd" },
    },
    {
      what: "an engine without root",
      change: { SecurityOptions: ["name=seccomp", "name=rootless"] },
      expected: { rootless: true },
    },
    { what: "ARM", change: { Architecture: "aarch64" }, expected: { platform: "linux/arm64" } },
    { what: "an engine before BuildKit", change: { ServerVersion: "18.06.1-ce" }, expected: { buildkit: false } },
    {
      what: "networks of steps",
      change: { ServerVersion: "23.0.0" },
      expected: { buildkit: true, runNetwork: true },
    },
    { what: "nothing said", change: { DriverStatus: null, SecurityOptions: null }, expected: { rootless: false } },
  ])("tells $what", ({ change, expected }) => {
    expect(readInfo({ ...answer, ...change }, false)).toMatchObject(expected);
  });

  it("tells Podman, which has no BuildKit", () => {
    expect(readInfo({ ...answer, ServerVersion: "5.4.2" }, true)).toMatchObject({
      product: "podman",
      buildkit: false,
      runNetwork: true,
    });
  });
});
