import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { sha256 } from "../../../src/digest.ts";
import { devenvError } from "../../../src/errors.ts";
import { archiveOf, mirrorSources, printSourceLines, printSourcesFile } from "../../../src/host/apt-archive.ts";
import { type BootstrapOptions, bootstrapTar } from "../../../src/host/bootstrap.ts";
import type { Host, RunOptions } from "../../../src/host/host.ts";
import { mmdebstrapArguments } from "../../../src/host/mmdebstrap.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { testHost } from "../../support/test-host.ts";
import { thrown } from "../../support/thrown.ts";

const base = { suite: "bookworm", packages: [], variant: "minbase", mirror: undefined } as const;

describe("where packages come from", () => {
  const lines = (suite: string, architecture = "amd64", mirror?: string) => {
    const archive = archiveOf(suite, architecture);
    return printSourceLines(mirrorSources(archive, mirror), archive.keyring);
  };
  const debian = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]";
  const ubuntu = "deb [signed-by=/usr/share/keyrings/ubuntu-archive-keyring.gpg]";

  it("is Debian's archive with its updates and security updates", () => {
    expect(lines("bookworm")).toEqual([
      `${debian} http://deb.debian.org/debian bookworm main`,
      `${debian} http://deb.debian.org/debian bookworm-updates main`,
      `${debian} http://deb.debian.org/debian-security bookworm-security main`,
    ]);
  });

  it("is one suite alone for Debian's rolling ones", () => {
    expect(lines("sid")).toEqual([`${debian} http://deb.debian.org/debian sid main`]);
  });

  it.each([
    ["amd64", "http://archive.ubuntu.com/ubuntu"],
    ["arm64", "http://ports.ubuntu.com/ubuntu-ports"],
  ])("is Ubuntu's archive of %s for its suites", (architecture, uri) => {
    expect(lines("noble", architecture)).toEqual([
      `${ubuntu} ${uri} noble main universe`,
      `${ubuntu} ${uri} noble-updates main universe`,
      `${ubuntu} ${uri} noble-security main universe`,
    ]);
  });

  it("is the mirror when one is given, which has no security archive", () => {
    expect(lines("bookworm", "amd64", "http://mirror.corp/debian")).toEqual([
      `${debian} http://mirror.corp/debian bookworm main`,
      `${debian} http://mirror.corp/debian bookworm-updates main`,
    ]);
  });

  it("is written into the base in deb822 style", () => {
    expect(printSourcesFile(archiveOf("noble", "arm64"))).toBe(
      [
        "Types: deb",
        "URIs: http://ports.ubuntu.com/ubuntu-ports",
        "Suites: noble noble-updates noble-security",
        "Components: main universe",
        "Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg",
        "",
      ].join("\n"),
    );
  });
});

describe("the call of mmdebstrap", () => {
  const call = (input: Partial<Parameters<typeof mmdebstrapArguments>[0]> = {}, isRoot = true) =>
    mmdebstrapArguments({ ...base, ...input }, "amd64", { target: "/tmp/base.tar", isRoot });

  it("does not depend on the order of the packages", () => {
    expect(call({ packages: ["git", "curl"] })).toEqual(call({ packages: ["curl", "git"] }));
    expect(call({ packages: ["git", "curl"] })).toContain("--include=curl,git");
  });

  it("needs no root", () => expect(call({}, false)).toContain("--mode=unshare"));

  it("writes the distribution's own sources into the base, whatever mirror is used", () => {
    const hooks = (args: readonly string[]) => args.filter((arg) => arg.startsWith("--customize-hook"));
    const mirrored = call({ mirror: "http://mirror.corp/debian" });
    expect(hooks(mirrored)).toEqual(hooks(call()));
    expect(hooks(mirrored).join("\n")).not.toContain("mirror.corp");
  });
});

describe("a bootstrapped base", () => {
  const keyrings = temporaryFolder({ "usr/share/keyrings/debian-archive-keyring.gpg": "" });
  afterAll(() => keyrings[Symbol.dispose]());

  /** A host whose mmdebstrap writes `content`, or does what `act` says. */
  function hostWith(cacheDir: string, content: string, act?: (options: RunOptions) => Promise<void>) {
    const calls: (readonly string[])[] = [];
    const host: Host = {
      ...testHost({ platform: "linux", cacheDir, uid: 0 }),
      processes: {
        ...testHost().processes,
        run: async (program, args, options = {}) => {
          calls.push([program, ...args]);
          const target = args.find((arg) => arg.endsWith("base.tar")) ?? "";
          writeFileSync(target, content);
          await act?.(options);
          return { exitCode: 0, stdout: "", stderr: "" };
        },
      },
    };
    return { host, calls };
  }
  const options = (host: Host, input: Partial<BootstrapOptions> = {}): BootstrapOptions => ({
    root: keyrings.path,
    base,
    platform: "linux/amd64",
    cacheDir: host.cacheDir,
    host,
    ...input,
  });

  it("is made once, and then found in the cache with its digest", async () => {
    using cache = temporaryFolder();
    const { host, calls } = hostWith(cache.path, "a tar");
    const made = await bootstrapTar(options(host));
    expect(made).toMatchObject({ sha256: sha256("a tar"), size: 5 });
    expect(readFileSync(made.file, "utf8")).toBe("a tar");
    expect(await bootstrapTar(options(host))).toEqual(made);
    expect(calls).toHaveLength(1);
  });

  it("is the same one whatever mirror it comes from, and in whatever order its packages are named", async () => {
    using cache = temporaryFolder();
    const { host, calls } = hostWith(cache.path, "a tar");
    await bootstrapTar(options(host, { base: { ...base, packages: ["a", "b"] } }));
    await bootstrapTar(options(host, { base: { ...base, packages: ["b", "a"], mirror: "http://mirror.corp" } }));
    expect(calls).toHaveLength(1);
  });

  it.each([
    ["suite", { base: { ...base, suite: "trixie" } }],
    ["packages", { base: { ...base, packages: ["git"] } }],
    ["variant", { base: { ...base, variant: "apt" } }],
    ["platform", { platform: "linux/arm64" }],
  ] as const)("is another one for another %s", async (_name, input) => {
    using cache = temporaryFolder();
    const { host, calls } = hostWith(cache.path, "a tar");
    await bootstrapTar(options(host));
    await bootstrapTar(options(host, input));
    expect(calls).toHaveLength(2);
  });

  it("is made anew when the cached one was cut short", async () => {
    using cache = temporaryFolder();
    const { host, calls } = hostWith(cache.path, "a tar");
    const { file } = await bootstrapTar(options(host));
    writeFileSync(file, "a t");
    await bootstrapTar(options(host));
    expect(calls).toHaveLength(2);
  });

  it("leaves nothing behind when it fails, and says why", async () => {
    using cache = temporaryFolder();
    const output = "I: running apt-get update...\nE: apt-get update failed";
    const { host } = hostWith(cache.path, "half a", () =>
      Promise.reject(devenvError("PROGRAM_FAILED", { program: "mmdebstrap", exitCode: 25, output })),
    );
    expect(await thrown(bootstrapTar(options(host)))).toEqual({
      code: "BOOTSTRAP_FAILED",
      text: [
        "Base `bookworm` could not be bootstrapped: `mmdebstrap` failed with exit code 25",
        "  | I: running apt-get update...",
        "  | E: apt-get update failed",
        "",
        "hint: see that `http://deb.debian.org/debian` is reachable and has the suite, or set `mirror` in `bootstrap(…)`",
      ].join("\n"),
    });
    expect(existsSync(join(cache.path, "bootstrap"))).toBe(false);
    expect(readdirSync(join(cache.path, "tmp"))).toEqual([]);
  });

  it("leaves nothing behind when it is aborted", async () => {
    using cache = temporaryFolder();
    const controller = new AbortController();
    const { host } = hostWith(cache.path, "half a", async ({ signal }) => {
      controller.abort(new Error("stop"));
      signal?.throwIfAborted();
    });
    await expect(bootstrapTar(options(host, { signal: controller.signal }))).rejects.toThrow("stop");
    expect(readdirSync(join(cache.path, "tmp"))).toEqual([]);
  });

  it("needs Linux", async () => {
    expect(await thrown(bootstrapTar(options(testHost({ platform: "darwin" }))))).toEqual({
      code: "BOOTSTRAP_UNSUPPORTED",
      text: 'Base `bookworm` can only be bootstrapped on Linux, and this machine runs `darwin`\n\nhint: use an image as base: `from: "debian:bookworm-slim"`',
    });
  });

  it("needs the distribution's signing keys", async () => {
    using cache = temporaryFolder();
    const { host } = hostWith(cache.path, "a tar");
    expect(await thrown(bootstrapTar(options(host, { base: { ...base, suite: "noble" } })))).toEqual({
      code: "KEYRING_MISSING",
      text: [
        "Base `noble` cannot be verified: `/usr/share/keyrings/ubuntu-archive-keyring.gpg` with the distribution's signing keys is missing",
        "",
        "hint: install the package `ubuntu-keyring`, from http://archive.ubuntu.com/ubuntu/pool/main/u/ubuntu-keyring/ where this machine's distribution has none",
      ].join("\n"),
    });
  });

  it("needs mmdebstrap", async () => {
    using cache = temporaryFolder();
    const host = testHost({ platform: "linux", cacheDir: cache.path });
    expect((await thrown(bootstrapTar(options(host)))).text).toBe(
      "The program `mmdebstrap` is not installed\n\nhint: run `devenv doctor --fix`, or install it with your package manager",
    );
  });
});
