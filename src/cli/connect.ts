import type { Engine } from "../engine/engine.ts";
import type { CliContext } from "./command.ts";

/** The engine of this machine; nothing is asked of it yet. */
export async function connect({ host, loadEngine }: CliContext): Promise<Engine> {
  return (await loadEngine())(host);
}
