/** `npm run bench [-- --rounds N] [--only normalisation] [--json FILE] [--markdown FILE]`: devenv side by side with its peers. */
import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { setup } from "../support/build-once.ts";
import { openEngineProxy } from "../support/engine-proxy.ts";
import { runCli } from "../support/run-cli.ts";
import { type Case, casesOf } from "./cases.ts";
import { timeComparison, timeLockCheck } from "./in-process.ts";
import { measure, runOnce } from "./measure.ts";
import { timeNormalisation } from "./normalisation.ts";
import { findPeers } from "./peers.ts";
import { type BenchProject, devenv, openBenchProject } from "./project.ts";
import { openRebuildProject } from "./rebuild.ts";
import { type CaseResult, judge, printMarkdown, printTable, type Report } from "./report.ts";

const warmUps = 2;
const divisors = { all: 1, fewer: 2, fewest: 4 } as const;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "21" },
    only: { type: "string" },
    json: { type: "string" },
    markdown: { type: "string" },
  },
});
const rounds = Number(values.rounds);
const buildRounds = Math.max(5, Math.ceil(rounds / divisors.fewest));

setup();
const report = await (values.only === "normalisation" ? benchNormalisation() : bench());
process.stdout.write(printTable(report));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
if (values.markdown !== undefined) writeFileSync(values.markdown, printMarkdown(report));

/** This row alone. */
async function benchNormalisation(): Promise<Report> {
  const cases = [await timeNormalisation(buildRounds)];
  return { ...machine(), versions: findPeers().versions, cases, inProcess: [], engineCalls: {} };
}

function machine(): Pick<Report, "date" | "machine"> {
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${process.arch}`,
  };
}

async function bench(): Promise<Report> {
  const peers = findPeers();
  for (const peer of peers.missing) process.stderr.write(`left out: ${peer}\n`);
  await using project = await openBenchProject(peers);
  const { whileUp, whileDown } = casesOf(project, peers);
  const first = whileUp.map(runCase);
  const engineCalls = await countCalls(project);
  runOnce(project.at([...devenv, "down"]));
  const second = whileDown.map(runCase);
  await using locked = await openRebuildProject(peers);
  const third = runCase(locked.rebuild);
  const inProcess = [await timeLockCheck(rounds), await timeComparison(locked.image, Math.ceil(rounds / 4))];
  const fourth = await timeNormalisation(buildRounds);
  return {
    ...machine(),
    versions: peers.versions,
    cases: [...first, ...second, third, fourth],
    inProcess,
    engineCalls,
  };
}

function runCase({ title, contestants, aims, rounds: share }: Case): CaseResult {
  process.stderr.write(`${title} …\n`);
  const timings = measure(contestants, { rounds: Math.ceil(rounds / divisors[share ?? "all"]), warmUps });
  return judge(title, timings, aims);
}

/** What each command asks of the engine. */
async function countCalls({ folder }: BenchProject): Promise<Report["engineCalls"]> {
  const commands = { "devenv up": ["up"], "devenv exec": ["exec", "--", "true"] };
  const counted: Record<string, readonly string[]> = {};
  for (const [name, args] of Object.entries(commands)) {
    await using proxy = await openEngineProxy();
    const run = () => runCli(args, { cwd: folder, env: { DOCKER_HOST: proxy.address } });
    // the first one notes that there was nothing to do at this address
    await run();
    const before = proxy.requests.length;
    await run();
    counted[name] = proxy.requests.slice(before);
  }
  return counted;
}
