import { type Against, verify } from "../../env/verify.ts";
import { type CliContext, defineCommand } from "../command.ts";
import { chosenNames, operate, projectOf } from "../operate.ts";
import { trustOption } from "../trust-option.ts";
import { printVerified, verifiedJson } from "../verify-report.ts";

export const command = defineCommand({
  positionals: {
    environments: { count: "many", value: "ENVIRONMENT", summary: "all environments by default" },
  },
  options: {
    ...trustOption,
    against: {
      type: "string",
      value: "IMAGE|ENGINE",
      summary: "compare with an image, or with a build on the engine at `unix://…`, `tcp://…` or `ssh://…`",
    },
  },
  async run(context, { environments, against, trust }) {
    const project = await projectOf(context, { trust });
    const options = { names: chosenNames(context, environments), against: await openAgainst(context, against) };
    const result = await operate(context, project, (operation) => verify(operation, options));
    const view = {
      limit: context.options.verbose ? undefined : 20,
      cwd: context.options.cwd,
      style: context.style.out,
    };
    return { exitCode: result.equal ? 0 : 1, data: verifiedJson(result), text: printVerified(result, view) };
  },
});

async function openAgainst({ host, loadEngine }: CliContext, against: string | undefined): Promise<Against> {
  if (against === undefined) return { kind: "lock" };
  if (!/^[a-z]+:\/\//.test(against)) return { kind: "image", reference: against };
  const connect = await loadEngine();
  return { kind: "engine", engine: connect({ ...host, env: { ...host.env, DOCKER_HOST: against } }) };
}
