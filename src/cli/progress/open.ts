import { basename } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { BuildEvent } from "../../engine/engine.ts";
import type { ProgressEvent } from "../../env/operation.ts";
import type { CliContext } from "../command.ts";
import { isDrawable } from "../terminal-kind.ts";
import { visible, visibleLines } from "../visible.ts";
import { liveProgress, type Progress } from "./live.ts";
import { plainReporter } from "./plain.ts";

/** Live on a terminal, lines elsewhere and with `--verbose`, nothing with `--quiet`. */
export function openProgress(context: CliContext, project: string, configFile: string): Progress {
  const { stdio, options, style, host } = context;
  if (options.quiet) return { report: () => {}, finish: async () => {} };
  if (!options.verbose && isDrawable(stdio.stderr, host.env)) {
    const file = visible(basename(configFile));
    const { report, finish } = liveProgress(stdio.stderr, { style: style.err, project, configFile: file });
    return { report: (event) => report(visibleEvent(event)), finish };
  }
  const report = plainReporter(options.verbose, (line) => stdio.stderr.write(`${line}\n`));
  return { report: (event) => report(visibleEvent(event)), finish: async () => {} };
}

/** What commands print may be coloured, which is no use here; all else that a terminal would obey is shown. */
function visibleEvent(event: ProgressEvent): ProgressEvent {
  switch (event.kind) {
    case "step-started":
    case "step-finished":
    case "warning":
      return { ...event, text: visibleLines(event.text) };
    case "output":
      return { ...event, line: printed(event.line), source: event.source && visible(event.source) };
    case "build":
      return { ...event, event: visibleBuild(event.event) };
    default:
      return event;
  }
}

function visibleBuild(event: BuildEvent): BuildEvent {
  switch (event.kind) {
    case "step-started":
    case "step-finished":
      return { ...event, name: visibleLines(event.name) };
    case "log":
      return {
        ...event,
        text: event.text
          .split(/([\r\n]+)/)
          .map((part, index) => (index % 2 === 1 ? part : printed(part)))
          .join(""),
      };
    case "warning":
      return { ...event, text: visibleLines(event.text) };
    default:
      return event;
  }
}

function printed(text: string): string {
  return visibleLines(stripVTControlCharacters(text).replace(/\r$/, ""));
}
