import * as z from "zod/mini";

/** The schemas whose keys are described, by the names that `DESCRIPTIONS` uses. */
export type DescribedSchemas = Readonly<Record<keyof typeof DESCRIPTIONS, z.ZodMiniType>>;

/** A schema as JSON schema (draft 2020-12), its keys described. */
export function printJsonSchema(root: z.ZodMiniType, described: DescribedSchemas): object {
  const names = new Map<unknown, string>(Object.entries(described).map(([name, schema]) => [schema, name]));
  const schema = z.toJSONSchema(root, {
    override: ({ zodSchema, jsonSchema }) => {
      const name = names.get(zodSchema);
      if (name !== undefined) jsonSchema[NAME] = name;
    },
  });
  // `image` at the top level is what makes a config the short form with one environment.
  const forms = [{ required: ["environments"] }, { required: ["image"] }];
  return { title: "devenv config", ...(withDescriptions(schema) as object), anyOf: forms };
}

/** Marks a schema whose keys are described, until they are. */
const NAME = "x-devenv-name";

type Descriptions = Readonly<Record<string, string>>;

const ENVIRONMENT: Descriptions = {
  image: "An image reference, or how to build an image",
  workspace: "Where the project's folder is in the container",
  env: "Environment variables of the container",
  ports: "Ports published on 127.0.0.1",
  tasks: "Commands by name, for `devenv task`",
  shell: "The shell that `devenv shell` opens; the image's best one by default",
};

const DESCRIPTIONS = {
  config: {
    ...ENVIRONMENT,
    name: "Project name: lower-case letters, digits, `.`, `_` and `-`",
    environments: "Environments by name; a single one may be written without this key",
    registries: 'Registry host → mirror: `{ "docker.io": "mirror.example.com" }`',
  },
  environment: ENVIRONMENT,
  image: {
    from: "What the image is built on: an image reference, `bootstrap({ … })` or `{ environment: … }`",
    layers: "What is added to it, in this order",
    user: "The user the container runs as; created when the image does not have it",
    platform: "`linux/amd64`, `linux/arm64`; the engine's own by default",
  },
  bootstrap: {
    kind: "A Debian or Ubuntu base made from the distribution's own signed archive",
    suite: "Suite of the distribution: `bookworm`",
    packages: "Packages beside the variant's own",
    mirror: "Where to download from; the distribution's own archive by default",
    variant: "How much the base holds; `minbase` by default",
  },
  workspace: {
    target: "Absolute path in the container; `/workspace` by default",
    mode: "How the folder gets there; `bind` by default",
  },
  port: {
    container: "Port in the container",
    host: "Port on the host; the same by default",
    name: "What the port is for",
  },
  task: {
    command: "Shell command",
    cwd: "Folder it runs in, relative to the workspace",
    env: "Variables for this task alone",
    dependsOn: "Tasks that run to success first",
  },
  layer: {
    kind: "What the layer does",
    packages: "Packages, by name or as `name=version`",
    url: "`http(s):` address of a tar or zip, or `npm:NAME@VERSION`; one, or one for each platform",
    to: "Where it goes in the image",
    sha256: "Hex sha256 of the download; one, or one for each platform",
    strip: "Leading path components to drop; 0 by default",
    from: "Path or paths inside the project",
    owner: "`user`, `user:group` or numbers; root by default",
    mode: "Octal permission bits, `0755`; as in the project by default",
    command: "Shell command; a list is joined by `&&`",
    cache: "Folders kept between builds and left out of the image",
    env: "Variables",
    workdir: "Folder the command runs in",
    network: "Network of the command; `default` by default",
    text: "Raw Dockerfile lines",
  },
} satisfies Record<string, Descriptions>;

function descriptionsOf(name: string): Descriptions {
  return (DESCRIPTIONS as Readonly<Record<string, Descriptions>>)[name] ?? {};
}

/** A copy, because zod puts one object wherever one schema is used. */
function withDescriptions(schema: unknown, inherited?: string): unknown {
  if (Array.isArray(schema)) return schema.map((part) => withDescriptions(part, inherited));
  if (typeof schema !== "object" || schema === null) return schema;
  const { [NAME]: name = inherited, ...rest } = schema as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(rest).map(([key, value]) => {
      if (key === "properties") return [key, describeKeys(value as object, descriptionsOf(String(name)))];
      return [key, withDescriptions(value, key === "oneOf" ? String(name) : undefined)];
    }),
  );
}

function describeKeys(properties: object, descriptions: Descriptions): object {
  return Object.fromEntries(
    Object.entries(properties).map(([key, property]) => {
      const described = withDescriptions(property) as object;
      return [key, descriptions[key] === undefined ? described : { ...described, description: descriptions[key] }];
    }),
  );
}
