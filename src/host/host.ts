/** The machine that devenv runs on, as interfaces: real ones in `node.ts`, made-up ones in tests. */

export interface Host {
  readonly platform: NodeJS.Platform;
  /** `amd64`, `arm64`. */
  readonly arch: string;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Where devenv keeps downloads and other things it can make again: `$XDG_CACHE_HOME/devenv`. */
  readonly cacheDir: string;
  /** Undefined on Windows. */
  readonly uid: number | undefined;
  /** Undefined on Windows. */
  readonly gid: number | undefined;
  readonly userName: string;
  readonly processes: Processes;
}

export interface Processes {
  /** Run a program to its end; throws PROGRAM_MISSING when there is no such program, PROGRAM_FAILED on a non-zero exit. */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<ProgramOutput>;
  /** Absolute path of a program on PATH, or undefined. */
  find(program: string): Promise<string | undefined>;
  /** Start a program that outlives devenv; returns its pid. */
  startDetached(program: string, args: readonly string[], options: DetachedOptions): Promise<number>;
}

export interface DetachedOptions {
  /** Its output is added to this file. */
  readonly logFile: string;
  /** Beside the environment of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

export interface RunOptions {
  readonly cwd?: string | undefined;
  /** Beside the environment of this process; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly input?: string | undefined;
  /** Also write the program's output to stderr while it runs. */
  readonly showOutput?: boolean | undefined;
  /** Called with each line of output, of stdout and stderr alike, while the program runs. */
  readonly onLine?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Do not throw on a non-zero exit. */
  readonly allowFailure?: boolean | undefined;
}

export interface ProgramOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}
