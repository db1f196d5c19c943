/** Ports of the host: free ones stay the same, required ones fail, and all are bound to loopback. */

import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import { expect, it } from "vitest";
import { type CliProject, openCliProject, plainConfig } from "../support/cli-project.ts";
import { freePort, listen, portOf } from "../support/ports.ts";
import { openSandbox } from "../support/sandbox.ts";

const open = (name: string, ports: string): CliProject =>
  openCliProject(name, { "devenv.config.ts": plainConfig(name, `  ports: ${ports},`) });

const hostPort = async (project: CliProject, command = "up"): Promise<number> =>
  (await project.json(command)).environments[0].ports[0].host;

function answers(port: number, host: string): Promise<boolean> {
  const socket = connect({ port, host });
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

async function occupy(port: number): Promise<Server> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

it("gives a free port for a taken one, says so, and stays with it whatever happens later", async () => {
  const server = await listen();
  const wanted = portOf(server);
  await using project = open("ports-taken", `[${wanted}]`);

  const { exitCode, stderr } = await project.devenv(["up"]);
  const port = await hostPort(project, "status");
  expect({ exitCode, port: port !== wanted }).toEqual({ exitCode: 0, port: true });
  expect(stderr).toContain(`dev  warning    port ${wanted} is taken by process ${process.pid} (node); using ${port}\n`);
  expect(stderr).toMatch(new RegExp(`^ready in .*   http://localhost:${port}$`, "m"));
  expect(await project.inside(`echo $DEVENV_PORT_${wanted}`)).toEqual([String(port)]);
  expect((await project.devenv(["status"])).stdout).toContain(`${port}→${wanted}`);
  expect((await project.devenv(["up"])).stderr).toBe(`ports-taken · dev is up to date   http://localhost:${port}\n`);

  server.close();
  project.write({ "devenv.config.ts": plainConfig("ports-taken", `  ports: [${wanted}], env: { A: "1" },`) });
  expect(await hostPort(project)).toBe(port);
  expect(await project.inside(`echo $A $DEVENV_PORT_${wanted}`)).toEqual([`1 ${port}`]);
  await project.devenv(["down"]);
  expect(await hostPort(project)).toBe(port);
});

it("is bound to loopback alone", async () => {
  const wanted = await freePort();
  await using project = open("ports-loopback", `[{ container: 80, host: ${wanted} }]`);
  expect(await hostPort(project)).toBe(wanted);
  const { DEVENV_PORT_80 } = Object.fromEntries(
    (await project.inside("env")).map((line): [string, string] => line.split("=", 2) as [string, string]),
  );
  expect(DEVENV_PORT_80).toBe(String(wanted));
  const others = Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses)
    .filter(({ family, internal }) => family === "IPv4" && !internal);
  expect(await answers(wanted, "127.0.0.1")).toBe(true);
  expect(others.length).toBeGreaterThan(0);
  for (const { address } of others) expect(await answers(wanted, address)).toBe(false);
});

it("gives a second workspace a port of its own, also while the first one is stopped", async () => {
  const wanted = await freePort();
  await using first = open("ports-first", `[${wanted}]`);
  await using second = open("ports-second", `[${wanted}]`);
  expect(await hostPort(first)).toBe(wanted);
  await first.devenv(["stop"]);
  const { container } = (await first.json("status")).environments[0];
  const { stderr } = await second.devenv(["up"]);
  const port = await hostPort(second, "status");
  expect(stderr).toContain(`port ${wanted} is taken by container \`${container}\`; using ${port}\n`);
  await first.devenv(["start"]);
  expect(await hostPort(first)).toBe(wanted);
});

it("recreates a stopped container whose port was taken meanwhile, and `start` says that it cannot", async () => {
  const wanted = await freePort();
  await using project = open("ports-lost", `[${wanted}]`);
  expect(await hostPort(project)).toBe(wanted);
  const { container } = (await project.json("status")).environments[0];
  await project.devenv(["stop"]);
  await using _server = await occupy(wanted);

  const { exitCode, stderr } = await project.devenv(["start"]);
  expect({ exitCode, stderr: stderr.replace(/^.*failed.*\n/, "") }).toEqual({
    exitCode: 1,
    stderr: `error: Container \`${container}\` could not be started: port ${wanted} is in use (another program listens on it)

hint: stop what holds the port, or run \`devenv up\`, which gives the container another one where the config does not require it
`,
  });
  const again = (await project.json("up")).environments[0];
  expect(again).toMatchObject({ action: "recreated", reasons: [`port ${wanted} is taken`] });
  expect(again.ports[0].host).not.toBe(wanted);
});

it("fails for a required port, naming the process or the container that holds it", async () => {
  const server = await listen();
  const wanted = portOf(server);
  await using project = open("ports-required", `[{ container: 80, host: ${wanted}, required: true }]`);
  const failure = (holder: string) => ({
    exitCode: 1,
    signal: null,
    stdout: "",
    stderr: expect.stringContaining(`error: Environment \`dev\` requires port ${wanted}, which is taken by ${holder}

hint: stop what holds port ${wanted}, choose another \`host\` port, or drop \`required\` in the config
`),
  });
  expect(await project.devenv(["up"])).toEqual(failure(`process ${process.pid} (node)`));
  expect((await project.json("status")).environments[0].state).toBe("absent");
  server.close();

  await using sandbox = openSandbox();
  await sandbox.run({ name: sandbox.name("holder"), ports: [{ container: 80, host: wanted }] });
  expect(await project.devenv(["up"])).toEqual(failure(`container \`${sandbox.name("holder")}\``));
  for (const { id } of await sandbox.engine.containers.list(sandbox.labels)) await sandbox.engine.containers.remove(id);
  expect(await hostPort(project)).toBe(wanted);
});
