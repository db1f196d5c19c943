/**
 * What a config may contain, strictly. The message of each check says what was expected, for
 * `issues.ts`; the descriptions of the keys are in `json-schema.ts`.
 */
import * as z from "zod/mini";
import type {
  BootstrapBase,
  Config,
  EnvironmentConfig,
  ImageConfig,
  PortConfig,
  TaskConfig,
  WorkspaceConfig,
} from "./define.ts";
import type { Layer } from "./layers.ts";

const text = z.string().check(z.minLength(1, "a string that is not empty"));
const texts = z.array(text);
const absolutePath = pattern(/^\//, "an absolute path in the container, such as `/opt/tool`");
const variables = z.record(
  pattern(/^[A-Za-z_][A-Za-z0-9_]*$/, "a variable name of letters, digits and `_`"),
  z.string(),
);
const sha256 = pattern(/^[0-9a-f]{64}$/, "a sha256 of 64 lower-case hex digits");
const platform = pattern(/^linux\/[a-z0-9]+(\/v\d+)?$/, "a platform such as `linux/amd64` or `linux/arm64`");
const archiveUrl = pattern(/^(https?:\/\/|npm:)\S+$/, "an `http(s):` address or `npm:NAME@VERSION`");
const port = z
  .int("a port from 1 to 65535")
  .check(z.minimum(1, "a port from 1 to 65535"), z.maximum(65_535, "a port from 1 to 65535"));

const layerSchema = sameAs<Layer>()(
  z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("apt"), packages: texts }),
    z.strictObject({ kind: z.literal("apk"), packages: texts }),
    z.strictObject({
      kind: z.literal("archive"),
      url: perPlatform(archiveUrl),
      to: absolutePath,
      sha256: z.optional(perPlatform(sha256)),
      strip: z.optional(
        z
          .int("a whole number of path components, 0 or more")
          .check(z.minimum(0, "a whole number of path components, 0 or more")),
      ),
    }),
    z.strictObject({
      kind: z.literal("copy"),
      from: z.union([text, texts]),
      to: text,
      owner: z.optional(pattern(/^[\w.-]+(:[\w.-]+)?$/, "`user`, `user:group` or numbers")),
      mode: z.optional(pattern(/^0?[0-7]{3,4}$/, "octal permission bits as text, such as `0755`")),
    }),
    z.strictObject({
      kind: z.literal("run"),
      command: z.union([text, texts]),
      cache: z.optional(z.array(absolutePath)),
      env: z.optional(variables),
      workdir: z.optional(absolutePath),
      network: z.optional(z.enum(["default", "none", "host"])),
    }),
    z.strictObject({ kind: z.literal("env"), env: variables }),
    z.strictObject({ kind: z.literal("dockerfile"), text }),
  ]),
);

const bootstrapSchema = sameAs<BootstrapBase>()(
  z.strictObject({
    kind: z.literal("bootstrap"),
    suite: pattern(/^[a-z][a-z0-9-]*$/, "a suite of the distribution, such as `bookworm`"),
    packages: z.optional(texts),
    mirror: z.optional(pattern(/^https?:\/\/\S+$/, "an `http(s):` address")),
    variant: z.optional(z.enum(["minbase", "essential", "apt"])),
  }),
);

const imageSchema = sameAs<ImageConfig>()(
  z.strictObject({
    from: z.union(
      [text, bootstrapSchema, z.strictObject({ environment: text })],
      "an image reference, `bootstrap({ … })` or `{ environment: … }`",
    ),
    layers: z.optional(
      z.array(z.union([layerSchema, z.array(layerSchema)], 'a layer such as `apt("git")`, or a list of layers')),
    ),
    user: z.optional(pattern(/^[\w.-]+(:[\w.-]+)?$/, "`user`, `user:group` or numbers")),
    platform: z.optional(platform),
  }),
);

const workspaceSchema = sameAs<WorkspaceConfig>()(
  z.strictObject({
    target: z.optional(absolutePath),
    mode: z.optional(z.literal("bind")),
  }),
);

const portSchema = sameAs<PortConfig>()(
  z.strictObject({
    container: port,
    host: z.optional(port),
    name: z.optional(text),
  }),
);

const taskSchema = sameAs<TaskConfig>()(
  z.strictObject({
    command: text,
    cwd: z.optional(text),
    env: z.optional(variables),
    dependsOn: z.optional(texts),
  }),
);

const environmentKeys = {
  workspace: z.optional(workspaceSchema),
  env: z.optional(variables),
  ports: z.optional(z.array(z.union([port, portSchema], "a port from 1 to 65535, or an object with `container`"))),
  tasks: z.optional(
    z.record(
      pattern(/^\w[\w:./-]*$/, "a task name of letters, digits, `_`, `-`, `.`, `:` and `/`"),
      z.union([text, taskSchema]),
    ),
  ),
  shell: z.optional(text),
};
const image = z.union([text, imageSchema], "an image reference, or an object with `from`");

const environmentSchema = sameAs<EnvironmentConfig>()(z.strictObject({ image, ...environmentKeys }));

/** Both forms at once; `validate.ts` sees to it that it is one of them. */
export const configSchema = sameAs<Config>()(
  z.strictObject({
    name: pattern(/^[a-z0-9][a-z0-9._-]*$/, "a name of lower-case letters, digits, `.`, `_` and `-`"),
    environments: z.optional(
      z.record(
        pattern(/^[a-z0-9][a-z0-9_-]{0,39}$/, "a name of at most 40 lower-case letters, digits, `_` and `-`"),
        environmentSchema,
      ),
    ),
    registries: z.optional(z.record(text, text)),
    image: z.optional(image),
    ...environmentKeys,
  }),
);

/** The schema of a config file as JSON schema, each key described. */
export async function configJsonSchema(): Promise<object> {
  const { printJsonSchema } = await import("./json-schema.ts");
  return printJsonSchema(configSchema, {
    config: configSchema,
    environment: environmentSchema,
    image: imageSchema,
    bootstrap: bootstrapSchema,
    workspace: workspaceSchema,
    port: portSchema,
    task: taskSchema,
    layer: layerSchema,
  });
}

function pattern(expression: RegExp, expected: string): z.ZodMiniString<string> {
  return z.string().check(z.regex(expression, expected));
}

function perPlatform<Value extends z.ZodMiniType<string, string>>(
  value: Value,
): z.ZodMiniUnion<[Value, z.ZodMiniRecord<typeof platform, Value>]> {
  return z.union([value, z.record(platform, value)]);
}

/** The schema itself; does not compile unless it accepts exactly what `define.ts` declares. */
function sameAs<Declared>() {
  return <Schema extends z.ZodMiniType>(
    schema: Same<Plain<z.input<Schema>>, Plain<Declared>> extends true ? Schema : never,
  ): Schema => schema;
}

/** A type without `readonly`, and without `undefined` in optional keys: only its structure. */
type Plain<Value> = Value extends readonly (infer Item)[]
  ? Plain<Item>[]
  : Value extends object
    ? { -readonly [Key in keyof Value]: Plain<Exclude<Value[Key], undefined>> }
    : Value;
type Same<Left, Right> =
  (<Probe>() => Probe extends Left ? 1 : 2) extends <Probe>() => Probe extends Right ? 1 : 2 ? true : false;
