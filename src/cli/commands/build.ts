import { build, printDockerfiles } from "../../env/build.ts";
import type { BuildResult } from "../../env/operation.ts";
import { defineCommand } from "../command.ts";
import { frozenOptions, isFrozen } from "../frozen.ts";
import { chosenNames, operate, projectOf } from "../operate.ts";

export const command = defineCommand({
  positionals: {
    environments: { count: "many", value: "ENVIRONMENT", summary: "all environments by default" },
  },
  options: {
    ...frozenOptions,
    print: { type: "boolean", summary: "print the Dockerfile and build nothing" },
    "no-cache": { type: "boolean", summary: "run every step again" },
  },
  async run(context, args) {
    const { environments, print, "no-cache": noCache } = args;
    const frozen = isFrozen(context, args);
    const project = await projectOf(context);
    const names = chosenNames(context, environments);
    if (print) {
      const dockerfiles = await operate(context, project, (operation) => printDockerfiles(operation, { names }));
      return { data: { project: project.spec.project, environments: dockerfiles }, text: joinDockerfiles(dockerfiles) };
    }
    const result = await operate(context, project, (operation) => build(operation, { names, noCache, frozen }));
    return { data: result, summary: printResult(result) };
  },
});

/** One Dockerfile as it is; several, each below its environment's name. */
function joinDockerfiles(dockerfiles: readonly { readonly name: string; readonly dockerfile: string }[]): string {
  const [only, ...others] = dockerfiles.map(({ dockerfile }) => dockerfile.replace(/\n*$/, "\n"));
  if (others.length === 0) return only ?? "";
  return dockerfiles
    .map(({ name, dockerfile }) => `# environment ${name}\n${dockerfile.replace(/\n*$/, "\n")}`)
    .join("\n");
}

function printResult({ project, environments }: BuildResult): string {
  return environments
    .map(
      ({ name, image, action }) =>
        `${project} · ${name} ${action === "built" ? "built" : "is up to date"}   ${image}\n`,
    )
    .join("");
}
