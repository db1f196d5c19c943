import { runDoctor } from "../../onboard/doctor/doctor.ts";
import { defineCommand } from "../command.ts";
import { printChecks } from "../doctor-table.ts";

export const command = defineCommand({
  positionals: {},
  options: {
    fix: { type: "boolean", summary: "install and start what is missing" },
  },
  async run({ host, loadEngine, options, stdio, style }, { fix }) {
    const connectEngine = await loadEngine();
    const report = (line: string) => {
      if (!options.quiet) stdio.stderr.write(`${line}\n`);
    };
    const result = await runDoctor({ host, connect: () => connectEngine(host), fix, report });
    const failed = result.checks.some(({ status }) => status === "failed");
    return { data: result, text: printChecks(result.checks, style.out), exitCode: failed ? 1 : 0 };
  },
});
