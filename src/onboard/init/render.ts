import type { Base } from "./base.ts";
import type { LayerCode, Part } from "./part.ts";
import { mergeTasks } from "./tasks.ts";

export interface ConfigText {
  readonly name: string;
  readonly base: Base;
  /** The official image for the project, for the comment on a base that is none. */
  readonly image: string;
  readonly parts: readonly (Part & { readonly language: string })[];
}

/** Beside what the languages need: certificates for downloads, and git for the developer and for dependencies. */
const tools = ["ca-certificates", "git"];
const lineWidth = 120;

/** A short config with comments, formatted as Biome and Prettier do. */
export function renderConfig({ name, base, image, parts }: ConfigText): string {
  const packages = [...new Set([...tools, ...parts.flatMap((part) => part.packages)])].sort();
  const apt: LayerCode = { layer: "apt", code: `apt(${packages.map(quote).join(", ")})` };
  const layers = [apt, ...parts.flatMap((part) => part.layers)];
  const imports = new Set(["defineConfig", ...layers.map(({ layer }) => layer)]);
  if (base.isBootstrap) imports.add("bootstrap");
  return [
    `import { ${[...imports].sort().join(", ")} } from "devenv";`,
    "",
    "// Written by `devenv init`; `devenv config --schema` prints every key.",
    "export default defineConfig({",
    `  name: ${quote(name)},`,
    ...imageLines(base, image, layers),
    ...body(parts),
    "});",
    "",
  ].join("\n");
}

function imageLines(base: Base, image: string, layers: readonly LayerCode[]): readonly string[] {
  const comment = base.isBootstrap
    ? `// Made from Debian's own archive; where an image registry is reached, ${quote(image)} is an alternative.`
    : '// From a registry; without one, `bootstrap({ suite: "bookworm" })` makes a base from Debian\'s own archive.';
  return [
    "  image: {",
    `    ${comment}`,
    `    from: ${base.code},`,
    ...layerLines(layers),
    "    // Made when the image lacks it; files made inside belong to you.",
    '    user: "dev",',
    "  },",
  ];
}

function layerLines(layers: readonly LayerCode[]): readonly string[] {
  const line = `    layers: [${layers.map(({ code }) => code).join(", ")}],`;
  if (line.length <= lineWidth && layers.every(({ comment }) => comment === undefined)) return [line];
  const lines = layers.map(({ code, comment }) => `      ${code},${comment === undefined ? "" : ` // ${comment}`}`);
  return ["    layers: [", ...lines, "    ],"];
}

function body(parts: ConfigText["parts"]): readonly string[] {
  const volumes = parts.flatMap((part) => part.volumes);
  const create = parts.flatMap((part) => part.create);
  const env = Object.assign({}, ...parts.map((part) => part.env));
  return [
    ...section("Kept in volumes of their own: what is built in the container stays out of your folder.", [
      ...(volumes.length === 0 ? [] : [`workspace: { volumes: [${volumes.map(quote).join(", ")}] },`]),
    ]),
    ...record("env", env),
    ...section("Once, when the container has been created.", hookLines(create)),
    ...section("`devenv task NAME` runs them.", record("tasks", mergeTasks(parts), "")),
  ];
}

function section(comment: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`  // ${comment}`, ...lines.map((line) => `  ${line}`)];
}

function hookLines(create: readonly string[]): readonly string[] {
  const [first, ...others] = create;
  if (first === undefined) return [];
  if (others.length === 0) return [`hooks: { create: ${quote(first)} },`];
  const line = `hooks: { create: [${create.map(quote).join(", ")}] },`;
  if (line.length + 2 <= lineWidth) return [line];
  return ["hooks: {", "  create: [", ...create.map((command) => `    ${quote(command)},`), "  ],", "},"];
}

function record(key: string, values: Readonly<Record<string, string>>, indent = "  "): readonly string[] {
  const entries = Object.entries(values);
  if (entries.length === 0) return [];
  const lines = entries.map(
    ([name, value]) => `${indent}  ${/^\w+$/.test(name) ? name : quote(name)}: ${quote(value)},`,
  );
  return [`${indent}${key}: {`, ...lines, `${indent}},`];
}

/** A string of TypeScript, with the quotes that need no escapes where there is a choice. */
function quote(text: string): string {
  const isPlain = !/['\\\n\r\u2028\u2029]/.test(text);
  return isPlain && text.includes('"') ? `'${text}'` : JSON.stringify(text);
}
