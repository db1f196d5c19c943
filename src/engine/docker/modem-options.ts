/** An endpoint as dockerode takes it. */
import { Agent, type AgentOptions } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { inspect } from "node:util";
import type { DockerOptions } from "dockerode";
import type { Endpoint } from "./endpoint.ts";
import { createSshAgent } from "./ssh-transport.ts";

export function modemOptions({ route }: Endpoint): DockerOptions & { readonly agent: Agent } {
  switch (route.kind) {
    case "socket":
      return { ...noDefaults, socketPath: route.path, agent: createAgent() };
    case "ssh":
      return { ...noDefaults, host: "docker", agent: createSshAgent(route.url, route.env) };
    case "tcp": {
      const { host, port, tls } = route;
      const protocol = tls === undefined ? "http" : "https";
      const agent = tls === undefined ? createAgent() : hideFromDebugging(new HttpsAgent({ ...keepAlive, ...tls }));
      return { ...noDefaults, host, port, protocol, agent };
    }
  }
}

/** docker-modem reads the process's environment by itself for whatever it is not given. */
const noDefaults = {
  host: undefined,
  port: undefined,
  protocol: "http",
  username: undefined,
  ca: undefined,
  cert: undefined,
  key: undefined,
  timeout: undefined,
} as const;

const keepAlive: AgentOptions = { keepAlive: true };

function createAgent(): Agent {
  return hideFromDebugging(new Agent(keepAlive));
}

/** docker-modem formats its options for each request, debugging or not: an agent with its sockets costs 1.5 ms each time. */
function hideFromDebugging<Value extends Agent>(agent: Value): Value {
  return Object.assign(agent, { [inspect.custom]: () => "Agent" });
}
