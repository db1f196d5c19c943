import { execFileSync } from "node:child_process";
import { chmodSync, renameSync, symlinkSync, utimesSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/digest.ts";
import { parseIgnore } from "../../../src/host/ignore.ts";
import { type ContextEntry, collectCopySources, walkTree } from "../../../src/host/walk.ts";
import { type Tree, temporaryFolder } from "../../support/temporary-folder.ts";
import { thrown } from "../../support/thrown.ts";

const key = "environments.dev.image.layers[1]";

function collect(root: string, sources: readonly string[], ignored = "") {
  return collectCopySources({ root, sources, ignore: parseIgnore(ignored), key });
}

async function pathsOf(tree: Tree, sources: readonly string[], ignored = ""): Promise<readonly string[]> {
  using project = temporaryFolder(tree);
  return (await collect(project.path, sources, ignored)).map(({ path }) => path);
}

async function failure(tree: Tree, source: string, ignored = "") {
  using project = temporaryFolder(tree);
  return await thrown(collect(project.path, [source], ignored));
}

const withoutPlace = (entries: readonly ContextEntry[]) =>
  entries.map((entry) => (entry.kind === "file" ? { ...entry, source: "" } : entry));

describe("collectCopySources", () => {
  it("takes nothing of what the sync has on its way", async () => {
    const tree = { "a.txt": "a", ".devenv-sync/.gitignore": "*\n", "sub/.devenv-sync/.devenv-sync.1": "half" };
    expect(await pathsOf(tree, ["."])).toEqual(["a.txt", "sub"]);
  });

  it.runIf(process.platform === "linux")(
    "takes nothing from a folder that another's link stands for by now",
    async () => {
      using outside = temporaryFolder({ "d/id_rsa": "of the host" });
      using project = temporaryFolder({ "d/id_rsa": "of the project" });
      const inProject = join(project.path, "d");
      const swap = () => {
        renameSync(inProject, join(project.path, "was"));
        symlinkSync(join(outside.path, "d"), inProject);
      };
      const keptOut = {
        isMountPoint: () => false,
        // between the look at a file and its reading
        reason: (_path: string, stats: unknown) => void (stats !== undefined && swap()),
      };
      const collecting = collectCopySources({
        root: project.path,
        sources: ["d/id_rsa"],
        ignore: parseIgnore(""),
        key,
        keptOut,
      });
      expect((await thrown(collecting)).text).toContain("was put in another's place meanwhile");
    },
  );

  it("gives files with mode, size, digest and place, and their parent folders", async () => {
    using project = temporaryFolder({
      "src/app/main.sh": { text: "echo hi\n", mode: 0o700 },
      "src/app/data.txt": { text: "data", mode: 0o660 },
      "src/other.txt": "not named",
    });
    expect(await collect(project.path, ["src/app"])).toEqual([
      { kind: "folder", path: "src" },
      { kind: "folder", path: "src/app" },
      {
        kind: "file",
        path: "src/app/data.txt",
        mode: 0o644,
        size: 4,
        digest: sha256("data"),
        source: join(project.path, "src/app/data.txt"),
      },
      {
        kind: "file",
        path: "src/app/main.sh",
        mode: 0o755,
        size: 8,
        digest: sha256("echo hi\n"),
        source: join(project.path, "src/app/main.sh"),
      },
    ]);
  });

  it.each<[string, Tree, readonly string[], string, readonly string[]]>([
    ["the whole project for `.`", { a: "", "b/c": "" }, ["."], "", ["a", "b", "b/c"]],
    ["each path once when sources overlap", { "b/c": "", "b/d": "" }, ["b/c", "b"], "", ["b", "b/c", "b/d"]],
    ["empty folders", { "a/b": null }, ["a"], "", ["a", "a/b"]],
    ["depth first, by bytes", { "a/x": "", "a-b": "", "a.b": "" }, ["."], "", ["a", "a/x", "a-b", "a.b"]],
    ["nothing that is ignored", { "a/x.log": "", "a/y": "" }, ["a"], "**/*.log", ["a", "a/y"]],
    ["an exception below an ignored folder", { "a/x": "", "a/k": "" }, ["a"], "a\n!a/k", ["a", "a/k"]],
    ["a link inside, with its target", { "a/l": { link: "../b" }, b: "" }, ["a/l"], "", ["a", "a/l", "b"]],
    ["a dangling link below a folder", { "a/l": { link: "gone" } }, ["a"], "", ["a", "a/l"]],
    ["a source below a linked folder", { l: { link: "a/b" }, "a/b/c": "" }, ["l/c"], "", ["a", "a/b", "a/b/c", "l"]],
  ])("takes %s", async (_description, tree, sources, ignored, expected) => {
    expect(await pathsOf(tree, sources, ignored)).toEqual(expected);
  });

  it("keeps a link below a copied folder as a link", async () => {
    using project = temporaryFolder({ "a/l": { link: "../b" }, b: "" });
    expect(await collect(project.path, ["a"])).toEqual([
      { kind: "folder", path: "a" },
      { kind: "link", path: "a/l", target: "../b" },
    ]);
  });

  it.each<[string, Tree, string, string, { code: string; text: string }]>([
    [
      "a source that is not there, with what is nearly so called",
      { "conf/requirements.txt": "" },
      "conf/requirments.txt",
      "",
      {
        code: "COPY_SOURCE_MISSING",
        text: `\`${key}\` copies \`conf/requirments.txt\`, which does not exist in the project\n\nhint: did you mean \`conf/requirements.txt\`?`,
      },
    ],
    [
      "a source in a folder that is not there",
      {},
      "a/b",
      "",
      {
        code: "COPY_SOURCE_MISSING",
        text: `\`${key}\` copies \`a/b\`, which does not exist in the project\n\nhint: create it, or correct the path; it starts at the folder of the config`,
      },
    ],
    [
      "a pattern",
      { "a.json": "" },
      "package*.json",
      "",
      {
        code: "COPY_SOURCE_MISSING",
        text: `\`${key}\` copies \`package*.json\`, which does not exist in the project\n\nhint: \`copy\` takes paths, not patterns: name the folder, or each file`,
      },
    ],
    [
      "a path that goes above the project",
      {},
      "../secrets",
      "",
      {
        code: "COPY_OUTSIDE_PROJECT",
        text: `\`${key}\` copies \`../secrets\`, which leads out of the project: \`..\` goes above its folder\n\nhint: put the file into the project, or make the link relative and keep it inside`,
      },
    ],
    [
      "an ignored source",
      { "dist/a": "" },
      "dist",
      "dist",
      {
        code: "COPY_SOURCE_IGNORED",
        text: `\`${key}\` copies \`dist\`, which \`.dockerignore\` excludes\n\nhint: add the line \`!dist\` at the end of \`.dockerignore\`, or do not copy it`,
      },
    ],
  ])("refuses %s", async (_description, tree, source, ignored, expected) => {
    expect(await failure(tree, source, ignored)).toEqual(expected);
  });

  it.each<[string, Tree, string]>([
    ["an absolute path", {}, "/etc/passwd"],
    ["a link to an absolute path", { l: { link: "/etc/hostname" } }, "l"],
    ["a link above the project", { l: { link: "../x" } }, "l"],
    ["a path through a link that leads out", { l: { link: ".." } }, "l/x"],
    ["a link that leads out below a copied folder", { "a/l": { link: "../../x" } }, "a"],
    ["a chain of links that leads out", { "a/l": { link: "../b/m" }, "b/m": { link: "/etc" } }, "a"],
    ["a link through a linked folder above the project", { "a/b/d": { link: "../.." }, l: { link: "a/b/d/.." } }, "l"],
  ])("refuses %s as outside the project", async (_description, tree, source) => {
    expect((await failure(tree, source)).code).toBe("COPY_OUTSIDE_PROJECT");
  });

  it("refuses links that lead to each other", async () => {
    const { code, text } = await failure({ a: { link: "b" }, b: { link: "a" } }, "a");
    expect(code).toBe("COPY_UNREADABLE");
    expect(text).toContain("too many links lead to it");
  });

  it("refuses a named pipe wherever it is met", async () => {
    using project = temporaryFolder({ "a/b": "" });
    execFileSync("mkfifo", [join(project.path, "a/pipe")]);
    expect(await thrown(collect(project.path, ["a"]))).toEqual({
      code: "COPY_UNSUPPORTED",
      text: `\`${key}\` copies \`a/pipe\`, which is a named pipe\n\nhint: only files, folders and symbolic links can be copied; exclude it in \`.dockerignore\``,
    });
    expect(await collect(project.path, ["a"], "a/pipe")).toHaveLength(2);
  });

  it("leaves a socket below a copied folder out and refuses one that is named", async () => {
    using project = temporaryFolder({ a: null });
    await using server = createServer().listen(join(project.path, "a/s"));
    await sleep(20);
    expect(server.listening).toBe(true);
    expect(await collect(project.path, ["a"])).toEqual([{ kind: "folder", path: "a" }]);
    expect((await thrown(collect(project.path, ["a/s"]))).text).toContain("which is a socket");
  });

  // Root may read every file on a disk; this one refuses even root.
  it.runIf(process.platform === "linux")("says why a file cannot be read", async () => {
    expect(await thrown(collect(`/proc/${process.pid}`, ["mem"]))).toEqual({
      code: "COPY_UNREADABLE",
      text: `\`${key}\` copies \`mem\`, which cannot be read: i/o error (EIO)\n\nhint: make it readable, or exclude it in \`.dockerignore\``,
    });
  });
});

describe("walkTree", () => {
  const name = fc.stringMatching(/^[a-zA-Z0-9é_-]{1,6}$/);
  const files = fc.dictionary(name, fc.string({ maxLength: 20 }), { minKeys: 1, maxKeys: 6 });

  it("gives the same whatever the order of writing, the times and the group's and others' rights", async () => {
    const options = { ignore: parseIgnore(""), key };
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 1, max: 2_000_000_000 }), async (content, seconds) => {
        const entries = Object.entries(content).map(([path, text]) => [`f/${path}`, text] as const);
        using one = temporaryFolder(Object.fromEntries(entries));
        using other = temporaryFolder(Object.fromEntries(entries.toReversed()));
        for (const [path] of entries) {
          utimesSync(join(other.path, path), seconds, seconds);
          chmodSync(join(other.path, path), 0o600);
        }
        const [expected, found] = await Promise.all([one, other].map(({ path }) => walkTree(path, ["f"], options)));
        expect(withoutPlace(found ?? [])).toEqual(withoutPlace(expected ?? []));
      }),
      { numRuns: 30 },
    );
  });
});
