import type { Host, Processes } from "../../host/host.ts";

export interface WatchedHost {
  readonly host: Host;
  /** Names of the variables that something looked at; undefined when it cannot be told what counted. */
  lookedAt(): readonly string[] | undefined;
}

/** The same host, and what an operation on it looked at: variables by name, and nothing that a program told. */
export function watchHost(host: Host): WatchedHost {
  const names = new Set<string>();
  let isKnown = true;
  const lose = <Result>(result: Result): Result => {
    isKnown = false;
    return result;
  };
  const look = (name: string | symbol) => void (typeof name === "string" && names.add(name));
  const env = new Proxy(host.env, {
    get: (target, name) => {
      look(name);
      return Reflect.get(target, name);
    },
    has: (target, name) => {
      look(name);
      return Reflect.has(target, name);
    },
    getOwnPropertyDescriptor: (target, name) => {
      look(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    ownKeys: (target) => lose(Reflect.ownKeys(target)),
  });
  const processes: Processes = {
    run: (...call) => lose(host.processes.run(...call)),
    find: (program) => lose(host.processes.find(program)),
    startDetached: (...call) => lose(host.processes.startDetached(...call)),
  };
  return { host: { ...host, env, processes }, lookedAt: () => (isKnown ? [...names].sort() : undefined) };
}
