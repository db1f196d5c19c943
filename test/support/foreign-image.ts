import { spawn } from "node:child_process";
import { pipeline } from "node:stream/promises";
import { extract, pack } from "tar-stream";

export interface ForeignImage {
  readonly from: string;
  readonly tag: string;
  /** As in `linux/386`. */
  readonly architecture: string;
}

/** An image that is as another one and says that it is for another architecture: this machine runs it all the same. */
export async function makeForeignImage({ from, tag, architecture }: ForeignImage): Promise<void> {
  const save = spawn("docker", ["save", from], { stdio: ["ignore", "pipe", "inherit"] });
  const load = spawn("docker", ["load"], { stdio: ["pipe", "ignore", "inherit"] });
  const loaded = new Promise((resolve) => load.once("exit", resolve));
  const tar = pack();
  const sent = pipeline(tar, load.stdin);
  const entries = extract();
  save.stdout.pipe(entries);
  for await (const entry of entries) {
    const { name, type, size, linkname } = entry.header;
    const parts: Buffer[] = [];
    for await (const part of entry) parts.push(part as Buffer);
    const content = Buffer.concat(parts);
    if (name === "repositories") continue;
    if (type !== "file") tar.entry({ name, type, linkname, size });
    else tar.entry({ name }, /^[^/]*\.json$/.test(name) ? changed(name, content) : content);
  }
  tar.finalize();
  await sent;
  if ((await loaded) !== 0) throw new Error(`\`${tag}\` could not be loaded`);

  function changed(name: string, content: Buffer): string {
    const value = JSON.parse(content.toString());
    if (name === "manifest.json") return JSON.stringify(value.map((image: object) => ({ ...image, RepoTags: [tag] })));
    return JSON.stringify({ ...value, architecture });
  }
}
