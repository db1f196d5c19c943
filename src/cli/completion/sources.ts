import type { Project } from "../../env/project.ts";
import type { CliContext } from "../command.ts";
import { projectOf } from "../operate.ts";
import { taskList } from "../task-list.ts";
import { type Candidate, type Candidates, noCandidates, onlyFiles } from "./candidates.ts";
import { shellNames } from "./shells.ts";

/** What may stand where help has this word, for an option's value and a positional alike. */
export async function candidatesFor(value: string | undefined, context: CliContext): Promise<Candidates> {
  if (value === "FILE" || value === "DIR") return onlyFiles;
  if (value === "SHELL") return wordsOf(shellNames.map((word) => ({ word, summary: "shell" })));
  if (value === "TEMPLATE") {
    const { templates } = await import("../../onboard/init/templates.ts");
    return wordsOf(templates.map((word) => ({ word, summary: "template" })));
  }
  const source = projectSources[value ?? ""];
  return source === undefined ? noCandidates : wordsOf(source(await projectOf(context), context));
}

type ProjectSource = (project: Project, context: CliContext) => readonly Candidate[];

const projectSources: Readonly<Record<string, ProjectSource>> = {
  ENVIRONMENT: ({ spec }) => spec.environments.map(({ name }) => ({ word: name, summary: "environment" })),
  TASK: ({ spec }, { options }) => {
    const tasks = taskList(spec, options.env).environments.flatMap((environment) => environment.tasks);
    return [...new Map(tasks.map(({ name, command }) => [name, { word: name, summary: command }])).values()];
  },
};

function wordsOf(words: readonly Candidate[]): Candidates {
  return { words, files: false };
}
