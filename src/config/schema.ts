/**
 * What a config may contain, strictly. The message of each check says what was expected, for
 * `issues.ts`; the descriptions of the keys are in `json-schema.ts`.
 */
import * as z from "zod/mini";
import type {
  BindMountConfig,
  Config,
  EnvironmentConfig,
  HooksConfig,
  HostConfig,
  LocalConfig,
  LocalEnvironmentConfig,
  PackagesConfig,
  PortConfig,
  ResourcesConfig,
  SecretConfig,
  TaskConfig,
  VolumeMountConfig,
  WatchConfig,
  WorkspaceConfig,
} from "./define.ts";
import { bootstrapSchema, imageSchema, layerSchema } from "./schema-image.ts";
import {
  archiveName,
  cachePath,
  environmentName,
  memoryForms,
  mountForms,
  mountTarget,
  pattern,
  port,
  projectName,
  sameAs,
  shellCommand,
  text,
  texts,
  variableName,
  variables,
  volumeFolder,
  volumeName,
  webAddress,
} from "./schema-values.ts";

const watchSchema = sameAs<WatchConfig>()(
  z.strictObject({
    paths: texts,
    action: z.enum(["restart", "run", "rebuild"]),
    command: z.optional(text),
  }),
);

const workspaceSchema = sameAs<WorkspaceConfig>()(
  z.strictObject({
    target: z.optional(mountTarget),
    mode: z.optional(z.enum(["bind", "sync", "copy"])),
    direction: z.optional(z.enum(["two-way", "to-container"])),
    ignore: z.optional(texts),
    conflicts: z.optional(z.enum(["keep-both", "wait"])),
    watch: z.optional(z.array(watchSchema)),
    volumes: z.optional(z.array(volumeFolder)),
    protectConfig: z.optional(z.boolean()),
  }),
);

const portSchema = sameAs<PortConfig>()(
  z.strictObject({
    container: port,
    host: z.optional(port),
    required: z.optional(z.boolean()),
    name: z.optional(text),
  }),
);

const taskSchema = sameAs<TaskConfig>()(
  z.strictObject({
    command: shellCommand,
    cwd: z.optional(text),
    env: z.optional(variables),
    dependsOn: z.optional(texts),
  }),
);

const bindMountSchema = sameAs<BindMountConfig>()(
  z.strictObject({ source: text, target: mountTarget, readOnly: z.optional(z.boolean()) }),
);
const volumeMountSchema = sameAs<VolumeMountConfig>()(
  z.strictObject({ volume: volumeName, target: mountTarget, readOnly: z.optional(z.boolean()) }),
);
const mount = z.union(
  [pattern(/^[^:\0]+:(?!\/[/.]*(:|$))\/[^:\0]*(:ro)?$/, mountForms), bindMountSchema, volumeMountSchema],
  `${mountForms}, or an object with \`source\` or \`volume\``,
);

const hook = z.union(
  [shellCommand, z.array(shellCommand), z.record(z.string(), shellCommand)],
  "a command, a list of commands, or commands by name",
);
const hooksSchema = sameAs<HooksConfig>()(z.strictObject({ create: z.optional(hook), start: z.optional(hook) }));

const secretSchema = sameAs<SecretConfig>()(
  z
    .strictObject({
      env: z.optional(text),
      file: z.optional(text),
      command: z.optional(text),
      as: z.optional(z.enum(["file", "env"])),
    })
    .check(z.refine(hasOneSource, "exactly one of `env`, `file` and `command`")),
);

const resourcesSchema = sameAs<ResourcesConfig>()(
  z.strictObject({
    cpus: z.optional(z.number().check(z.minimum(0.01, "a number of processors from 0.01 on"))),
    memory: z.optional(
      z.union([z.int().check(z.positive()), pattern(/^\d+(\.\d+)?[kmgt]?b?$/i, memoryForms)], memoryForms),
    ),
  }),
);

const hostSchema = sameAs<HostConfig>()(z.strictObject({ timezone: z.optional(z.boolean()) }));

/** What one developer may change for himself. */
const localKeys = {
  env: z.optional(variables),
  envFile: z.optional(z.union([text, texts], "a path, or a list of paths")),
  ports: z.optional(z.array(z.union([port, portSchema], "a port from 1 to 65535, or an object with `container`"))),
  mounts: z.optional(z.array(mount)),
  resources: z.optional(resourcesSchema),
  gpus: z.optional(
    z.union([z.literal("all"), z.int().check(z.positive()), texts], '`"all"`, a number, or a list of device ids'),
  ),
  devices: z.optional(z.array(pattern(/^\/[^:]+(:\/[^:]+)?(:[rwm]+)?$/, "a device such as `/dev/fuse`"))),
  capAdd: z.optional(z.array(pattern(/^(CAP_)?[A-Z_]+$/, "a Linux capability such as `SYS_PTRACE`"))),
  securityOpt: z.optional(
    z.array(
      pattern(
        /^(no-new-privileges([:=](true|false))?|seccomp[:=]unconfined|apparmor[:=][\w.-]+|label[:=][\w:.,-]+)$/,
        "an option such as `no-new-privileges=false`, `seccomp=unconfined`, `apparmor=NAME` or `label=disable`",
      ),
    ),
  ),
  host: z.optional(hostSchema),
  dotfiles: z.optional(text),
  shell: z.optional(text),
};

const environmentKeys = {
  workspace: z.optional(workspaceSchema),
  ...localKeys,
  caches: z.optional(
    z.union(
      [z.array(cachePath), z.record(volumeName, cachePath)],
      "a list of absolute paths, or such paths by name; `~` is the user's home",
    ),
  ),
  hooks: z.optional(hooksSchema),
  secrets: z.optional(z.record(variableName, secretSchema)),
  tasks: z.optional(
    z.record(
      pattern(/^\w[\w:./-]*$/, "a task name of letters, digits, `_`, `-`, `.`, `:` and `/`"),
      z.union([shellCommand, taskSchema]),
    ),
  ),
};
const image = z.union([text, imageSchema], "an image reference, or an object with `from`");

const environmentSchema = sameAs<EnvironmentConfig>()(z.strictObject({ image, ...environmentKeys }));

const packagesSchema = sameAs<PackagesConfig>()(
  z.strictObject({
    mirrors: z.optional(z.record(archiveName, webAddress)),
    snapshot: z.optional(z.union([webAddress, z.literal(false)], "an `http(s):` address, or `false`")),
  }),
);

/** Both forms at once; `validate.ts` sees to it that it is one of them. */
export const configSchema = sameAs<Config>()(
  z.strictObject({
    name: projectName,
    environments: z.optional(z.record(environmentName, environmentSchema)),
    registries: z.optional(z.record(text, text)),
    packages: z.optional(packagesSchema),
    image: z.optional(image),
    ...environmentKeys,
  }),
);

const localEnvironmentSchema = sameAs<LocalEnvironmentConfig>()(z.strictObject(localKeys));

/** What `devenv.local.ts` may contain. */
export const localConfigSchema = sameAs<LocalConfig>()(
  z.strictObject({ ...localKeys, environments: z.optional(z.record(z.string(), localEnvironmentSchema)) }),
);

/** The schema of a config file as JSON schema, each key described. */
export async function configJsonSchema(): Promise<object> {
  const { printJsonSchema } = await import("./json-schema.ts");
  return printJsonSchema(configSchema, {
    config: configSchema,
    packages: packagesSchema,
    environment: environmentSchema,
    image: imageSchema,
    bootstrap: bootstrapSchema,
    workspace: workspaceSchema,
    watch: watchSchema,
    port: portSchema,
    bindMount: bindMountSchema,
    volumeMount: volumeMountSchema,
    hooks: hooksSchema,
    secret: secretSchema,
    resources: resourcesSchema,
    host: hostSchema,
    task: taskSchema,
    layer: layerSchema,
  });
}

function hasOneSource({ env, file, command }: { [Key in keyof SecretConfig]?: unknown }): boolean {
  return [env, file, command].filter((source) => source !== undefined).length === 1;
}
