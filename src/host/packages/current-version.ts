/** Which version of a package an archive has now. */
import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { Host } from "../host.ts";
import { fileAddress, type LockedPackage } from "./package-places.ts";

export interface CurrentVersionQuery {
  readonly name: string;
  readonly pin: LockedPackage;
  /** Of its archive. */
  readonly addresses: readonly string[];
  /** For what has to be a file first. */
  readonly folder: string;
  readonly host: Pick<Host, "arch" | "processes">;
  /** Whether it could be had. */
  download(url: string, file: string): Promise<boolean>;
}

/** By the archive's own list; undefined when that cannot be had or read. */
export async function currentVersion(query: CurrentVersionQuery): Promise<string | undefined> {
  const { addresses, folder, download } = query;
  for (const url of addresses.flatMap((archive) => listAddresses(archive, query))) {
    const file = join(folder, url.slice(url.lastIndexOf("/") + 1));
    if (!(await download(url, file))) continue;
    const version = await readVersion(query, file).catch(() => undefined);
    await rm(plainName(file), { force: true });
    if (version !== undefined) return version;
  }
  return undefined;
}

const apkIndex = "APKINDEX";

/** Lists that may name it; some archives have one form only. */
function listAddresses(archive: string, { pin, host }: CurrentVersionQuery): readonly string[] {
  const { suite, component, path } = pin;
  const folder = path.split("/").slice(0, -1).join("/");
  if (path.endsWith(".apk")) return [fileAddress(archive, `${folder}/${apkIndex}.tar.gz`)];
  const isFlat = suite === undefined || component === undefined;
  const folders = isFlat ? new Set([folder, ""]) : [`dists/${suite}/${component}/binary-${host.arch}`];
  const names = ["Packages.gz", "Packages.xz", "Packages"];
  return [...folders].flatMap((one) => names.map((name) => fileAddress(archive, one === "" ? name : `${one}/${name}`)));
}

async function readVersion({ name, host }: CurrentVersionQuery, file: string): Promise<string | undefined> {
  if (file.endsWith(`${apkIndex}.tar.gz`)) return await apkVersion(file, name);
  if (file.endsWith(".xz")) await host.processes.run("xz", ["--decompress", "--force", file]);
  const list = createReadStream(file.endsWith(".xz") ? plainName(file) : file);
  const read = (content: AsyncIterable<Uint8Array>) => versionIn(content, name);
  return file.endsWith(".gz") ? await pipeline(list, createGunzip(), read) : await pipeline(list, read);
}

/** The index stands in an archive of compressed parts: a signature, and a tar that holds it. */
async function apkVersion(file: string, name: string): Promise<string | undefined> {
  const { extract } = await import("tar-stream");
  const entries = extract();
  let version: string | undefined;
  entries.on("entry", ({ name: member }, content, next) => {
    const lines = content as AsyncIterable<Uint8Array> as Readable;
    const read = member === apkIndex ? versionIn(lines, name, apkFields) : Promise.resolve(undefined);
    read.then((found) => {
      version ??= found;
      lines.resume();
      next();
    }, next);
  });
  await pipeline(createReadStream(file), createGunzip(), entries as unknown as NodeJS.WritableStream);
  return version;
}

function plainName(file: string): string {
  return file.replace(/\.xz$/, "");
}

const aptFields = { name: "Package: ", version: "Version: " };
const apkFields = { name: "P:", version: "V:" };

/** The last one, which is the newest where a list has several. */
async function versionIn(
  content: AsyncIterable<Uint8Array>,
  name: string,
  fields = aptFields,
): Promise<string | undefined> {
  const lines = createInterface({ input: Readable.from(content) });
  let isSought = false;
  let version: string | undefined;
  for await (const line of lines) {
    if (line.startsWith(fields.name)) isSought = line.slice(fields.name.length).trim() === name;
    if (isSought && line.startsWith(fields.version)) version = line.slice(fields.version.length).trim();
  }
  return version;
}
