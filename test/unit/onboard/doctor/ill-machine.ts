import type { Engine, EngineInfo } from "../../../../src/engine/engine.ts";
import { devenvError } from "../../../../src/errors.ts";
import type { Host, ProgramOutput } from "../../../../src/host/host.ts";
import type { DoctorContext } from "../../../../src/onboard/doctor/check.ts";
import { type TemporaryFolder, type Tree, temporaryFolder } from "../../../support/temporary-folder.ts";
import { testHost } from "../../../support/test-host.ts";

export const healthyEngine: EngineInfo = {
  product: "docker",
  version: "26.1.5",
  platform: "linux/amd64",
  store: "overlay2",
  rootless: false,
  buildkit: true,
  runNetwork: true,
  cpus: 2,
  memory: 8e9,
  dataRoot: "/var/lib/docker",
};

/** What a made-up machine is like; its commands change it. */
export interface Machine {
  engine: "running" | "stopped" | "forbidden";
  /** Programs on PATH. */
  readonly programs: Set<string>;
  readonly folder: TemporaryFolder;
}

export interface MachineOptions {
  readonly engine?: Machine["engine"];
  readonly programs?: readonly string[];
  readonly files?: Tree;
  readonly host?: Partial<Omit<Host, "processes">>;
  readonly fix?: boolean;
  readonly address?: string;
  readonly info?: Partial<EngineInfo>;
  /** What running a command does to the machine; an exit code other than 0 makes it fail. */
  onCommand?(command: string, machine: Machine): number | undefined;
}

/** A machine to be examined, the commands that were run on it, and the lines that were reported. */
export function illMachine(options: MachineOptions) {
  const { fix = true, address = "unix:///var/run/docker.sock" } = options;
  const folder = temporaryFolder(options.files);
  const machine: Machine = { engine: options.engine ?? "stopped", programs: new Set(options.programs), folder };
  const commands: string[] = [];
  const lines: string[] = [];
  const act = (command: string): number => {
    commands.push(command);
    return options.onCommand?.(command, machine) ?? 0;
  };
  const processes: Host["processes"] = {
    run: async (program, args, { allowFailure = false } = {}): Promise<ProgramOutput> => {
      const exitCode = act([program, ...args].join(" "));
      if (exitCode !== 0 && !allowFailure) {
        throw devenvError("PROGRAM_FAILED", { program, exitCode, output: "E: no" });
      }
      return { exitCode, stdout: "", stderr: "" };
    },
    find: async (program) => (machine.programs.has(program) ? `/usr/bin/${program}` : undefined),
    startDetached: async (program, args) => {
      act([program, ...args].join(" "));
      return 4711;
    },
  };
  const context: DoctorContext = {
    host: { ...testHost({ platform: "linux", env: {}, uid: 0, userName: "ada", ...options.host }), processes },
    connect: () => fakeEngine(machine, address, { ...healthyEngine, ...options.info }),
    fix,
    report: (line) => lines.push(line),
    sleep: async () => undefined,
    root: folder.path,
  };
  return { context, commands, lines, folder, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

function fakeEngine(machine: Machine, address: string, info: EngineInfo): Engine {
  const ask = async () => {
    if (machine.engine === "running") return info;
    throw machine.engine === "forbidden"
      ? devenvError("ENGINE_FORBIDDEN", { address, user: "ada" })
      : devenvError("ENGINE_UNREACHABLE", { address, reason: "the socket does not exist" });
  };
  return { address, info: ask } as Partial<Engine> as Engine;
}
