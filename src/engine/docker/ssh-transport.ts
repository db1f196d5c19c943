import { spawn } from "node:child_process";
import { Agent } from "node:http";
import { Duplex } from "node:stream";

/**
 * Connections to an engine on another machine through the `ssh` program, as Docker's own client makes
 * them: the user's ssh configuration, keys and known hosts count, and an unknown host is refused.
 */
export function createSshAgent(url: URL, env: NodeJS.ProcessEnv): Agent {
  const agent = new Agent({ keepAlive: true });
  agent.createConnection = () => dialThroughSsh(sshArguments(url), env);
  return agent;
}

export function sshArguments({ username, hostname, port, pathname }: URL): string[] {
  const socket = ["", "/"].includes(pathname) ? [] : ["--host", `unix://${pathname}`];
  return [
    ...["-o", "ConnectTimeout=30", "-T"],
    ...(username === "" ? [] : ["-l", decodeURIComponent(username)]),
    ...(port === "" ? [] : ["-p", port]),
    ...["--", hostname, "docker", ...socket, "system", "dial-stdio"],
  ];
}

function dialThroughSsh(args: readonly string[], env: NodeJS.ProcessEnv): Duplex {
  const child = spawn("ssh", args, { env });
  const { stdin, stdout, stderr } = child;
  const socket = new Duplex({
    read: () => void stdout.resume(),
    write: (chunk, _encoding, done) => void stdin.write(chunk, () => done()),
    final: (done) => void stdin.end(() => done()),
    destroy: (error, done) => {
      child.kill();
      done(error);
    },
  });
  let complaint = "";
  stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  stdout.on("data", (chunk) => {
    if (!socket.push(chunk)) stdout.pause();
  });
  // why a write failed is told by how the program ends
  stdin.on("error", () => undefined);
  child.on("error", (error) => socket.destroy(connectError(error.message)));
  child.on("close", (code) => {
    if (code === 0) socket.push(null);
    else socket.destroy(connectError(complaint.trim() || `ssh ended with exit code ${code}`));
  });
  return asSocket(socket, (keep) => {
    for (const part of [child, stdin, stdout, stderr] as Referable[]) keep ? part.ref?.() : part.unref?.();
  });
}

interface Referable {
  ref?(): void;
  unref?(): void;
}

function connectError(reason: string): Error {
  return Object.assign(new Error(reason), { syscall: "connect" });
}

/** What `http.Agent` calls on a socket that it keeps for the next request. */
function asSocket(stream: Duplex, keepProcess: (keep: boolean) => void): Duplex {
  return Object.assign(stream, {
    setKeepAlive: () => stream,
    setNoDelay: () => stream,
    setTimeout: () => stream,
    ref: () => keepProcess(true),
    unref: () => keepProcess(false),
  });
}
