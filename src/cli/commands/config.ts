import { defineCommand } from "../command.ts";
import { projectOf } from "../operate.ts";
import { printJson } from "../render.ts";
import { trustOption } from "../trust-option.ts";

export const command = defineCommand({
  positionals: {},
  options: {
    ...trustOption,
    schema: { type: "boolean", summary: "print the JSON schema of a config" },
  },
  async run(context, { schema, trust }) {
    const document = schema ? await readSchema() : (await projectOf(context, { trust })).config;
    return { data: document, text: `${printJson(document)}\n` };
  },
});

async function readSchema(): Promise<unknown> {
  const { configJsonSchema } = await import("../../config/schema.ts");
  return configJsonSchema();
}
