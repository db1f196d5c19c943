import type { InitPlan } from "../onboard/init/init.ts";
import type { Style } from "./style.ts";

/** What was found and what will be written. */
export function printInitPlan({ detected, base, files, tasks }: InitPlan, style: Style): string {
  const found = detected.map(({ title, reason, packageManager }) => {
    const details = [...(reason === undefined ? [] : [reason]), packageManager];
    return `${title} (${details.join("; ")})`;
  });
  const rows: readonly (readonly [string, string])[] = [
    ...found.map((text) => ["found", text] as const),
    ["base", base],
    ["tasks", Object.keys(tasks).join(", ") || "none"],
    ["files", files.map(({ path }) => path).join(", ")],
  ];
  return rows.map(([label, text]) => `  ${style.dim(label.padEnd(5))}  ${text}\n`).join("");
}

/** What to do now. */
export function printInitDone({ files, tasks }: InitPlan, hasIgnored: boolean): string {
  const written = [...files.map(({ path }) => path), ...(hasIgnored ? [".gitignore"] : [])];
  return [
    `wrote ${written.join(", ")}`,
    "",
    "  devenv up          build the image and start it",
    ...("test" in tasks ? ["  devenv task test   run the tests"] : []),
    "",
  ].join("\n");
}
