import { once } from "node:events";
import { describe } from "vitest";
import { openAgentSide } from "../../../src/sync/container/agent-side.ts";
import { startAgent } from "../../support/native-agent.ts";
import { sideContract } from "../../support/side-contract.ts";

describe("the agent's side", () => {
  sideContract(async (root, listener) => {
    const agent = startAgent(root);
    const ids = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const side = await openAgentSide(agent, { ...ids, listener });
    return {
      side,
      async [Symbol.asyncDispose]() {
        const ended = agent.exitCode === null ? once(agent, "exit") : undefined;
        await side.close();
        await ended;
      },
    };
  });
});
