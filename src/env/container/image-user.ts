import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { digestOf } from "../../digest.ts";
import type { Engine, ImageInfo } from "../../engine/engine.ts";
import { writeFileAtomic } from "../../host/atomic-write.ts";
import { mapUser, type UserFiles } from "../../plan/user.ts";
import type { OperationContext } from "../operation.ts";

/** A user as an image has it. */
export interface ImageUser extends UserFiles {
  /** Its home as a tar in base64; undefined: there is none, or it is large. */
  readonly home?: string | undefined;
  readonly isHomeLarge: boolean;
}

export interface ImageUserRequest {
  readonly image: ImageInfo & { readonly tag: string };
  /** Name or id. */
  readonly wanted: string;
  readonly helper: HelperContainer;
}

export interface HelperContainer {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Bytes of a home that are worth to be kept on the host. */
const largeHome = 1_000_000;

/** Read from the image once: engines take their time for each file that they give out. */
export async function readImageUser(context: OperationContext, request: ImageUserRequest): Promise<ImageUser> {
  const { image, wanted } = request;
  const file = join(context.host.cacheDir, "users", `${digestOf({ image: image.id, wanted })}.json`);
  const kept = await readFile(file, "utf8").then(parse, () => undefined);
  if (kept !== undefined) return kept;
  const user = await withPlainContainer(context.engine, request, (id) => readUser(context.engine, id, wanted));
  // kept or not, this container has it
  await writeFileAtomic(file, JSON.stringify(user)).catch(() => undefined);
  return user;
}

/** A container of the image with nothing mounted in it, that never runs; removed afterwards. */
export async function withPlainContainer<Result>(
  { containers }: Engine,
  { image, helper }: Pick<ImageUserRequest, "helper"> & { readonly image: { readonly tag: string } },
  use: (id: string) => Promise<Result>,
): Promise<Result> {
  const { id } = await containers.create({
    ...helper,
    image: image.tag,
    command: ["true"],
    workdir: "/",
    env: {},
    mounts: [],
    ports: [],
  });
  try {
    return await use(id);
  } finally {
    await containers.remove(id);
  }
}

async function readUser({ containers }: Engine, id: string, wanted: string): Promise<ImageUser> {
  const files = await Promise.all(["/etc/passwd", "/etc/group"].map((path) => containers.readFile(id, path)));
  const [passwd = "", group = ""] = files.map((content) => content?.toString("utf8") ?? "");
  const { home } = mapUser({ passwd, group }, wanted, { uid: 0, gid: 0 });
  const tar = await containers.pack(id, home);
  const bytes = tar === undefined ? undefined : await readUpTo(tar, largeHome);
  return { passwd, group, home: bytes?.toString("base64"), isHomeLarge: tar !== undefined && bytes === undefined };
}

/** Undefined where there is more: the rest is not waited for. */
async function readUpTo(stream: Readable, most: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > most) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function parse(text: string): ImageUser | undefined {
  try {
    const user = JSON.parse(text) as ImageUser;
    return typeof user.passwd === "string" ? user : undefined;
  } catch {
    return undefined;
  }
}
