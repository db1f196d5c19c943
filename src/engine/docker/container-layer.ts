/** The writable layer of a container: what it holds, and an image of it. */
import type { CommitOptions } from "../containers.ts";
import type { Connection } from "./connection.ts";
import { containerCall } from "./container-call.ts";
import { splitTag } from "./transfer.ts";
import { variables } from "./variables.ts";

/** Docker's number for a path that was deleted. */
const deleted = 2;

export async function changedPaths(connection: Connection, id: string): Promise<readonly string[]> {
  const call = containerCall(id, { method: "GET", suffix: "/changes", action: "list the changes of" });
  const changes = (await connection.requestJson(call)) as
    | readonly { readonly Path: string; readonly Kind: number }[]
    | null;
  return (changes ?? []).filter(({ Kind }) => Kind !== deleted).map(({ Path }) => Path);
}

export async function commitContainer(connection: Connection, id: string, options: CommitOptions): Promise<void> {
  const { repository, tag } = splitTag(options.tag);
  await connection.requestJson({
    method: "POST",
    path: "/commit",
    query: { container: id, repo: repository, tag, pause: options.pause },
    json: { Labels: options.labels, Env: variables(options.env) },
    action: `commit container \`${id}\``,
  });
}
