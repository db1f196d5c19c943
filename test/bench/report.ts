/** Measurements → a table for the terminal, Markdown for the README, JSON. Pure. */
import type { Aim } from "./cases.ts";
import type { InProcess } from "./in-process.ts";
import type { Timing } from "./measure.ts";

export interface CaseResult {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly aims: readonly { readonly text: string; readonly isMet: boolean; readonly share: number }[];
}

interface Row extends Timing {
  /** How many times as long as this one devenv takes; undefined for devenv itself. */
  readonly ratio: number | undefined;
}

export interface Report {
  readonly date: string;
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly cases: readonly CaseResult[];
  readonly inProcess: readonly InProcess[];
  /** Requests to the engine, by command. */
  readonly engineCalls: Readonly<Record<string, readonly string[]>>;
}

export function judge(title: string, timings: readonly Timing[], aims: readonly Aim[]): CaseResult {
  const [own] = timings;
  const ownMs = own?.medianMs ?? Number.NaN;
  const median = (name: string) => timings.find((timing) => timing.name === name)?.medianMs ?? Number.NaN;
  return {
    title,
    rows: timings.map((timing) => ({ ...timing, ratio: timing === own ? undefined : ownMs / timing.medianMs })),
    aims: aims.map(({ text, limitMs }) => {
      const limit = limitMs(median);
      return { text, isMet: ownMs <= limit, share: ownMs / limit };
    }),
  };
}

export function printTable({ cases, inProcess, engineCalls }: Report): string {
  const blocks = cases.map(({ title, rows, aims }) => {
    const lines = rows.map(({ name, medianMs, p90Ms, ratio }) =>
      [`  ${name.padEnd(24)}`, ms(medianMs), ms(p90Ms), ratio === undefined ? "" : `${ratio.toFixed(2)} ×`.padStart(9)]
        .join(" ")
        .trimEnd(),
    );
    const judged = aims.map(
      ({ text, isMet, share }) => `  ${isMet ? "reached" : "MISSED"}: ${text} (${Math.round(share * 100)} % of it)`,
    );
    return [`${title.padEnd(26)}    median       p90   devenv is`, ...lines, ...judged].join("\n");
  });
  const calls = Object.entries(engineCalls).map(([name, requests]) => `  ${name.padEnd(24)} ${requests.length}`);
  const parts = inProcess.map((part) => {
    const { title, medianMs, aimMs } = part;
    return `  ${[title, ms(medianMs), printPeer(part)].join(" ").trimEnd()}${judgePart(medianMs, aimMs)}`;
  });
  const lists = [
    ["in process", ...parts],
    ["engine calls", ...calls],
  ];
  return `${[...blocks, ...lists.filter(({ length }) => length > 1).map((lines) => lines.join("\n"))].join("\n\n")}\n`;
}

/** The README's section, under its heading. */
export function printMarkdown({ date, machine, versions, cases, inProcess, engineCalls }: Report): string {
  const rows = cases.flatMap(({ title, rows: [own, ...others], aims }) =>
    own === undefined
      ? []
      : [
          [
            title.startsWith("-") ? `\`${own.name}\`` : `\`${own.name}\`: ${title}`,
            `${own.medianMs.toFixed(0)} ms`,
            others.map(({ name, ratio }) => `${ratio?.toFixed(2)} × \`${name}\``).join(", "),
            aims.map(({ text, isMet }) => `${text}: ${isMet ? "reached" : "missed"}`).join("; "),
          ],
        ],
  );
  const parts = inProcess.map((part) => {
    const { title, medianMs, aimMs } = part;
    const judged = aimMs === undefined ? "" : `≤ ${aimMs} ms: ${medianMs <= aimMs ? "reached" : "missed"}`;
    return [title, `${medianMs.toFixed(0)} ms`, printPeer(part), judged];
  });
  const calls = Object.entries(engineCalls).map(([name, requests]) => `\`${name}\` ${requests.length}`);
  const table = [["", "median", "takes", "aim"], ["---", "---:", "---", "---"], ...rows, ...parts].map(
    (cells) => `| ${cells.join(" | ")} |`,
  );
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${[
    `Measured ${date} on ${machine}; ${peers.join(", ")}. All run in turns; read the ratios, not the times.`,
    "",
    ...table,
    "",
    `Requests to the engine: ${calls.join(", ")}.`,
  ].join("\n")}\n`;
}

function printPeer({ medianMs, peer }: InProcess): string {
  return peer === undefined ? "" : `${(medianMs / peer.medianMs).toFixed(2)} × ${peer.name}`;
}

function judgePart(medianMs: number, aimMs: number | undefined): string {
  return aimMs === undefined ? "" : `  ${medianMs <= aimMs ? "reached" : "MISSED"}: ≤ ${aimMs} ms`;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`.padStart(10);
}
