/** Somebody who works in a real folder, by a program that runs beside it: on this machine or in a container. */
import type { Readable, Writable } from "node:stream";

export interface FolderEntry {
  readonly kind: "file" | "folder" | "link";
  /** Octal; empty for a link. */
  readonly mode: string;
  readonly path: string;
  /** Of a file; target of a link. */
  readonly content: string;
}

export interface FolderUser {
  readonly name: string;
  /** Contents that the operation destroyed; undefined when it could not be done. */
  act(operation: string, ...args: readonly string[]): Promise<readonly string[] | undefined>;
  tree(): Promise<readonly FolderEntry[]>;
  close(): void;
}

interface FolderUserOptions {
  readonly name: string;
  readonly stdin: Writable;
  readonly stdout: Readable;
}

export function createFolderUser({ name, stdin, stdout }: FolderUserOptions): FolderUser {
  const waiting: PromiseWithResolvers<string>[] = [];
  let rest = "";
  let hasEnded = false;
  stdout.setEncoding("latin1");
  stdout.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) waiting.shift()?.resolve(line);
  });
  const end = () => {
    hasEnded = true;
    for (const { reject } of waiting.splice(0)) reject(new Error(`the user of the ${name} has ended`));
  };
  stdout.on("close", end);
  stdout.on("end", end);
  stdin.on("error", end);
  const act = async (operation: string, ...args: readonly string[]) => {
    if (hasEnded) throw new Error(`the user of the ${name} has ended`);
    const answer = Promise.withResolvers<string>();
    waiting.push(answer);
    stdin.write(`${[operation, ...args.map((text) => Buffer.from(text).toString("hex"))].join("\t")}\n`);
    const [result, ...found] = (await answer.promise).split("\t");
    return result === "ok" ? found.map((text) => Buffer.from(text, "hex").toString()) : undefined;
  };
  return {
    name,
    act,
    tree: async () => toEntries((await act("tree")) ?? []),
    close: () => void stdin.end(),
  };
}

function toEntries(fields: readonly string[]): readonly FolderEntry[] {
  return Array.from({ length: fields.length / 4 }, (_, index) => {
    const [kind, mode = "", path = "", content = ""] = fields.slice(index * 4, index * 4 + 4);
    return { kind: kind as FolderEntry["kind"], mode, path, content };
  });
}
