import { planTask } from "../../env/task.ts";
import { shellQuote } from "../../plan/quote.ts";
import type { Spec, TaskSpec } from "../../spec/spec.ts";
import { type CliContext, defineCommand } from "../command.ts";
import { connect } from "../connect.ts";
import { frozenInsideOptions } from "../frozen.ts";
import { runInside } from "../inside.ts";
import { exitCodeOf } from "../interrupts.ts";
import { projectOf } from "../operate.ts";
import { requireLockedContainer } from "../require-locked.ts";
import { printTasks, taskList } from "../task-list.ts";
import { trustOption } from "../trust-option.ts";

export const command = defineCommand({
  positionals: {
    name: { count: "optional", value: "TASK", summary: "without a name, lists the tasks" },
  },
  options: { ...frozenInsideOptions, ...trustOption },
  rest: "[-- ARGUMENTS…]",
  async run(context, args) {
    const { name, rest = [] } = args;
    const { spec } = await projectOf(context, args);
    if (name === undefined) {
      const tasks = taskList(spec, context.options.env);
      return { data: tasks, text: printTasks(tasks, context.style.out) };
    }
    const { environment, steps } = planTask(spec, context.options.env, name);
    await requireLockedContainer(context, args, environment);
    return { exitCode: await runSteps(context, { spec, environment, steps: withArguments(steps, rest) }) };
  },
});

interface Run {
  readonly spec: Spec;
  readonly environment: string;
  readonly steps: readonly Step[];
}
interface Step {
  readonly name: string;
  readonly task: TaskSpec;
}

/** The last step is the task that was named; what it depends on takes no arguments. */
function withArguments(steps: readonly Step[], args: readonly string[]): readonly Step[] {
  if (args.length === 0) return steps;
  return steps.map(({ name, task }, index) =>
    index < steps.length - 1
      ? { name, task }
      : { name, task: { ...task, command: `${task.command} ${args.map(shellQuote).join(" ")}` } },
  );
}

async function runSteps(context: CliContext, { spec, environment, steps }: Run): Promise<number> {
  const engine = await connect(context);
  for (const { name, task } of steps) {
    if (steps.length > 1 && !context.options.quiet)
      context.stdio.stderr.write(`${context.style.err.dim("→")} ${name}\n`);
    const exitCode = await runInside(context, engine, {
      root: spec.root,
      environment,
      command: ["/bin/sh", "-c", task.command],
      env: task.env,
      workdir: task.cwd ?? ".",
    });
    if (exitCode !== 0) return exitCode;
    // a step that took the signal and ended well is no reason to begin the next one
    const signal = context.interrupts.taken();
    if (signal !== undefined && signal !== "SIGPIPE" && name !== steps.at(-1)?.name) return exitCodeOf(signal);
  }
  return 0;
}
