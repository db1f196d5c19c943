import { describe } from "vitest";
import { agentSides } from "../../support/native-agent.ts";
import { sideContract } from "../../support/side-contract.ts";

describe("the agent's side", () => sideContract(agentSides()));
