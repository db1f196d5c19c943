/** Going on after a halt, as somebody decided. */
import type { Core } from "./core.ts";
import type { Halt } from "./safety.ts";
import type { HaltAnswer } from "./session-options.ts";

const usualMode = 0o755;

export async function answerHalt(core: Core, { side, kind }: Halt, answer: HaltAnswer): Promise<void> {
  const endpoint = core.endpoints[side];
  const ancestor = core.agreement.tree();
  if (kind === "missing") {
    const mode = ancestor?.kind === "folder" ? ancestor.mode : usualMode;
    await endpoint.side.makeFolder("", mode);
    await endpoint.readAll();
  }
  endpoint.acceptRoot();
  core.dirty[side].addAll();
  if (answer === "accept") {
    core.mayBeEmpty.add(side);
  } else {
    // without an ancestor nothing is taken for deleted
    core.agreement.agree([{ path: "", entry: undefined }]);
    core.isRestoring = true;
  }
  core.log(`${answer}: the ${side}'s folder was ${kind}`);
}
