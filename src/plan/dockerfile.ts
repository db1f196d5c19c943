import type { ImageSpec, LayerSpec } from "../spec/spec.ts";
import { type Group, joinSteps, needsRoot } from "./join-steps.ts";
import { type Instruction, type LayerPlaces, layerInstructions, printInstruction } from "./layer-instructions.ts";
import type { LineOrigin } from "./plan.ts";
import { shellQuote } from "./quote.ts";
import { skeletonPath } from "./skeleton.ts";

export interface Dockerfile {
  readonly text: string;
  readonly origins: readonly LineOrigin[];
  /** How many steps of devenv's stand upon the base, those of base environments among them. */
  readonly steps: number;
}

export interface DockerfileInput extends LayerPlaces {
  readonly image: ImageSpec;
  /** The image to build on, as the engine knows it. */
  readonly from: string;
  /** User that the base environment ends with, if it is an environment of this config with one. */
  readonly baseUser: string | undefined;
  /** Steps of the base environment. */
  readonly baseSteps: number;
}

/** The Dockerfile of an image: one group of instructions a step, under comments that name the config keys of its layers. */
export function renderDockerfile(input: DockerfileInput): Dockerfile {
  const { image } = input;
  const users = usersOf(input);
  const layers = image.layers.map((layer, index): Group => {
    const { key, kind } = layer;
    return { key, kind, instructions: layerInstructions(layer, input), user: users[index] };
  });
  const groups = [
    { key: `${image.key}.from`, kind: "from", instructions: renderFrom(input), user: undefined },
    ...joinSteps([...layers, ...renderUser(image, input.baseUser, users.at(-1))]),
  ] as const;
  return assemble(groups, input.baseSteps);
}

/** The part of a Dockerfile that counts: comments and empty lines do not. */
export function countedInstructions(layer: LayerSpec, places: LayerPlaces): readonly string[] {
  return layerInstructions(layer, places).map((one) => printInstruction(one));
}

/** What devenv makes has the skeleton already: a base environment in a layer, a bootstrapped base in its only one. */
function renderFrom({ image, from, baseUser }: DockerfileInput): string[] {
  return [
    `FROM ${from}`,
    ...(baseUser === undefined ? [] : ["USER root"]),
    ...(image.from.kind === "reference" ? [`ADD ${skeletonPath} /`] : []),
  ];
}

/** The user before each layer and, last, after all; undefined: that of the base, which only the engine knows. */
function usersOf({ image, baseUser }: DockerfileInput): readonly (string | undefined)[] {
  const users = [baseUser !== undefined || image.from.kind === "bootstrap" ? "root" : undefined];
  for (const layer of image.layers) {
    const named = layer.kind === "dockerfile" ? [...layer.text.matchAll(/^\s*USER\s+(\S+)/gim)].at(-1)?.[1] : undefined;
    users.push(named ?? users.at(-1));
  }
  return users;
}

function renderUser({ user, key }: ImageSpec, baseUser: string | undefined, before: string | undefined): Group[] {
  const last = user ?? baseUser;
  if (last === undefined) return [];
  const isMade = user !== undefined && user !== "root" && !/^\d+(:\d+)?$/.test(user);
  const name = shellQuote(user ?? "");
  const command = `id ${name} >/dev/null 2>&1 || useradd --create-home ${name} || adduser -D ${name}`;
  const make: readonly Instruction[] = [...(before === "root" ? [] : ["USER root"]), { flags: [], command }];
  return [{ key: `${key}.user`, kind: "user", instructions: [...(isMade ? make : []), `USER ${last}`], user: before }];
}

function assemble(groups: readonly Group[], baseSteps: number): Dockerfile {
  const lines = ["# Made by devenv; each group of instructions comes from the config key above it."];
  const origins: LineOrigin[] = [];
  let steps = baseSteps;
  const print = (instruction: Instruction) => {
    if (typeof instruction !== "string") steps += 1;
    return printInstruction(instruction, steps).split("\n");
  };
  for (const group of groups) {
    lines.push("", ...titlesOf(group));
    const from = lines.length + 1;
    lines.push(...asRoot(group).flatMap(print));
    origins.push({ ...originOf(group), from, to: lines.length });
  }
  return { text: `${lines.join("\n")}\n`, origins, steps };
}

function titlesOf({ key, kind, copies = [] }: Group): readonly string[] {
  const isOwn = kind === "from" || kind === "user";
  const own = kind === "copy" && copies.length > 0 ? [] : [`# ${key}${isOwn ? "" : `: ${kind}`}`];
  return [...copies.map((copy) => `# ${copy}: copy`), ...own];
}

function originOf(group: Group): Pick<LineOrigin, "key" | "copies" | "needsRoot"> {
  const { key, copies, user } = group;
  return {
    key,
    ...(copies === undefined ? {} : { copies }),
    ...(needsRoot(group) && user === undefined ? { needsRoot: true } : {}),
  };
}

/** On a base whose user only the engine knows, what comes before and after is for the build to say. */
function asRoot(group: Group): readonly Instruction[] {
  const { user, instructions } = group;
  if (user === undefined || user === "root" || !needsRoot(group)) return instructions;
  return ["USER root", ...instructions, `USER ${user}`];
}
