/** A command inside ends with the devenv that runs it, and gets its signals. */
import { createInterface } from "node:readline";
import type { Engine } from "../../engine/engine.ts";
import { endScript, guardScript } from "./guard-script.ts";

/** Watches over one command from a second exec, by a shell that learns of devenv's end by the end of its input. */
export interface Guard {
  /** Send a signal to the command with all of its group; false where nothing inside can do so. */
  signal(name: NodeJS.Signals): Promise<boolean>;
  /** SIGKILL to all that the command started. */
  kill(): Promise<boolean>;
  /** End the command with all of its group: SIGTERM, and SIGKILL for what is left after two seconds. */
  end(): Promise<void>;
  /** The command has ended by itself. After a signal, what it left of its session is waited for, and ended after a while. */
  release(): Promise<void>;
}

export interface GuardedExec {
  readonly container: string;
  /** Value of `execVariable` in all processes of the command. */
  readonly mark: string;
  /** Whom it runs as, where that is not the container's user. */
  readonly user?: string | undefined;
}

/** Most commands are over by then, and need no guard. */
const idleMs = 1000;

/** Guard a command that runs. Until it has run for a while it is guarded only once there is something to do. */
export function guardExec(engine: Engine, exec: GuardedExec): Guard {
  let opened: Promise<Shell | undefined> | undefined;
  let wasSignalled = false;
  const open = () => {
    opened ??= openShell(engine, exec).catch(() => undefined);
    return opened;
  };
  const timer = setTimeout(open, idleMs);
  const tell = async (word: string) => {
    wasSignalled ||= word !== "PIPE";
    return (await (await open())?.tell(word)) ?? false;
  };
  return {
    signal: (name) => tell(name.replace(/^SIG/, "")),
    kill: () => tell("ALL"),
    async end() {
      clearTimeout(timer);
      await (await open())?.close();
    },
    async release() {
      clearTimeout(timer);
      const shell = await opened;
      if (wasSignalled) await shell?.tell("REST");
      void shell?.tell("END");
      await shell?.close();
    },
  };
}

/** End all processes of the execs whose mark matches a pattern. */
export async function endExecs(engine: Engine, container: string, pattern: string): Promise<void> {
  const running = await engine.containers.exec(container, { command: ["/bin/sh", "-c", endScript, "sh", pattern] });
  running.stdout.resume();
  running.stderr.resume();
  await running.exitCode();
}

interface Shell {
  /** Whether the shell has done what it was told. */
  tell(word: string): Promise<boolean>;
  /** Close its input, and wait for its end. */
  close(): Promise<void>;
}

async function openShell(engine: Engine, { container, mark, user }: GuardedExec): Promise<Shell> {
  const command = ["/bin/sh", "-c", guardScript, "sh", mark];
  const { stdin, stdout, stderr } = await engine.containers.exec(container, { command, user, workdir: "/" });
  stderr.resume();
  const waiting: ((isDone: boolean) => void)[] = [];
  const ended = Promise.withResolvers<void>();
  let isOver = false;
  const finish = () => {
    isOver = true;
    for (const resolve of waiting.splice(0)) resolve(false);
    ended.resolve();
  };
  stdout.on("error", finish);
  stdin.on("error", finish);
  createInterface({ input: stdout })
    .on("line", () => waiting.shift()?.(true))
    .on("error", finish)
    .on("close", finish);
  return {
    tell(word) {
      if (isOver) return Promise.resolve(false);
      stdin.write(`${word}\n`);
      return new Promise((resolve) => void waiting.push(resolve));
    },
    async close() {
      stdin.end();
      await ended.promise;
    },
  };
}
