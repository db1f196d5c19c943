import { ci } from "../../ci/run.ts";
import { hidingSecrets } from "../../env/hidden.ts";
import type { OperationContext, ProgressEvent } from "../../env/operation.ts";
import { type CliContext, defineCommand } from "../command.ts";
import { connect } from "../connect.ts";
import { frozenOptions, isFrozen } from "../frozen.ts";
import { projectOf } from "../operate.ts";
import { printDuration } from "../progress/format.ts";
import { plainReporter } from "../progress/plain.ts";
import { trustOption } from "../trust-option.ts";

export const command = defineCommand({
  positionals: {
    task: { count: "optional", value: "TASK", summary: "`ci` by default, else `test`" },
  },
  options: { ...frozenOptions, ...trustOption },
  async run(context, args) {
    const { task } = args;
    const { spec, locate } = await projectOf(context, args);
    const engine = await connect(context);
    const { host, interrupts, options, stdio } = context;
    const report = logReporter(context);
    const operation: OperationContext = { host, engine, spec, locate, report, signal: interrupts.signal };
    const stdout = options.json ? stdio.stderr : stdio.stdout;
    const frozen = isFrozen(context, args, true);
    const result = await hidingSecrets(operation, (hiding) =>
      ci(hiding, { environment: options.env, task, frozen, stdout, stderr: stdio.stderr }),
    );
    const { exitCode, durationMs } = result;
    const time = printDuration(Math.max(durationMs, 50));
    return { exitCode, data: result, summary: `ci: task ${result.task} ended with exit code ${exitCode} in ${time}\n` };
  },
});

/** Lines that only ever append, on a terminal too: a log looks the same wherever it is written. */
function logReporter({ options, stdio }: CliContext): (event: ProgressEvent) => void {
  if (options.quiet) return () => {};
  const write = (line: string) => void stdio.stderr.write(`${line}\n`);
  const report = plainReporter(options.verbose, write);
  return (event) => {
    // its output stands between this line and the one that tells its end
    if (event.kind === "step-started" && event.step === "task") {
      write(`${event.environment}  ${event.step.padEnd(9)}  running ${event.text}`);
    }
    report(event);
  };
}
