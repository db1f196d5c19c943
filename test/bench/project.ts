/** A project of the bench's own, made by devenv itself; its disposal removes all that was made. */
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { freePort } from "../support/ports.ts";
import { removeProject } from "../support/remove-project.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type Run, runOnce } from "./measure.ts";
import type { Peers } from "./peers.ts";

export interface BenchProject extends AsyncDisposable {
  readonly folder: string;
  /** Name of devenv's container. */
  readonly container: string;
  /** Name of the container that `docker run -d` makes. */
  readonly twin: string;
  /** `docker run -d …` with what devenv's container was made with. */
  readonly dockerRun: readonly string[];
  /** A command line in the project's folder. */
  at(argv: readonly string[]): Run;
}

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** devenv as `npm` installs it: node and the bundle. */
export const devenv: readonly string[] = [process.execPath, main];

/** Build and start the environment; peers get containers of the same image, with nothing left for them to do. */
export async function openBenchProject(peers: Peers): Promise<BenchProject> {
  const name = `bench-${randomUUID().slice(0, 8)}`;
  const [port, composePort] = [await freePort(), await freePort()];
  const folder = temporaryFolder({ "devenv.config.ts": configOf(name, port) });
  const at = (argv: readonly string[]): Run => ({ argv, cwd: folder.path });
  const images = imageIds(peers);
  const dispose = async () => {
    for (const argv of peerRemovals(peers, folder.path, name)) spawnSync(argv[0] ?? "", argv.slice(1));
    await removeProject(name);
    removeNewBases(peers, images);
    folder[Symbol.dispose]();
  };
  try {
    const [environment] = JSON.parse(runOnce(at([...devenv, "up", "--json"]))).environments;
    const { container, image } = environment;
    folder.write({
      "compose.yaml": composeOf(name, image, composePort),
      ".devcontainer/devcontainer.json": JSON.stringify({ name, image, overrideCommand: true }),
    });
    const { compose, devcontainer } = peers;
    if (compose !== undefined) runOnce(at([...compose, "up", "-d"]));
    if (devcontainer !== undefined) runOnce(at([...devcontainer, "up", "--workspace-folder", folder.path]));
    const twin = `${name}-twin`;
    const dockerRun = twinOf(runOnce(at([peers.docker, "inspect", container])), peers.docker, twin);
    return { folder: folder.path, container, twin, dockerRun, at, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function configOf(name: string, port: number): string {
  return `import { bootstrap, defineConfig, env } from "devenv";
export default defineConfig({
  name: "${name}",
  image: { from: bootstrap({ suite: "bookworm" }), layers: [env({ GREETING: "Hello" })] },
  ports: [{ container: 3000, host: ${port} }],
});
`;
}

function composeOf(name: string, image: string, port: number): string {
  const ports = `["127.0.0.1:${port}:3000"]`;
  const service = { image, init: true, command: ["tail", "-f", "/dev/null"], volumes: [".:/workspace"] };
  const parts = Object.entries(service).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`);
  return `name: ${name}\nservices:\n  dev:\n${parts.join("")}    ports: ${ports}\n`;
}

interface Inspected {
  readonly Config: { readonly Image: string; readonly Env: readonly string[]; readonly WorkingDir: string };
  readonly HostConfig: {
    readonly Mounts?: readonly { Type: string; Source: string; Target: string; ReadOnly?: boolean }[];
    readonly PortBindings: Readonly<Record<string, readonly { HostIp: string; HostPort: string }[]>>;
  };
}

/** What devenv asked the engine for, as a command line of the docker client. */
function twinOf(inspection: string, docker: string, name: string): readonly string[] {
  const [{ Config, HostConfig }] = JSON.parse(inspection) as [Inspected];
  const mounts = (HostConfig.Mounts ?? []).map(({ Type, Source, Target, ReadOnly }) =>
    [`type=${Type}`, `source=${Source}`, `target=${Target}`, ...(ReadOnly ? ["readonly"] : [])].join(","),
  );
  const ports = Object.entries(HostConfig.PortBindings).flatMap(([port, bindings]) =>
    bindings.map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}:${port}`),
  );
  return [
    ...[docker, "run", "-d", "--init", "--security-opt", "no-new-privileges", "--name", name],
    ...["--workdir", Config.WorkingDir],
    ...Config.Env.flatMap((variable) => ["--env", variable]),
    ...mounts.flatMap((mount) => ["--mount", mount]),
    ...ports.flatMap((port) => ["--publish", port]),
    ...[Config.Image, "tail", "-f", "/dev/null"],
  ];
}

function peerRemovals({ docker, compose }: Peers, folder: string, name: string): readonly (readonly string[])[] {
  const label = `label=devcontainer.local_folder=${folder}`;
  const devcontainers = spawnSync(docker, ["ps", "-aq", "--filter", label], { encoding: "utf8" }).stdout.trim();
  return [
    ...(compose === undefined ? [] : [[...compose, "--project-directory", folder, "down", "--timeout", "0"]]),
    [docker, "rm", "-f", `${name}-twin`],
    ...(devcontainers === "" ? [] : [[docker, "rm", "-f", ...devcontainers.split("\n")]]),
  ];
}

/** The bases that bootstrap made, by reference. */
function imageIds({ docker }: Peers): ReadonlySet<string> {
  const format = "{{.Repository}}:{{.Tag}}";
  const { stdout } = spawnSync(docker, ["images", "localhost/devenv/bootstrap", "--format", format], {
    encoding: "utf8",
  });
  return new Set(stdout.split("\n").filter((line) => line !== ""));
}

function removeNewBases(peers: Peers, before: ReadonlySet<string>): void {
  const made = [...imageIds(peers)].filter((image) => !before.has(image));
  if (made.length > 0) spawnSync(peers.docker, ["rmi", ...made]);
}
