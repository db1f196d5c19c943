/** A place in the config, outermost key first. */
export type KeyPath = readonly (string | number)[];

/** `environments.dev.image.layers[1]`; a key that is no plain word is quoted: `tasks["test:unit"]`. */
export function printKeyPath(path: KeyPath): string {
  return path.map(printStep).join("").replace(/^\./, "");
}

/** The reverse of `printKeyPath`. */
export function parseKeyPath(key: string): KeyPath {
  return [...key.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)].map(([, index, quoted, word]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? (word ?? "") : (JSON.parse(quoted) as string);
  });
}

function printStep(step: string | number): string {
  if (typeof step === "number") return `[${step}]`;
  return /^[\w$-]+$/.test(step) && !/^\d+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}
