/** The front door of a bare `devenv up`. */
import type { Engine } from "../engine/engine.ts";
import { answerQuickly } from "../env/quick-up/answer.ts";
import type { Host } from "../host/host.ts";
import { nodeHost } from "../host/node.ts";
import type { Program } from "./command.ts";
import type { OutputStream } from "./stdio.ts";
import { hasColours } from "./terminal-kind.ts";

export interface QuickUp {
  readonly stderr: OutputStream;
  readonly cwd: string;
  readonly program: Program;
  loadEngine(): Promise<(host: Host) => Engine>;
}

/** Say what an `up` with nothing to do says, and give true; false, and nothing said, when it is not sure. */
export async function answerUp({ stderr, cwd, program, loadEngine }: QuickUp): Promise<boolean> {
  const host = nodeHost();
  const caller = { host, cwd, program: program.path, node: program.node };
  const summary = await answerQuickly(caller, async () => (await loadEngine())(host));
  if (summary === undefined) return false;
  stderr.write(hasColours(stderr, host.env) ? summary.coloured : summary.plain);
  return true;
}
