import type { Project } from "../project.ts";
import { readWorkspace } from "../workspace.ts";
import { type FileHashes, hashFiles, type RecordHost, type RunRecord, writeRun } from "./run-record.ts";

/**
 * Write down that this user has run a config on purpose; `ran` tells what its files held then. Where that cannot be written, commands that need no
 * config know less, which is no reason to fail.
 */
export async function rememberRun(host: RecordHost, project: Project, ran: FileHashes): Promise<void> {
  try {
    await writeRun(host, await runOf(project, ran));
  } catch {
    return;
  }
}

async function runOf({ spec, files, envFiles }: Project, ran: FileHashes): Promise<RunRecord> {
  const { workspace } = await readWorkspace(spec.root);
  return {
    version: 1,
    root: spec.root,
    folder: workspace.folder,
    project: spec.project,
    files: { ...(await hashFiles(files.filter((path) => ran[path] === undefined))), ...ran },
    envFiles: await hashFiles(envFiles),
    protects: spec.environments.some(({ workspace }) => workspace.protectConfig),
    environments: Object.fromEntries(
      spec.environments.map(({ name, shell, tasks }) => [
        name,
        { shell, tasks: Object.fromEntries(Object.entries(tasks).map(([task, { command }]) => [task, command])) },
      ]),
    ),
  };
}
