import { resolve } from "node:path";
import { build, printDockerfiles } from "../../env/build.ts";
import type { BuildResult } from "../../env/operation.ts";
import type { Spec } from "../../spec/spec.ts";
import { defineCommand } from "../command.ts";
import { frozenOptions, isFrozen } from "../frozen.ts";
import { chosenNames, operate, projectOf } from "../operate.ts";
import { printMegabytes } from "../progress/format.ts";
import { trustOption } from "../trust-option.ts";
import { usageError } from "../usage.ts";

export const command = defineCommand({
  positionals: {
    environments: { count: "many", value: "ENVIRONMENT", summary: "all environments by default" },
  },
  options: {
    ...frozenOptions,
    ...trustOption,
    print: { type: "boolean", summary: "print the Dockerfile and build nothing" },
    "no-cache": { type: "boolean", summary: "run every step again" },
    output: {
      type: "string",
      value: "FILE",
      summary: "write the image there, the same bytes whatever engine built it; `docker load` takes it",
    },
  },
  async run(context, args) {
    const { environments, print, "no-cache": noCache } = args;
    if (print && args.output !== undefined)
      throw usageError("`--print` builds nothing, so `--output` has no image to write");
    const frozen = isFrozen(context, args);
    const project = await projectOf(context, args);
    const names = chosenNames(context, environments);
    if (print) {
      const dockerfiles = await operate(context, project, (operation) => printDockerfiles(operation, { names }));
      return { data: { project: project.spec.project, environments: dockerfiles }, text: joinDockerfiles(dockerfiles) };
    }
    if (args.output !== undefined) requireOne(project.spec, names);
    const output = args.output === undefined ? undefined : resolve(context.options.cwd, args.output);
    const options = { names, noCache, frozen, output };
    const result = await operate(context, project, (operation) => build(operation, options));
    return { data: result, ...printArchive(result), summary: printResult(result) };
  },
});

/** Before anything is built. */
function requireOne({ environments }: Spec, names: readonly string[]): void {
  const chosen = names.length === 0 ? environments.map(({ name }) => name) : [...new Set(names)];
  const [first, second] = chosen;
  if (second === undefined) return;
  throw usageError(
    `\`--output\` takes the image of one environment, and ${chosen.length} are chosen`,
    `name one: \`devenv build ${first} --output FILE\``,
  );
}

/** The file as it was written, its size and the image's digest. */
function printArchive({ environments }: BuildResult): { readonly text?: string } {
  const lines = environments.flatMap(({ archive }) =>
    archive === undefined ? [] : [`${archive.file}  ${printMegabytes(archive.size)}  ${archive.digest}\n`],
  );
  return lines.length === 0 ? {} : { text: lines.join("") };
}

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
