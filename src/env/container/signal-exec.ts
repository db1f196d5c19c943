import type { Engine } from "../../engine/engine.ts";

/** Marks the processes of one exec, so that they can be found again: the engine has no call to signal them. */
export const execVariable = "DEVENV_EXEC";

/** Signal the command of an exec alone: the process whose parent is not one of it. */
export function signalExec(
  engine: Engine,
  container: string,
  { id, name }: { readonly id: string; readonly name: NodeJS.Signals },
): Promise<void> {
  const script = `
    for pid in $(ours '${id}'); do
      parent=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$pid/status")
      is_ours "$parent" '${id}' || kill -s ${name.replace(/^SIG/, "")} "$pid"
    done`;
  return runScript(engine, container, script);
}

/** End all processes of the execs whose mark matches a pattern: SIGTERM, and SIGKILL for what is left after two seconds. */
export function endExec(engine: Engine, container: string, pattern: string): Promise<void> {
  // stopped first, lest a shell whose child has ended goes on with its next command
  const script = `
    signal() { pids=$(ours '${pattern}'); for name; do kill -s "$name" $pids; done; }
    signal STOP TERM CONT
    for look in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
      [ -n "$(ours '${pattern}')" ] || exit 0
      sleep 0.1
    done
    signal KILL`;
  return runScript(engine, container, script);
}

const functions = `
    is_ours() { tr '\\0' '\\n' <"/proc/$1/environ" 2>/dev/null | grep -qx "${execVariable}=$2"; }
    ours() { for dir in /proc/[0-9]*; do is_ours "\${dir#/proc/}" "$1" && echo "\${dir#/proc/}"; done; }`;

async function runScript(engine: Engine, container: string, script: string): Promise<void> {
  const { stdout, stderr, exitCode } = await engine.containers.exec(container, {
    command: ["/bin/sh", "-c", functions + script],
  });
  stdout.resume();
  stderr.resume();
  await exitCode();
}
