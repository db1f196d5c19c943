import type { ProjectFolder } from "./folder.ts";
import { type NodeManager, nodeManagerOf } from "./node-manager.ts";
import { type NodeVersion, nodeVersionOf, npmFor } from "./node-version.ts";
import { readPackageJson } from "./package-json.ts";
import type { Candidate, LayerCode } from "./part.ts";

/** A folder with a package.json. Throws PROJECT_UNREADABLE. */
export function detectNode(folder: ProjectFolder): Candidate | undefined {
  const manifest = readPackageJson(folder);
  if (manifest === undefined) return undefined;
  const node = nodeVersionOf(folder, manifest);
  const manager = nodeManagerOf(folder, manifest);
  const tasks = tasksOf(manifest.scripts, manager);
  return {
    language: "node",
    name: manifest.name,
    packageManager: manager.name,
    image: `node:${imageTag(node)}-bookworm-slim`,
    fits: () => true,
    partOn: (base) => ({
      title: base.isBrought ? "Node of the base image" : `Node ${node.version}`,
      reason: node.stated?.source,
      packages: [],
      layers: [...(base.isBrought ? [] : [nodeLayer(node, manager)]), ...manager.layers],
      env: manager.env,
      volumes: ["node_modules"],
      create: [manager.install],
      tasks,
    }),
  };
}

/** Official images have a tag for each exact version and for each line. */
function imageTag({ version, stated }: NodeVersion): string {
  const isExact = stated?.value.replace(/^v/, "") === version;
  return isExact ? version : (version.split(".")[0] ?? version);
}

function nodeLayer({ version, stated }: NodeVersion, manager: NodeManager): LayerCode {
  const npm = manager.npm ?? npmFor(version);
  const options = npm === undefined ? "" : `, { npm: "${npm}" }`;
  const comment = stated === undefined ? undefined : `${stated.source}: ${stated.value}`;
  return { layer: "node", code: `node("${version}"${options})`, comment };
}

/** Scripts that a developer runs by hand; others are steps of these. */
const taskNames = ["test", "dev", "start", "build", "lint", "typecheck"];

/** What `npm init` writes into a package.json that has no tests. */
const noTests = "no test specified";

function tasksOf(scripts: Readonly<Record<string, string>>, manager: NodeManager): Readonly<Record<string, string>> {
  const known = taskNames.filter((name) => scripts[name] !== undefined && !scripts[name].includes(noTests));
  return Object.fromEntries(known.map((name) => [name, manager.run(name)]));
}
