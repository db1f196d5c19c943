/** What every part of the error catalogue is made of. */

export interface ErrorEntry<Details> {
  readonly exit?: 1 | 2;
  message(details: Details): string;
  hint?(details: Details): string | undefined;
}

export function entry<Details extends object>(value: ErrorEntry<Details>): ErrorEntry<Details> {
  return value;
}

/** Where in the user's files something stands; `line` is 1-based and absent when it cannot be known. */
export interface SourcePlace {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

export function printPlace(place: SourcePlace): string {
  return [place.file, place.line, place.line === undefined ? undefined : place.column]
    .filter((part) => part !== undefined)
    .join(":");
}

export function listNames(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.map((name) => `\`${name}\``).join(", ");
}
