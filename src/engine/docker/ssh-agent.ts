/** Lets `RUN --mount=type=ssh` use the user's ssh agent; keys never leave the agent. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type GrpcCall, type GrpcMethods, unary } from "./grpc.ts";
import { bytesField, decodeFields, encodeFields } from "./protobuf.ts";

/** Serve the agent that listens at this socket under every id. */
export function sshAgentService(path: string): GrpcMethods {
  return {
    "/moby.sshforward.v1.SSH/CheckAgent": unary(() => Buffer.alloc(0)),
    "/moby.sshforward.v1.SSH/ForwardAgent": async (call) => {
      const agent = connect(path);
      try {
        await once(agent, "connect");
        await Promise.all([requestsTo(agent, call), answersOf(agent, call)]);
      } finally {
        agent.destroy();
      }
    },
  };
}

async function requestsTo(agent: Socket, call: GrpcCall): Promise<void> {
  for (;;) {
    const message = await call.messages.next();
    if (message.done === true) break;
    agent.write(bytesField(decodeFields(message.value), 1));
  }
  agent.end();
}

async function answersOf(agent: Socket, call: GrpcCall): Promise<void> {
  for await (const data of agent) await call.send(encodeFields([[1, data]]));
}
