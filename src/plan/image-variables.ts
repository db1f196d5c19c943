/** Variables of the image in values of the key `env`: `PATH: "${PATH}:/opt/tool/bin"`. */

/** `${NAME}`, and whether a dollar stands before it that makes it plain text. */
const reference = /(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** What engines give a container whose image has no PATH. */
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Whether a value is other text once the image is known. */
export function hasReference(value: string): boolean {
  return value.search(reference) >= 0;
}

export interface ExpandedValue {
  readonly value: string;
  /** Names that it refers to and the image does not define. */
  readonly unknown: readonly string[];
}

/** `${NAME}` becomes the image's value, `$${NAME}` the text `${NAME}`; every other dollar stays as it is. */
export function expandValue(value: string, imageEnv: Readonly<Record<string, string>>): ExpandedValue {
  const known: Readonly<Record<string, string>> = { PATH: defaultPath, ...imageEnv };
  const unknown: string[] = [];
  const expanded = value.replaceAll(reference, (whole: string, dollar: string, name: string) => {
    if (dollar !== "") return whole.slice(1);
    if (Object.hasOwn(known, name)) return known[name] ?? "";
    unknown.push(name);
    return whole;
  });
  return { value: expanded, unknown };
}
