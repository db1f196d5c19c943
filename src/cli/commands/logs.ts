import type { Readable } from "node:stream";
import { openLogs } from "../../env/logs.ts";
import { eachLine } from "../../host/each-line.ts";
import { type CliContext, defineCommand } from "../command.ts";
import { knownProjectOf } from "../known.ts";
import { chosenNames, operate } from "../operate.ts";
import type { OutputStream } from "../stdio.ts";
import type { Style } from "../style.ts";
import { usageError } from "../usage.ts";

export const command = defineCommand({
  positionals: {
    environments: { count: "many", value: "ENVIRONMENT", summary: "all environments by default" },
  },
  options: {
    follow: { type: "boolean", alias: "f", summary: "stay, and print what comes until Ctrl-C" },
    tail: { type: "number", value: "N", summary: "only the last N lines of each container" },
  },
  async run(context, { environments, follow, tail }) {
    const { json } = context.options;
    if (json && follow) throw usageError("`--follow` never ends, so it has no `--json` document", "drop one of them");
    const project = await knownProjectOf(context);
    const names = chosenNames(context, environments);
    const logs = await operate(context, project, (operation) => openLogs(operation, { names, follow, tail }));
    if (json) return { data: { project: project.spec.project, logs: (await Promise.all(logs.map(collect))).flat() } };
    await Promise.all(logs.map((log, index) => print(context, log, logs.length > 1 ? index : undefined)));
    return {};
  },
});

interface Log {
  readonly name: string;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

async function collect({ name, stdout, stderr }: Log) {
  const lines: { readonly name: string; readonly stream: "stdout" | "stderr"; readonly line: string }[] = [];
  await Promise.all([
    eachLine(stdout, (line) => lines.push({ name, stream: "stdout", line })),
    eachLine(stderr, (line) => lines.push({ name, stream: "stderr", line })),
  ]);
  return lines;
}

/** `index` gives the container its colour; without one there is only this container, and no prefix. */
async function print({ stdio, style, interrupts }: CliContext, log: Log, index: number | undefined): Promise<void> {
  const copy = (from: Readable, to: OutputStream, colours: Style) => {
    const prefix = index === undefined ? "" : `${colourAt(colours, index)(log.name)} ${colours.dim("|")} `;
    return eachLine(from, (line) => to.write(`${prefix}${line}\n`));
  };
  try {
    await Promise.all([copy(log.stdout, stdio.stdout, style.out), copy(log.stderr, stdio.stderr, style.err)]);
  } catch (error) {
    // Ctrl-C is how following ends.
    if (!interrupts.signal.aborted) throw error;
  }
}

function colourAt(style: Style, index: number): (text: string) => string {
  const colours = [style.cyan, style.magenta, style.yellow, style.blue, style.green];
  return colours[index % colours.length] ?? style.cyan;
}
