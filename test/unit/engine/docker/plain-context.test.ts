import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { extract } from "tar-stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sha256 } from "../../../../src/digest.ts";
import { packPlainContext } from "../../../../src/engine/docker/plain-context.ts";
import type { BuildRequest } from "../../../../src/engine/engine.ts";
import type { ContextFile } from "../../../../src/plan/plan.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "devenv-plain-context-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function contextFile(path: string, content: string, mode = 0o644): ContextFile {
  const source = join(folder, path.replaceAll("/", "_"));
  writeFileSync(source, content);
  return { kind: "file", path, mode, size: Buffer.byteLength(content), digest: sha256(content), source };
}

function request(context: BuildRequest["context"], secrets: BuildRequest["secrets"] = {}): BuildRequest {
  return {
    dockerfile: "FROM x\n",
    context,
    secrets,
    tag: "x:1",
    platform: "linux/amd64",
    labels: {},
    contextKey: "k",
    buildArgs: {},
    onEvent: () => {},
  };
}

async function unpack(build: BuildRequest): Promise<{ header: string; content: string }[]> {
  const entries: { header: string; content: string }[] = [];
  const reader = Readable.from(packPlainContext(build)).pipe(extract() as unknown as NodeJS.WritableStream);
  for await (const entry of reader as unknown as AsyncIterable<Readable & { header: Record<string, unknown> }>) {
    const { name, type, mode, uid, gid, linkname, mtime } = entry.header as Record<string, string | number | Date>;
    const time = (mtime as Date).toISOString();
    entries.push({
      header: `${type} ${name} ${(mode as number).toString(8)} ${uid}:${gid} ${linkname ?? ""} ${time}`,
      content: await text(entry),
    });
  }
  return entries;
}

it("packs the Dockerfile, secrets and entries with canonical headers", async () => {
  const large = "x".repeat(1_000_000);
  const entries = await unpack(
    request(
      [contextFile("b/large", large), contextFile("a", "A", 0o755), { kind: "link", path: "l", target: "b/large" }],
      { token: Buffer.from("s3cret") },
    ),
  );

  expect(entries.map(({ header }) => header.replace(" 1980-01-01T00:00:00.000Z", ""))).toEqual([
    "file .devenv.Dockerfile 600 0:0 ",
    "file .containerignore 600 0:0 ",
    "file .devenv.secret-0 600 0:0 ",
    "file a 755 0:0 ",
    "directory b 755 0:0 ",
    "file b/large 644 0:0 ",
    "symlink l 777 0:0 b/large",
  ]);
  expect(entries.map(({ content }) => content)).toEqual([
    "FROM x\n",
    ".devenv.*\n.containerignore\n",
    "s3cret",
    "A",
    "",
    large,
    "",
  ]);
});

it("says labels in the Dockerfile, each character as it is", async () => {
  const labels = { plain: "1", awkward: 'a "quoted" $HOME \\' };
  const [dockerfile] = await unpack({ ...request([]), labels });

  expect(dockerfile?.content).toBe('FROM x\n\nLABEL "plain"="1"\nLABEL "awkward"="a \\"quoted\\" \\$HOME \\\\"');
});

it("fails when a file is not the planned one any more", async () => {
  const file = contextFile("c", "before");
  writeFileSync(file.source, "after!");

  await expect(unpackAll(request([file]))).rejects.toMatchObject({ code: "CONTEXT_CHANGED" });
});

it("fails when a file is shorter than planned", async () => {
  const file = contextFile("d", "before");
  writeFileSync(file.source, "b");

  await expect(unpackAll(request([file]))).rejects.toMatchObject({ code: "CONTEXT_CHANGED" });
});

it("fails when a file is gone", async () => {
  const file = { ...contextFile("e", "x"), source: join(folder, "gone") };

  await expect(unpackAll(request([file]))).rejects.toMatchObject({
    code: "CONTEXT_UNREADABLE",
    details: { path: file.source },
  });
});

it("leaves nothing open when the reader goes away", async () => {
  const file = contextFile("f", "x".repeat(5_000_000));
  const tar = packPlainContext(request([file]));
  await tar.next();
  await tar.return(undefined);

  expect((await tar.next()).done).toBe(true);
});

async function unpackAll(build: BuildRequest): Promise<number> {
  let size = 0;
  for await (const chunk of packPlainContext(build)) size += chunk.length;
  return size;
}
