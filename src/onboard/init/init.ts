import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { configOfFolder } from "../../config/find.ts";
import { devenvError } from "../../errors.ts";
import type { Host } from "../../host/host.ts";
import { type Base, bootstrapBase, imageBase, namedBase } from "./base.ts";
import { detect } from "./detect.ts";
import { openFolder, writeInto } from "./folder.ts";
import { needsIgnoring } from "./git-ignore.ts";
import type { Candidate, Language } from "./part.ts";
import { projectName } from "./project-name.ts";
import { renderConfig } from "./render.ts";
import { mergeTasks } from "./tasks.ts";
import { type NewFile, templateFiles, templateFolder, templateNamed } from "./templates.ts";

export interface InitRequest {
  readonly host: Host;
  /** Absolute. */
  readonly folder: string;
  readonly template: string | undefined;
  /** An image reference or `bootstrap`; undefined: what can be had here. */
  readonly base: string | undefined;
  /** Replace a config that is there. */
  readonly force: boolean;
  /** Whether official images can be had. */
  hasRegistry(host: Host): Promise<boolean>;
}

export interface Detected {
  readonly language: Language;
  /** `Node 24.21.0`. */
  readonly title: string;
  /** What in the project asks for that version. */
  readonly reason: string | undefined;
  readonly packageManager: string;
}

/** What `devenv init` is going to do; nothing is written yet. */
export interface InitPlan {
  readonly folder: string;
  /** The config first; never one that is there, unless forced. */
  readonly files: readonly [NewFile, ...NewFile[]];
  readonly detected: readonly Detected[];
  /** As it stands in the config. */
  readonly base: string;
  readonly tasks: Readonly<Record<string, string>>;
  /** git does not ignore `devenv.local.ts` yet. */
  readonly isLocalTracked: boolean;
}

/** Throws CONFIG_EXISTS, TEMPLATE_UNKNOWN, PROJECT_UNKNOWN, PROJECT_UNREADABLE. */
export async function planInit(request: InitRequest): Promise<InitPlan> {
  const { folder, host } = request;
  refuseToReplace(request);
  const template = request.template === undefined ? undefined : templateNamed(request.template);
  const project = openFolder(folder);
  const present = detect(project, template);
  const isStarted = present.length > 0 || template === undefined;
  const candidates = isStarted ? present : detect(openFolder(templateFolder(template)), template);
  if (candidates.length === 0) throw devenvError("PROJECT_UNKNOWN", { folder });
  const base = await chooseBase(request, candidates);
  const parts = candidates.map((candidate) => ({
    language: candidate.language,
    ...candidate.partOn({ suite: base.suite, isBrought: base.brings === candidate.language }),
  }));
  const named = isStarted ? present.find(({ name }) => name !== undefined)?.name : undefined;
  const image = JSON.parse(imageBase(candidates).code) as string;
  const text = renderConfig({ name: projectName(named ?? project.name), base, image, parts });
  const started = isStarted
    ? []
    : (await templateFiles(template)).filter(({ path }) => !existsSync(join(folder, path)));
  return {
    folder,
    files: [{ path: "devenv.config.ts", text }, ...started],
    detected: parts.map(({ language, title, reason }, index) => ({
      language,
      title,
      reason,
      packageManager: candidates[index]?.packageManager ?? "",
    })),
    base: base.code,
    tasks: mergeTasks(parts),
    isLocalTracked: await needsIgnoring(folder, host),
  };
}

/** Write what a template brings, then the config: without that, the next `init` begins again. Throws PROJECT_UNWRITABLE. */
export async function applyInit({ folder, files }: InitPlan): Promise<void> {
  for (const { path, text } of files.toReversed()) await writeInto(folder, path, text);
}

function refuseToReplace({ folder, force }: InitRequest): void {
  const present = configOfFolder(folder);
  if (present !== undefined && !force) throw devenvError("CONFIG_EXISTS", { file: relative(folder, present.file) });
}

async function chooseBase({ base, host, hasRegistry }: InitRequest, candidates: readonly Candidate[]): Promise<Base> {
  if (base === "bootstrap") return bootstrapBase(candidates);
  if (base !== undefined) return namedBase(base, candidates);
  return (await hasRegistry(host)) ? imageBase(candidates) : bootstrapBase(candidates);
}
