/** An `up` that has nothing to do, told by stat and one engine call. Imports nothing that takes time to load. */
import { readFileSync } from "node:fs";
import type { Engine } from "../../engine/engine.ts";
import { workspaceLabel } from "../../plan/labels.ts";
import { type Caller, circumstancesOf, hashVariable, type QuickRecord, recordPath, seenContainers } from "./record.ts";
import { signFolder, signPath } from "./signature.ts";

/**
 * What an `up` of all environments would say, when it is sure that it would find nothing to do; undefined
 * when it is not, for whatever reason: the ordinary `up` then finds out. Never throws.
 */
export async function answerQuickly(
  caller: Caller,
  connect: () => Promise<Engine>,
): Promise<QuickRecord["summary"] | undefined> {
  try {
    const text = readFileSync(recordPath(caller.host.cacheDir, caller.cwd), "utf8");
    const record = JSON.parse(text) as QuickRecord;
    if (!holdsHere(record, caller)) return undefined;
    const engine = await connect();
    if (!isSame(record.circumstances, circumstancesOf(caller, engine.address))) return undefined;
    const containers = await engine.containers.list({ [workspaceLabel]: record.workspace });
    return isSame(record.containers, seenContainers(containers)) ? record.summary : undefined;
  } catch {
    return undefined;
  }
}

function holdsHere({ paths, folders, variables, salt }: QuickRecord, { host }: Caller): boolean {
  return (
    Object.entries(paths).every(([path, signature]) => signPath(path).text === signature) &&
    Object.entries(folders).every(([path, identity]) => signFolder(path) === identity) &&
    Object.entries(variables).every(([name, hash]) => hashVariable(host.env[name], salt) === hash)
  );
}

/** Of data that was made in the same way. */
function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
