import { rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { devenvError } from "../../src/errors.ts";
import type { Host, ProgramOutput } from "../../src/host/host.ts";

export interface TestHostOptions extends Partial<Omit<Host, "processes">> {
  /** What programs print, by name; all others are not installed. */
  readonly programs?: Readonly<Record<string, (args: readonly string[], input: string | undefined) => ProgramOutput>>;
}

/** Some things are written there. */
const home = join(tmpdir(), `devenv-test-home-${process.pid}`);
process.on("exit", () => rmSync(home, { recursive: true, force: true }));

/** A host without the settings of whoever runs the tests, save for the way to the engine. */
export function testHost({ programs = {}, ...overrides }: TestHostOptions = {}): Host {
  const { DOCKER_HOST, PATH } = process.env;
  return {
    platform: process.platform,
    arch: process.arch === "x64" ? "amd64" : process.arch,
    env: { DOCKER_HOST, PATH },
    home,
    cacheDir: join(tmpdir(), "devenv-test-no-cache"),
    uid: process.getuid?.(),
    gid: process.getgid?.(),
    userName: userInfo().username,
    processes: {
      run: async (program, args, options) => {
        const run = programs[program];
        if (run === undefined) throw devenvError("PROGRAM_MISSING", { program });
        return run(args, options?.input);
      },
      find: async (program) => (program in programs ? `/usr/bin/${program}` : undefined),
      startDetached: async (program) => {
        throw devenvError("PROGRAM_MISSING", { program });
      },
    },
    ...overrides,
  };
}
