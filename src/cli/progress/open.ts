import { basename } from "node:path";
import type { CliContext } from "../command.ts";
import { isDrawable } from "../terminal-kind.ts";
import { liveProgress, type Progress } from "./live.ts";
import { plainReporter } from "./plain.ts";

/** Live on a terminal, lines elsewhere and with `--verbose`, nothing with `--quiet`. */
export function openProgress(context: CliContext, project: string, configFile: string): Progress {
  const { stdio, options, style, host } = context;
  if (options.quiet) return { report: () => {}, finish: async () => {} };
  if (!options.verbose && isDrawable(stdio.stderr, host.env)) {
    return liveProgress(stdio.stderr, { style: style.err, project, configFile: basename(configFile) });
  }
  return {
    report: plainReporter(options.verbose, (line) => stdio.stderr.write(`${line}\n`)),
    finish: async () => {},
  };
}
