import { resolve } from "node:path";
import { makeSbom } from "../../env/sbom/sbom.ts";
import { devenvError } from "../../errors.ts";
import { writeFileAtomic } from "../../host/atomic-write.ts";
import { reasonOf } from "../../host/reason.ts";
import type { Spec } from "../../spec/spec.ts";
import { defineCommand } from "../command.ts";
import { operate, projectOf } from "../operate.ts";
import { printJson } from "../render.ts";
import { trustOption } from "../trust-option.ts";
import { usageError } from "../usage.ts";

export const command = defineCommand({
  positionals: {
    environment: { count: "optional", value: "ENVIRONMENT", summary: "may be left out when the config has only one" },
  },
  options: {
    ...trustOption,
    output: { type: "string", value: "FILE", summary: "write it there instead of stdout" },
  },
  async run(context, { environment, output, trust }) {
    const { cwd, env } = context.options;
    const project = await projectOf(context, { trust });
    const name = environment ?? env ?? onlyEnvironment(project.spec);
    const document = await operate(context, project, (operation) => makeSbom(operation, name));
    const text = `${printJson(document)}\n`;
    if (output === undefined) return { data: document, text };
    await write(resolve(cwd, output), text);
    return { data: document, summary: `wrote ${output}\n` };
  },
});

function onlyEnvironment({ environments }: Spec): string {
  const [first, second] = environments.map(({ name }) => name);
  if (first !== undefined && second === undefined) return first;
  throw usageError(
    "`devenv sbom` describes one image, and the config has several",
    `name one: \`devenv sbom ${first}\``,
  );
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(file, text);
  } catch (error) {
    throw devenvError("SBOM_UNWRITABLE", { file, reason: reasonOf(error) }, error);
  }
}
