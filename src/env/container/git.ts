import type { Engine } from "../../engine/engine.ts";
import { reasonOf } from "../../host/reason.ts";
import type { EnvironmentPlan, GitPlan, StartPlan } from "../../plan/plan.ts";
import type { KnownContext, OperationContext } from "../operation.ts";
import { runStep } from "../step.ts";

interface GitContainer {
  readonly environment: StartPlan;
  /** Of its container, which runs. */
  readonly id: string;
}

/** Say of a container that was made just now where git finds its folder, or why it does not work; `isCopy`: it has all that it needs by itself. */
export async function tellGit(
  context: OperationContext,
  { name, container: { git } }: EnvironmentPlan,
  { isCopy = false } = {},
): Promise<void> {
  if (git === undefined) return;
  for (const text of [git.problem, isCopy ? undefined : git.unmounted]) {
    if (text !== undefined) context.report({ kind: "warning", environment: name, text });
  }
  const text = git.left ?? (isCopy ? undefined : git.said);
  if (text === undefined) return;
  await runStep(context, { environment: name, step: "git", text: "looking" }, async () => ({ text, value: undefined }));
}

/**
 * `git worktree prune` forgets every work tree whose `.git` it does not see, whatever the settings, and `git gc` does
 * so after a while: each gets an empty file in its place inside. Those that were added since get theirs, too.
 */
export async function keepWorktrees(
  { engine, report }: KnownContext,
  { environment, id }: GitContainer,
): Promise<void> {
  const { git } = environment.container;
  if (git === undefined || git.marks.length + git.links.length === 0) return;
  const failed = await makeMarks(engine, id, git).catch(reasonOf);
  if (failed === undefined) return;
  const text = `git inside does not see the other work trees of the repository (${failed}): \`git worktree prune\` in the container would remove them from it`;
  report({ kind: "warning", environment: environment.name, text });
}

/** Pairs of a path and what it links to, or nothing for an empty file; what is there already stays. */
const script = `
while [ $# -gt 1 ]; do
  if ! [ -e "$1" ] && ! [ -L "$1" ]; then
    mkdir -p "\${1%/*}/" || exit
    if [ -n "$2" ]; then ln -s "$2" "$1" || exit; else : >"$1" || exit; fi
  fi
  shift 2
done`;

/** Undefined when all is well. */
async function makeMarks({ containers }: Engine, id: string, { marks, links }: GitPlan): Promise<string | undefined> {
  const pairs = [...marks.map((path) => [path, ""]), ...links.map(({ path, to }) => [path, to])];
  const { stdin, stdout, stderr, exitCode } = await containers.exec(id, {
    command: ["/bin/sh", "-c", script, "sh", ...pairs.flat()],
    user: "0",
    workdir: "/",
  });
  stdin.end();
  stdout.resume();
  stderr.resume();
  const code = await exitCode();
  return code === 0 ? undefined : `\`/bin/sh\` ended with exit code ${code}`;
}
