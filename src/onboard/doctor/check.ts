/** What one check takes and gives back. */
import type { Engine } from "../../engine/engine.ts";
import type { Host } from "../../host/host.ts";

export interface DoctorContext {
  readonly host: Host;
  /** Only names the engine; asking it something is what may fail. */
  connect(): Engine | Promise<Engine>;
  /** Mend what can be mended. */
  readonly fix: boolean;
  /** One line about what is being mended. */
  report(line: string): void;
  /** Waits so long; real time by default. */
  readonly sleep?: ((milliseconds: number) => Promise<unknown>) | undefined;
  /** Stands before the fixed paths of the machine's state; `/` by default. */
  readonly root?: string | undefined;
}

export interface CheckResult {
  readonly name: string;
  /** `fixed`: it was not in order, and now is. `warning`: devenv works, but not all of it. */
  readonly status: "ok" | "warning" | "failed" | "fixed";
  readonly found: string;
  /** What to do; commands stand on lines of their own. */
  readonly advice?: string | undefined;
}

/** Undefined when there is nothing to say: the thing does not exist here, or another check tells of it. */
export type Check = (context: DoctorContext) => Promise<CheckResult | undefined>;
