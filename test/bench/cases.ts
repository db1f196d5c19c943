/** What is timed against what, and the aims. */
import type { Contestant, Run } from "./measure.ts";
import type { Peers } from "./peers.ts";
import { type BenchProject, devenv } from "./project.ts";

export interface Case {
  readonly title: string;
  /** devenv first. */
  readonly contestants: readonly Contestant[];
  readonly aims: readonly Aim[];
  /** Fewer do for a container's start or end, the fewest for a build: the engine takes long for these. */
  readonly rounds?: "fewer" | "fewest";
}

export interface Aim {
  readonly text: string;
  /** Most milliseconds, from the medians by name. */
  limitMs(median: (name: string) => number): number;
}

const bareNode = "node -e 0";

/** At most `factor` times what another one takes. */
function within(factor: number, name: string): Aim {
  return { text: `≤ ${factor} × ${name}`, limitMs: (median) => factor * median(name) };
}

/** Cases on the running environment; then, once it is down, those that create and remove it. */
export function casesOf(project: BenchProject, peers: Peers): { whileUp: readonly Case[]; whileDown: readonly Case[] } {
  return {
    whileUp: [helpCase(project, peers), configCase(project), idleUpCase(project, peers), execCase(project, peers)],
    whileDown: [createCase(project, peers), downCase(project, peers)],
  };
}

function contestant(name: string, run: Run, around: Pick<Contestant, "prepare" | "undo"> = {}): Contestant {
  return { name, run, ...around };
}

function node({ at }: BenchProject): Contestant {
  return contestant(bareNode, at([process.execPath, "-e", "0"]));
}

function helpCase(project: BenchProject, { devcontainer }: Peers): Case {
  return {
    title: "--help",
    contestants: [
      contestant("devenv --help", project.at([...devenv, "--help"])),
      node(project),
      ...(devcontainer === undefined
        ? []
        : [contestant("devcontainer --help", project.at([...devcontainer, "--help"]))]),
    ],
    aims: [within(1.5, bareNode)],
  };
}

function configCase(project: BenchProject): Case {
  return {
    title: "load a config",
    contestants: [contestant("devenv config --json", project.at([...devenv, "config", "--json"])), node(project)],
    aims: [],
  };
}

function idleUpCase(project: BenchProject, { docker, compose, devcontainer }: Peers): Case {
  const { at, container, folder } = project;
  return {
    title: "up, nothing to do",
    contestants: [
      contestant("devenv up", at([...devenv, "up"])),
      node(project),
      contestant("docker inspect", at([docker, "inspect", container])),
      ...(compose === undefined ? [] : [contestant("docker compose up -d", at([...compose, "up", "-d"]))]),
      ...(devcontainer === undefined
        ? []
        : [contestant("devcontainer up", at([...devcontainer, "up", "--workspace-folder", folder]))]),
    ],
    aims: [within(2, bareNode), ...(compose === undefined ? [] : [within(0.5, "docker compose up -d")])],
  };
}

function execCase(project: BenchProject, { docker, devcontainer }: Peers): Case {
  const { at, container, folder } = project;
  return {
    title: "exec -- true",
    contestants: [
      contestant("devenv exec -- true", at([...devenv, "exec", "--", "true"])),
      contestant("docker exec … true", at([docker, "exec", container, "true"])),
      ...(devcontainer === undefined
        ? []
        : [contestant("devcontainer exec", at([...devcontainer, "exec", "--workspace-folder", folder, "true"]))]),
    ],
    aims: [within(1.5, "docker exec … true")],
  };
}

function createCase(project: BenchProject, { docker }: Peers): Case {
  const { at, container, twin, dockerRun } = project;
  return {
    title: "up, creating from a built image",
    rounds: "fewer",
    contestants: [
      contestant("devenv up", at([...devenv, "up"]), { undo: at([docker, "rm", "-f", container]) }),
      contestant("docker run -d", at(dockerRun), { undo: at([docker, "rm", "-f", twin]) }),
      node(project),
    ],
    aims: [
      {
        text: `≤ 1.3 × docker run -d + ${bareNode}`,
        limitMs: (median) => 1.3 * median("docker run -d") + median(bareNode),
      },
    ],
  };
}

function downCase({ at, twin, dockerRun }: BenchProject, { docker }: Peers): Case {
  return {
    title: "down",
    rounds: "fewer",
    contestants: [
      contestant("devenv down", at([...devenv, "down"]), { prepare: at([...devenv, "up"]) }),
      contestant("docker rm -f", at([docker, "rm", "-f", twin]), { prepare: at(dockerRun) }),
    ],
    aims: [],
  };
}
