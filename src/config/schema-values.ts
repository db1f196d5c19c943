/** The kinds of values that a config is made of, and what ties a schema to its declared type. */
import * as z from "zod/mini";

export const text = z.string().check(z.minLength(1, "a string that is not empty"));
export const texts = z.array(text);
export const absolutePath = pattern(/^\//, "an absolute path in the container, such as `/opt/tool`");
export const variableName = pattern(/^[A-Za-z_][A-Za-z0-9_]*$/, "a variable name of letters, digits and `_`");
export const variables = z.record(variableName, z.string());
export const volumeName = pattern(/^[A-Za-z0-9][\w.-]*$/, "a name of letters, digits, `_`, `.` and `-`");
export const volumeFolder = pattern(
  /^(?!\/)(?!(.*\/)?\.\.(\/|$))(?!\.?\/*$).+$/,
  "a folder inside the workspace, such as `node_modules`",
);
export const cachePath = pattern(
  /^(\/|~\/)./,
  "an absolute path in the container, such as `~/.npm` or `/var/cache/tool`",
);
export const mountForms = "`source:/target` or `source:/target:ro`";
export const memoryForms = "a size such as `4g` or `512m`, or a number of bytes";
export const sha256 = pattern(/^[0-9a-f]{64}$/, "a sha256 of 64 lower-case hex digits");
export const platform = pattern(/^linux\/[a-z0-9]+(\/v\d+)?$/, "a platform such as `linux/amd64` or `linux/arm64`");
export const archiveUrl = pattern(/^(https?:\/\/|npm:)\S+$/, "an `http(s):` address or `npm:NAME@VERSION`");
export const webAddress = pattern(/^https?:\/\/[^\s/]+\S*$/, "an `http(s):` address");
export const archiveName = pattern(/^[a-z0-9][a-z0-9-]*$/, "the name of an archive, such as `debian`");
export const port = z
  .int("a port from 1 to 65535")
  .check(z.minimum(1, "a port from 1 to 65535"), z.maximum(65_535, "a port from 1 to 65535"));

export function pattern(expression: RegExp, expected: string): z.ZodMiniString<string> {
  return z.string().check(z.regex(expression, expected));
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
