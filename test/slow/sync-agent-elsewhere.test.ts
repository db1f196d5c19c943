/** The agent's binary for the processor that this machine does not have, by qemu (Debian: `qemu-user-static`). */
import { describe } from "vitest";
import { agentOf, agentSides } from "../support/native-agent.ts";
import { sideContract } from "../support/side-contract.ts";

const [arch, qemu] = process.arch === "x64" ? ["arm64", "qemu-aarch64-static"] : ["amd64", "qemu-x86_64-static"];

describe(`the agent's side by the program for ${arch}`, () => sideContract(agentSides([qemu, agentOf(arch)])));
