/** The kinds of values that a config is made of, and what ties a schema to its declared type. */
import * as z from "zod/mini";

export const text = pattern(/^[^\0]+$/, "a string that is not empty, without NUL characters");
export const texts = z.array(text);
export const absolutePath = pattern(/^\/[^\0]*$/, "an absolute path in the container, such as `/opt/tool`");
/** The engine mounts nothing over the root. */
export const mountTarget = pattern(
  /^(?!\/[/.]*$)\/[^\0]+$/,
  "an absolute path in the container, other than `/`, such as `/opt/tool`",
);
/** It stands in a Dockerfile's flag, which knows no quotes. */
export const stepCachePath = pattern(
  /^(?!\/[/.]*$)\/[^\s,"'\\$\0]+$/,
  "an absolute path in the container without spaces, commas, quotes and `$`, such as `/var/cache/tool`",
);
/** As names of images have them, which projects and environments are part of. */
const nameWords = "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*";
export const projectName = pattern(
  new RegExp(`^(?=.{1,128}$)${nameWords}$`),
  "a name of at most 128 lower-case letters, digits, `.`, `_` and `-`, the last three between others and not side by side",
);
export const environmentName = pattern(
  new RegExp(`^(?=[^.]{1,40}$)${nameWords}$`),
  "a name of at most 40 lower-case letters, digits, `_` and `-`, the last two between others and not side by side",
);
/** That engines take. */
const largestId = 2_147_483_647;
const account = "([A-Za-z_][\\w.-]{0,31}|\\d{1,10})";
export const userName = pattern(new RegExp(`^${account}(:${account})?$`), "`user`, `user:group` or numbers").check(
  z.refine((user) => user.split(":").every((id) => !(Number(id) > largestId)), `ids up to ${largestId}`),
);
/** A shell gets it as one argument, which Linux limits to 128 KiB. */
export const shellCommand = text.check(
  z.refine(
    (command) => Buffer.byteLength(command) <= 120_000,
    "a command of at most 120,000 bytes: longer ones are scripts",
  ),
);
/** A step stands in one line of a Dockerfile, which BuildKit limits to 64 KiB. */
export const stepCommand = z
  .union([text, texts])
  .check(
    z.refine(
      (command) => Buffer.byteLength(JSON.stringify([command].flat().join(" && "))) <= 60_000,
      "a command of at most 60,000 bytes; `copy` a script that holds a longer one",
    ),
  );
export const dockerfileText = text.check(
  z.refine(
    (lines) => lines.split("\n").every((line) => Buffer.byteLength(line) < 65_536),
    "lines of less than 65,536 bytes, as builders take them",
  ),
);
export const variableName = pattern(/^[A-Za-z_][A-Za-z0-9_]*$/, "a variable name of letters, digits and `_`");
export const variables = variablesUpTo(120_000);
/** Of a layer: they stand in a line of a Dockerfile. */
export const layerVariables = variablesUpTo(60_000);
export const volumeName = pattern(
  /^[A-Za-z0-9][\w.-]{1,127}$/,
  "a name of two to 128 letters, digits, `_`, `.` and `-`",
);
export const volumeFolder = pattern(
  /^(?!\/)(?!(.*\/)?\.\.(\/|$))(?!\.?\/*$).+$/,
  "a folder inside the workspace, such as `node_modules`",
);
export const cachePath = pattern(
  /^(?!~?\/[/.]*$)~?\/[^\0]+$/,
  "an absolute path in the container, such as `~/.npm` or `/var/cache/tool`",
);
export const mountForms = "`source:/target` or `source:/target:ro`";
export const memoryForms = "a size such as `4g` or `512m`, or a number of bytes";
export const sha256 = pattern(/^[0-9a-f]{64}$/, "a sha256 of 64 lower-case hex digits");
export const platform = pattern(/^linux\/[a-z0-9]+(\/v\d+)?$/, "a platform such as `linux/amd64` or `linux/arm64`");
export const archiveUrl = pattern(/^(https?:\/\/|npm:)\S+$/, "an `http(s):` address or `npm:NAME@VERSION`");
export const webAddress = pattern(/^https?:\/\/[^\s/]+\S*$/, "an `http(s):` address");
export const archiveName = pattern(/^[a-z0-9][a-z0-9-]*$/, "the name of an archive, such as `debian`");
/** A trailing `-` would ask apt to remove. */
export const aptPackage = pattern(
  /^[a-z0-9][a-z0-9.+-]*(?<!-)(:[a-z0-9]+)?([=/][^\s=/]*[^\s=/-])?$/,
  "a package such as `git`, `git:arm64` or `git=1:2.39*`; by `-` at its end apt would remove it",
);
export const apkPackage = pattern(
  /^([a-z]+:)?[A-Za-z0-9_][\w.+-]*([<>=~]+[\w.+~-]+)?(@\w+)?$/,
  "a package such as `git`, `git=2.45.2-r0` or `git@edge`",
);
export const port = z
  .int("a port from 1 to 65535")
  .check(z.minimum(1, "a port from 1 to 65535"), z.maximum(65_535, "a port from 1 to 65535"));

export function pattern(expression: RegExp, expected: string): z.ZodMiniString<string> {
  return z.string().check(z.regex(expression, expected));
}

/** Linux takes no longer variable than 128 KiB. */
function variablesUpTo(most: number) {
  const value = pattern(/^[^\0]*$/, "a string without NUL characters").check(
    z.refine((one) => Buffer.byteLength(one) <= most, `a value of at most ${most} bytes`),
  );
  return z.record(variableName, value);
}

export function perPlatform<Value extends z.ZodMiniType<string, string>>(
  value: Value,
): z.ZodMiniUnion<[Value, z.ZodMiniRecord<typeof platform, Value>]> {
  return z.union([value, z.record(platform, value)]);
}

/** The schema itself; does not compile unless it accepts exactly what `define.ts` declares. */
export function sameAs<Declared>() {
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
