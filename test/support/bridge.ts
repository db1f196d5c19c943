import { readFileSync } from "node:fs";

/** Where builds and containers of this machine's engine reach it. Node itself lists a bridge only while a container is on it. */
export function bridgeAddress(): string {
  const routes = readFileSync("/proc/net/route", "utf8").split("\n");
  const [, network] = routes.find((line) => line.startsWith("docker0\t"))?.split("\t") ?? [];
  if (network === undefined) return "127.0.0.1";
  // little-endian; the bridge has the first address of its network
  const [first = 0, ...others] = Buffer.from(network, "hex");
  return [first + 1, ...others].reverse().join(".");
}
