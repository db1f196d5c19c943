import { posix } from "node:path";
import type { ContainerInfo, LayerChange } from "../../engine/containers.ts";
import { devenvError, type SecretFile } from "../../errors.ts";
import type { SecretSearch } from "../../host/secrets/search-content.ts";
import type { NamedValue } from "../../host/secrets/secret-patterns.ts";
import { environmentLabel, folderLabel, projectLabel, rootLabel, workspaceLabel } from "../../plan/labels.ts";
import { comparable, layerReads } from "../../plan/layer-reads.ts";
import { ownerOf } from "../../plan/owned.ts";
import { nameInPhase } from "../../plan/phase.ts";
import type { EnvironmentSpec } from "../../spec/spec.ts";
import type { OperationContext } from "../operation.ts";

export interface SecretCheck {
  /** The snapshot's. */
  readonly name: string;
  readonly message: string | undefined;
  readonly environment: EnvironmentSpec;
  readonly container: ContainerInfo;
  /** What the container was kept as. */
  readonly image: string;
  /** What of it was not in the container's image. */
  readonly changes: readonly LayerChange[];
  readonly values: readonly NamedValue[];
}

/** Throws SNAPSHOT_HOLDS_SECRET when a file of what was kept holds a secret, in its content or beside it. */
export async function refuseSecrets(context: OperationContext, check: SecretCheck): Promise<void> {
  const { openSecretSearch } = await import("../../host/secrets/search-content.ts");
  const search = openSecretSearch(check.values);
  const told = search.text(Buffer.from(`${check.message ?? ""} ${check.name}`));
  const files =
    told.length > 0 ? told.map((secret) => ({ path: "--message", secret })) : await findAll(context, check, search);
  if (files.length > 0) {
    throw devenvError("SNAPSHOT_HOLDS_SECRET", { name: check.name, environment: check.environment.name, files });
  }
}

async function findAll(context: OperationContext, check: SecretCheck, search: SecretSearch) {
  return search.isEmpty ? [] : findFiles(context, check, search);
}

/** Read in a container that never starts: it has the image's files and, unlike the real one, nothing mounted over them. */
async function findFiles(
  context: OperationContext,
  check: SecretCheck,
  search: SecretSearch,
): Promise<readonly SecretFile[]> {
  const { containers } = context.engine;
  const { searchTar, secretFiles } = await import("../../host/archive/search-tar.ts");
  const id = await createReader(context, check);
  try {
    const changed = new Set(check.changes.map(({ path }) => comparable(path)));
    const found = new Map<string, SecretFile>();
    for (const read of layerReads(check.changes)) {
      context.signal?.throwIfAborted();
      const tar = await containers.pack(id, read);
      if (tar === undefined) continue;
      const { findings, partial } = await searchTar(tar, search);
      const absolute = (path: string) => posix.join(posix.dirname(read), path).replace(/(?<=.)\/$/, "");
      for (const path of partial.map(absolute)) if (changed.has(comparable(path))) warnOfPart(context, check, path);
      for (const file of findings.flatMap((one) => secretFiles({ ...one, path: absolute(one.path) })))
        if (changed.has(comparable(file.path))) found.set(JSON.stringify(file), file);
    }
    return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  } finally {
    await containers.remove(id);
  }
}

function warnOfPart({ report }: OperationContext, { environment }: SecretCheck, path: string): void {
  const text = `\`${path}\` unpacks to so much that it was not searched to its end for secrets`;
  report({ kind: "warning", environment: environment.name, text });
}

/** Its labels let the next command remove what an interrupted one left; so does the next snapshot. */
async function createReader({ engine }: OperationContext, { container, image }: SecretCheck): Promise<string> {
  const name = `${nameInPhase(container.name, "done")}.check`;
  const own = [projectLabel, workspaceLabel, rootLabel, folderLabel, environmentLabel];
  const labels = Object.fromEntries(own.map((label) => [label, container.labels[label] ?? ""]));
  const { [workspaceLabel]: workspace = "" } = labels;
  const left = (await engine.containers.list({ [workspaceLabel]: workspace })).find(
    (one) => one.name === name && ownerOf(one) !== undefined,
  );
  if (left !== undefined) await engine.containers.remove(left.id);
  const { id } = await engine.containers.create({
    name,
    image,
    command: ["true"],
    workdir: "/",
    env: {},
    labels,
    mounts: [],
    ports: [],
  });
  return id;
}
