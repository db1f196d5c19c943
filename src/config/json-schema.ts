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
  env: "Environment variables of the container; `${NAME}` is the image's variable of that name, `$${NAME}` the plain text",
  envFile: "Files of `NAME=value` lines, relative to the project; `env` wins over them",
  ports: "Ports published on 127.0.0.1",
  mounts: 'Further folders and volumes: `"../data:/data:ro"`, or objects',
  caches: "Folders in volumes that all projects of this user share: paths, or paths by name",
  hooks: "Commands that run after the container was created, and at each start",
  secrets: "Values that never enter an image, a label, a log or an error",
  resources: "Limits of the container",
  gpus: "Graphics processors: `all`, so many, or by id",
  devices: "Devices of the host: `/dev/fuse`, or `HOST:CONTAINER:rwm`",
  capAdd: "Linux capabilities beside the engine's own: `SYS_PTRACE`",
  securityOpt: "Options of the engine's protection: `no-new-privileges=false` lets `sudo` work",
  host: "What of this machine the container gets",
  dotfiles: "Folder on the host, or git address, of the user's own settings",
  tasks: "Commands by name, for `devenv task`",
  shell: "The shell that `devenv shell` opens; the image's best one by default",
};

const DESCRIPTIONS = {
  config: {
    ...ENVIRONMENT,
    name: "Project name: lower-case letters, digits, `.`, `_` and `-`",
    environments: "Environments by name; a single one may be written without this key",
    registries: 'Registry host → mirror: `{ "docker.io": "mirror.example.com" }`',
    packages: "Where locked packages are downloaded from",
  },
  packages: {
    mirrors: 'Archive → address that is asked first: `{ debian: "https://mirror.example.com/debian" }`',
    snapshot: "Address of old versions, as `ADDRESS/ARCHIVE/pool/…`; the distribution's own by default",
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
    target:
      "Absolute path in the container; `/workspace` by default. One that ends as the folder's path in its repository brings in all of that",
    mode: "How the folder gets there: mounted, kept in step, or copied once; `bind` by default with an engine on this machine",
    direction: "Whether what changes inside comes back; `two-way` by default",
    ignore: "What is neither synced nor copied, in gitignore's syntax; `gitignore` stands for what git ignores",
    conflicts: "When both sides change a file: keep both, or let it wait; `keep-both` by default",
    watch: "What to do when files change",
    volumes: "Folders of the workspace that live in volumes of their own: `node_modules`",
    protectConfig: "Code inside cannot change the files of the config, which run on the host",
  },
  watch: {
    paths: "Files in gitignore's syntax: `package-lock.json`",
    action: "Restart the container, run a command in it, or rebuild its image",
    command: "What `run` runs in the environment",
  },
  port: {
    container: "Port in the container",
    host: "Port on the host; the same by default; a taken one gives way to a free one",
    required: "Fail when the host's port is taken",
    name: "What the port is for",
  },
  bindMount: {
    source: "File or folder on the host: absolute, below `~`, or relative to the project",
    target: "Absolute path in the container",
    readOnly: "Whether writing is refused",
  },
  volumeMount: {
    volume: "A volume of the engine by name, created when it is not there",
    target: "Absolute path in the container",
    readOnly: "Whether writing is refused",
  },
  hooks: {
    create: "Once after the container was created; one that failed runs again",
    start: "At each start",
  },
  secret: {
    env: "Environment variable of the host that holds the value",
    file: "File on the host that holds the value",
    command: "Shell command that prints the value",
    as: "`file`: `/run/secrets/NAME` in memory; `env`: the variable NAME too",
  },
  resources: {
    cpus: "Processors, also parts of one: `1.5`",
    memory: "`4g`, `512m`, or bytes",
  },
  host: {
    timezone: "The host's time zone, as TZ; the image needs `tzdata` to know it",
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
    secrets: "Names of declared secrets that the command may read",
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
