import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { sha256 } from "../../../src/digest.ts";
import { devenvError } from "../../../src/errors.ts";
import { archiveOf, mirrorSources, printSourceLines, printSourcesFile } from "../../../src/host/apt-archive.ts";
import { findPackages } from "../../../src/host/bootstrap/apt-lists.ts";
import { resolveBootstrap } from "../../../src/host/bootstrap/resolve.ts";
import { type BootstrapOptions, bootstrapTar } from "../../../src/host/bootstrap.ts";
import type { Host, RunOptions } from "../../../src/host/host.ts";
import { type BootstrapInput, mmdebstrapArguments } from "../../../src/host/mmdebstrap.ts";
import type { LockedPackage } from "../../../src/host/packages/package-places.ts";
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
  const input = { suite: "bookworm", architecture: "amd64", repository: "/tmp/repository" };
  const call = (packages: readonly string[] = [], isRoot = true) =>
    mmdebstrapArguments({ ...input, packages }, { target: "/tmp/base.tar", isRoot });

  it("does not depend on the order of the packages", () => {
    expect(call(["git", "curl"])).toEqual(call(["curl", "git"]));
    expect(call(["git", "curl"])).toContain("--include=curl,git");
  });

  it("needs no root", () => expect(call([], false)).toContain("--mode=unshare"));

  it("knows no source but the packages that were given, and writes the distribution's own into the base", () => {
    const args = call();
    expect(args.filter((arg) => arg.startsWith("deb "))).toEqual(["deb [trusted=yes] copy:/tmp/repository ./"]);
    expect(args.filter((arg) => arg.startsWith("--customize-hook")).join("\n")).not.toContain("/tmp/repository");
    expect(args.join("\n")).toContain("URIs: http://deb.debian.org/debian-security");
  });
});

describe("what a base leaves out", () => {
  it("is removed after mmdebstrap extracted the archives; folders keep their times, and dpkg is told the same", () => {
    const args = mmdebstrapArguments(
      { suite: "bookworm", architecture: "amd64", repository: "/tmp/repository", packages: [] },
      { target: "/tmp/base.tar", isRoot: true },
    );
    expect(args.filter((arg) => arg.startsWith("--dpkgopt"))).toEqual(["--dpkgopt=force-unsafe-io"]);
    const hook = args.find((arg) => arg.startsWith("--extract-hook="))?.slice("--extract-hook=".length) ?? "";
    const options = "etc/dpkg/dpkg.cfg.d/99mmdebstrap";
    using folder = temporaryFolder({
      [options]: "force-unsafe-io\n",
      "usr/share/doc/bash/copyright": "",
      "usr/share/doc/bash/more/README": "",
      "usr/share/locale/locale.alias": "",
      "usr/share/locale/de/bash.mo": "",
      "usr/share/man/man1/bash.1": "",
      "usr/share/bash/kept": "",
    });
    const share = join(folder.path, "usr/share");
    for (const path of ["doc", "doc/bash", "doc/bash/more", "man"]) utimesSync(join(share, path), 1e9, 1e9);
    execFileSync("sh", ["-c", hook, "exec", folder.path], { env: { PATH: process.env.PATH, TMPDIR: folder.path } });
    expect(readdirSync(share, { recursive: true }).sort()).toEqual([
      ...["bash", "bash/kept", "doc", "doc/bash", "doc/bash/copyright", "doc/bash/more"],
      ...["locale", "locale/locale.alias", "man"],
    ]);
    for (const path of ["doc", "doc/bash", "doc/bash/more", "man"]) {
      expect(statSync(join(share, path)).mtimeMs).toBe(1e12);
    }
    expect(readFileSync(join(folder.path, options), "utf8")).toMatch(
      /^force-unsafe-io\npath-exclude=\/usr\/share\/doc\/\*\n(path-.*\n){7}path-exclude=\/usr\/share\/man\/\*\n$/,
    );
    expect(readdirSync(folder.path).sort()).toEqual(["etc", "usr"]);
  });
});

const pin = (content: string, changes: Partial<LockedPackage> = {}): LockedPackage => ({
  version: "1",
  architecture: "amd64",
  archive: "debian",
  suite: "bookworm",
  component: "main",
  path: "pool/main/b/bash/bash_1_amd64.deb",
  sha256: sha256(content),
  size: content.length,
  ...changes,
});

describe("a bootstrapped base", () => {
  /** A host whose mmdebstrap writes `content`, or does what `act` says. */
  function hostWith(cacheDir: string, content: string, act?: (options: RunOptions) => Promise<void>) {
    const calls: (readonly string[])[] = [];
    const indexes: string[] = [];
    const host: Host = {
      ...testHost({ platform: "linux", cacheDir, uid: 0 }),
      processes: {
        ...testHost().processes,
        run: async (program, args, options = {}) => {
          if (program === "sh") return { exitCode: 0, stdout: "Package: bash\n\nPackage: sed\n\n", stderr: "" };
          calls.push([program, ...args]);
          const folder = /copy:(\S+)/.exec(args.at(-1) ?? "")?.[1] ?? "";
          indexes.push(readFileSync(join(folder, "Packages"), "utf8"));
          writeFileSync(args.find((arg) => arg.endsWith("base.tar")) ?? "", content);
          await act?.(options);
          return { exitCode: 0, stdout: "", stderr: "" };
        },
      },
    };
    return { host, calls, indexes };
  }
  const debs = temporaryFolder({ bash: "bash", sed: "sed" });
  afterAll(() => debs[Symbol.dispose]());
  const packages = { bash: pin("bash"), sed: pin("sed") };
  const options = (host: Host, input: Partial<BootstrapOptions> = {}): BootstrapOptions => ({
    suite: "bookworm",
    packages,
    platform: "linux/amd64",
    cacheDir: host.cacheDir,
    host,
    fetchPackages: async (wanted) => new Map(Object.keys(wanted).map((name) => [name, join(debs.path, name)])),
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

  it("is made from a repository of exactly its packages", async () => {
    using cache = temporaryFolder();
    const { host, indexes } = hostWith(cache.path, "a tar");
    await bootstrapTar(options(host));
    const entry = (name: string) =>
      `Package: ${name}\nFilename: ./${name}.deb\nSize: ${name.length}\nSHA256: ${sha256(name)}\n`;
    expect(indexes).toEqual([`${entry("bash")}\n${entry("sed")}`]);
  });

  it("is the same one wherever its packages come from, and in whatever order they stand", async () => {
    using cache = temporaryFolder();
    const { host, calls } = hostWith(cache.path, "a tar");
    await bootstrapTar(options(host));
    const moved = { sed: pin("sed"), bash: pin("bash", { suite: "bookworm-updates", path: "elsewhere.deb" }) };
    await bootstrapTar(options(host, { packages: moved }));
    expect(calls).toHaveLength(1);
  });

  it.each([
    ["suite", { suite: "trixie" }],
    ["package", { packages: { ...packages, sed: pin("another sed") } }],
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
    const output = "I: installing packages\nE: dpkg failed";
    const { host } = hostWith(cache.path, "half a", () =>
      Promise.reject(devenvError("PROGRAM_FAILED", { program: "mmdebstrap", exitCode: 25, output })),
    );
    expect(await thrown(bootstrapTar(options(host)))).toEqual({
      code: "BOOTSTRAP_FAILED",
      text: [
        "Base `bookworm` could not be bootstrapped: `mmdebstrap` failed with exit code 25",
        "  | I: installing packages",
        "  | E: dpkg failed",
        "",
        "hint: if its locked packages do not fit together, run `devenv lock --update 'bootstrap(bookworm)'`",
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

  it("needs mmdebstrap", async () => {
    using cache = temporaryFolder();
    const sh = () => ({ exitCode: 0, stdout: "Package: bash\n\nPackage: sed\n\n", stderr: "" });
    const host = testHost({ platform: "linux", cacheDir: cache.path, uid: 0, programs: { sh } });
    expect((await thrown(bootstrapTar(options(host)))).text).toBe(
      "The program `mmdebstrap` is not installed\n\nhint: run `devenv doctor --fix`, or install it with your package manager",
    );
  });
});

describe("the packages of a base", () => {
  const keyrings = temporaryFolder({ "usr/share/keyrings/debian-archive-keyring.gpg": "" });
  afterAll(() => keyrings[Symbol.dispose]());
  const stanza = (name: string, version: string, extra = "") =>
    `Package: ${name}\nVersion: ${version}\nArchitecture: amd64\n${extra}Filename: pool/${name}_${version}.deb\nSize: 7\nMD5sum: 0\nSHA256: ${sha256(name + version)}\n\n`;
  const main = { archive: "debian", suite: "bookworm", component: "main" } as const;
  const security = { archive: "debian-security", suite: "bookworm-security", component: "main" } as const;

  /** A host whose apt has two indexes and would install `files`. */
  function hostWithApt(folder: string, files: readonly string[]) {
    const calls: (readonly string[])[] = [];
    const lists = join(folder, "lists");
    mkdirSync(lists);
    writeFileSync(
      join(lists, "main"),
      stanza("bash", "1", "Depends: libc6\n") + stanza("sed", "1") + stanza("vim", "1"),
    );
    writeFileSync(join(lists, "updates"), stanza("sed", "1"));
    const answers: Readonly<Record<string, string>> = {
      indextargets: [
        `${lists}/main\thttp://mirror.corp/debian/\tbookworm\tmain`,
        `${lists}/updates\thttp://mirror.corp/debian/\tbookworm-updates\tmain`,
      ].join("\n"),
      install: files.map((file) => `'http://mirror/x%2b.deb' x+.deb 7 SHA256:${sha256(file)}\n`).join(""),
    };
    const apt = (args: readonly string[]) => {
      calls.push(args);
      return { exitCode: 0, stdout: answers[args[0] ?? ""] ?? "", stderr: "" };
    };
    const sh = () => ({ exitCode: 0, stdout: "Package: bash\n\nPackage: sed\n\n", stderr: "" });
    return { calls, host: testHost({ platform: "linux", cacheDir: folder, programs: { "apt-get": apt, sh } }) };
  }
  const resolve = (host: Host, input: Partial<BootstrapInput> = {}) =>
    resolveBootstrap({
      base: { ...base, ...input },
      platform: "linux/amd64",
      cacheDir: host.cacheDir,
      host,
      root: keyrings.path,
    });

  it("are those that apt would install, each with its place in the archive", async () => {
    expect(
      findPackages(
        [
          { ...main, text: stanza("bash", "1", "Depends: libc6\n") + stanza("sed", "1") + stanza("vim", "1") },
          { ...security, text: stanza("sed", "1") + stanza("bash", "2") },
        ],
        new Set([sha256("bash2"), sha256("sed1")]),
      ),
    ).toEqual({
      bash: { ...pin("bash2", { version: "2", path: "pool/bash_2.deb", size: 7 }), ...security },
      sed: { ...pin("sed1", { path: "pool/sed_1.deb", size: 7 }), ...main },
    });
  });

  it("say nothing of the mirror that they were found in", async () => {
    using folder = temporaryFolder();
    const { host } = hostWithApt(folder.path, ["bash1"]);
    const found = await resolve(host, { mirror: "http://mirror.corp/debian" });
    expect(found).toEqual({ bash: { ...pin("bash1", { path: "pool/bash_1.deb", size: 7 }), ...main } });
  });

  it("stay as they are locked but for those that are named and what these need", async () => {
    using folder = temporaryFolder();
    const { host, calls } = hostWithApt(folder.path, ["bash1"]);
    const packages = { bash: pin("bash0", { version: "0" }), sed: pin("sed0", { version: "0" }) };
    const fetchPackages = async () => new Map(Object.keys(packages).map((name) => [name, `/cache/${name}.deb`]));
    const found = await resolveBootstrap({
      base: { ...base, mirror: "http://mirror.corp/debian" },
      platform: "linux/amd64",
      cacheDir: host.cacheDir,
      host,
      root: keyrings.path,
      keep: { packages, move: ["bash"], fetchPackages },
    });
    expect(found).toEqual({ ...packages, bash: { ...pin("bash1", { path: "pool/bash_1.deb", size: 7 }), ...main } });
    expect(calls[1]).toEqual(["install", "--yes", "--quiet=2", "--print-uris", "--no-remove", "bash"]);
  });

  it.each([
    ["essential", ["?essential", "git"]],
    ["apt", ["?essential", "apt", "git"]],
    ["minbase", ["?essential", "apt", "?priority(required)", "git"]],
  ] as const)("of the variant %s are asked of apt by pattern", async (variant, wanted) => {
    using folder = temporaryFolder();
    const { host, calls } = hostWithApt(folder.path, []);
    await resolve(host, { variant, packages: ["git"] }).catch(() => undefined);
    expect(calls[1]).toEqual(["install", "--yes", "--quiet=2", "--print-uris", ...wanted]);
  });

  it("needs the distribution's signing keys", async () => {
    using cache = temporaryFolder();
    const host = testHost({ platform: "linux", cacheDir: cache.path });
    expect(await thrown(resolve(host, { suite: "noble" }))).toEqual({
      code: "KEYRING_MISSING",
      text: [
        "Base `noble` cannot be verified: `/usr/share/keyrings/ubuntu-archive-keyring.gpg` with the distribution's signing keys is missing",
        "",
        "hint: install the package `ubuntu-keyring`, from http://archive.ubuntu.com/ubuntu/pool/main/u/ubuntu-keyring/ where this machine's distribution has none",
      ].join("\n"),
    });
  });

  it("cannot be found where the archive is not reachable", async () => {
    using cache = temporaryFolder();
    const host: Host = {
      ...testHost({ platform: "linux", cacheDir: cache.path }),
      processes: {
        ...testHost().processes,
        run: async () => {
          throw devenvError("PROGRAM_FAILED", { program: "apt-get", exitCode: 100, output: "E: no" });
        },
      },
    };
    expect(await thrown(resolve(host))).toEqual({
      code: "BOOTSTRAP_FAILED",
      text: [
        "Base `bookworm` could not be bootstrapped: `apt-get` failed with exit code 100",
        "  | E: no",
        "",
        "hint: see that `http://deb.debian.org/debian` is reachable and has the suite, or set `mirror` in `bootstrap(…)`",
      ].join("\n"),
    });
  });
});
