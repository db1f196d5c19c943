import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ContextEntry } from "../../src/plan/plan.ts";
import { build, contextFile } from "../support/builds.ts";
import { baseImage, openSandbox } from "../support/sandbox.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { thrown } from "../support/thrown.ts";

describe("the build context", () => {
  it("arrives with modes, owners, links and canonical times, whatever the names", async () => {
    await using sandbox = openSandbox();
    const names = ["a/x", "a-b", "sub/deep/file", "ünï cödé/päth", ".dockerignore", "empty"];
    using folder = temporaryFolder(
      Object.fromEntries(names.map((name) => [name, name === "empty" ? "" : randomUUID()])),
    );
    const context: ContextEntry[] = [
      ...names.map((name) => contextFile(folder.path, name, name === "a-b" ? 0o755 : 0o644)),
      { kind: "folder", path: "nothing in it" },
      { kind: "link", path: "link", target: "sub/deep" },
    ];

    const find =
      "cd /c && find . ! -name . -printf '%P %y %m %U:%G %l\\n' && find . -type f ! -newermt 1980-01-01T00:00:01Z | wc -l";
    const { output } = await build(sandbox, `FROM ${baseImage}\nCOPY . /c/\nRUN ${find} && cd /c && cat empty`, {
      context,
    });

    expect(output.toSorted()).toEqual([
      ".dockerignore f 644 0:0 ",
      "6",
      "a d 755 0:0 ",
      "a-b f 755 0:0 ",
      "a/x f 644 0:0 ",
      "empty f 644 0:0 ",
      "link l 777 0:0 sub/deep",
      "nothing in it d 755 0:0 ",
      "sub d 755 0:0 ",
      "sub/deep d 755 0:0 ",
      "sub/deep/file f 644 0:0 ",
      "ünï cödé d 755 0:0 ",
      "ünï cödé/päth f 644 0:0 ",
    ]);
  });

  it("of 2,000 files is sent once: a second build needs none of them", async () => {
    await using sandbox = openSandbox();
    const id = randomUUID();
    const names = Array.from({ length: 2000 }, (_none, index) => `d${index % 40}/f${index}`);
    using folder = temporaryFolder(Object.fromEntries(names.map((name) => [name, `${id} ${name}\n`])));
    const context = names.map((name) => contextFile(folder.path, name));
    const dockerfile = `FROM ${baseImage}\nCOPY . /c/\nRUN find /c -type f | wc -l && cat /c/d7/f1007`;

    const first = await build(sandbox, dockerfile, { context });
    const { buildkit } = await sandbox.engine.info();
    // without BuildKit every build sends everything
    if (buildkit) for (const { source } of context) rmSync(source);
    const second = await build(sandbox, dockerfile, { context });

    expect(first.output).toEqual(expect.arrayContaining(["2000", `${id} d7/f1007`]));
    const cached = second.events.flatMap((event) =>
      event.kind === "step-finished" && /^(COPY|RUN)/.test(event.name) ? [event.cached] : [],
    );
    expect(cached).toEqual([true, true]);
  });

  it("is seen to have changed when a file keeps its size and time", async () => {
    await using sandbox = openSandbox();
    const id = randomUUID();
    using folder = temporaryFolder({ file: `${id} one\n` });
    const dockerfile = `FROM ${baseImage}\nCOPY file /file\nRUN cat /file`;

    await build(sandbox, dockerfile, { context: [contextFile(folder.path, "file")] });
    folder.write({ file: `${id} two\n` });
    const { output } = await build(sandbox, dockerfile, { context: [contextFile(folder.path, "file")] });

    expect(output).toContain(`${id} two`);
  });

  it("takes a Dockerfile of the same length for a new one", async () => {
    await using sandbox = openSandbox();
    const id = randomUUID();

    await build(sandbox, `FROM ${baseImage}\nRUN echo ${id} one`);
    const { output } = await build(sandbox, `FROM ${baseImage}\nRUN echo ${id} two`);

    expect(output).toContain(`${id} two`);
  });

  it("gives the same layers from another checkout, at another time, without the cache", async () => {
    await using sandbox = openSandbox();
    const id = randomUUID();
    const layers: unknown[] = [];
    for (const contextKey of ["one", "two"]) {
      using folder = temporaryFolder({ a: id, b: `${id} b` });
      const context = ["a", "b"].map((name) => contextFile(folder.path, name));
      const dockerfile = `FROM ${baseImage}\nCOPY a b /`;
      const { tag } = await build(sandbox, dockerfile, { context, contextKey: `${id}-${contextKey}`, noCache: true });
      layers.push((await sandbox.engine.images.inspect(tag))?.layers.at(-1));
    }

    expect(layers[0]).toMatch(/^sha256:/);
    expect(layers[1]).toBe(layers[0]);
  });

  it("serves a COPY with a pattern", async () => {
    await using sandbox = openSandbox();
    using folder = temporaryFolder({ "one.txt": randomUUID(), "two.txt": "2", "three.md": "3" });
    const context = ["one.txt", "three.md", "two.txt"].map((name) => contextFile(folder.path, name));

    const { output } = await build(sandbox, `FROM ${baseImage}\nCOPY *.txt /c/\nRUN ls /c`, { context });

    expect(output).toEqual(expect.arrayContaining(["one.txt", "two.txt"]));
    expect(output).not.toContain("three.md");
  });

  it("stays apart from those of builds that run at the same time", async () => {
    await using sandbox = openSandbox();
    const builds = Array.from({ length: 3 }, async (_none, index) => {
      using folder = temporaryFolder({ file: `${randomUUID()} ${index}` });
      const context = [contextFile(folder.path, "file")];
      const { output } = await build(sandbox, `FROM ${baseImage}\nCOPY file /file\nRUN cut -d' ' -f2 /file`, {
        context,
      });
      return output;
    });

    const outputs = await Promise.all(builds);

    for (const [index, output] of outputs.entries()) expect(output).toContain(String(index));
  });

  it("fails the build when a file has changed since it was planned", async () => {
    await using sandbox = openSandbox();
    using folder = temporaryFolder({ file: `${randomUUID()} one` });
    const entry = contextFile(folder.path, "file");

    for (const text of ["longer than before, in any case, by far", "short"]) {
      folder.write({ file: text });
      const failed = build(sandbox, `FROM ${baseImage}\nCOPY file /file`, { context: [entry] });
      expect(await thrown(failed)).toEqual({
        code: "CONTEXT_CHANGED",
        text: `\`${entry.source}\` changed while the image was built from it\n\nhint: run the command again when nothing writes to the file`,
      });
    }
  });

  it("fails the build at once when a file cannot be read", async () => {
    await using sandbox = openSandbox();
    using folder = temporaryFolder({ file: randomUUID() });
    const entry = contextFile(folder.path, "file");
    rmSync(entry.source);

    const failed = build(sandbox, `FROM ${baseImage}\nCOPY file /file`, { context: [entry] });

    expect(await thrown(failed)).toEqual({
      code: "CONTEXT_UNREADABLE",
      text: `\`${entry.source}\` could not be read while the image was built from it: no such file or directory (ENOENT)\n\nhint: see that \`${entry.source}\` exists and that you may read it, then run the command again`,
    });
  });
});
