import type { KnownProject } from "../../env/record/known-project.ts";
import type { CliContext } from "../command.ts";
import { connect } from "../connect.ts";
import { knownProjectOf } from "../known.ts";
import { type Candidate, type Candidates, noCandidates, onlyFiles } from "./candidates.ts";
import { shellNames } from "./shells.ts";

/** What may stand where help has this word, for an option's value and a positional alike. Never runs the config. */
export async function candidatesFor(value: string | undefined, context: CliContext): Promise<Candidates> {
  if (value === "FILE" || value === "DIR") return onlyFiles;
  if (value === "SHELL") return wordsOf(shellNames.map((word) => ({ word, summary: "shell" })));
  if (value === "TEMPLATE") {
    const { templates } = await import("../../onboard/init/templates.ts");
    return wordsOf(templates.map((word) => ({ word, summary: "template" })));
  }
  if (value === "NAME|ACTION") return wordsOf(snapshotActions);
  const source = projectSources[value ?? ""];
  return source === undefined ? noCandidates : wordsOf(await source(await knownProjectOf(context), context));
}

const snapshotActions: readonly Candidate[] = [
  { word: "list", summary: "all snapshots, newest first" },
  { word: "show", summary: "what a snapshot was taken of" },
  { word: "restore", summary: "make the environment anew from a snapshot" },
  { word: "rm", summary: "remove snapshots" },
];

type ProjectSource = (
  project: KnownProject,
  context: CliContext,
) => readonly Candidate[] | Promise<readonly Candidate[]>;

const projectSources: Readonly<Record<string, ProjectSource>> = {
  ENVIRONMENT: ({ spec }) => spec.environments.map(({ name }) => ({ word: name, summary: "environment" })),
  TASK: ({ run }, { options }) => {
    const chosen = Object.entries(run?.environments ?? {}).filter(([name]) => (options.env ?? name) === name);
    const tasks = chosen.flatMap(([, environment]) => Object.entries(environment.tasks));
    return [...new Map(tasks.map(([word, summary]) => [word, { word, summary }])).values()];
  },
  SNAPSHOT: async ({ spec }, context) => {
    const { findSnapshots } = await import("../../env/snapshot/find.ts");
    const snapshots = await findSnapshots({ ...context, engine: await connect(context), spec }, context.options.env);
    return snapshots.map(({ name, message, environment }) => ({ word: name, summary: message ?? environment }));
  },
};

function wordsOf(words: readonly Candidate[]): Candidates {
  return { words, files: false };
}
