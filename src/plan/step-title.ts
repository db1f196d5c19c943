/** A build step on one line as the user wrote it: without mounts, and without what devenv puts around a command. */
export function stepTitle(name: string): string {
  if (!name.startsWith("RUN ")) return oneLine(name);
  const command = name.replace(/^RUN(\s+--\S+)*\s+/, "");
  const own = readScript(command) ?? command;
  const title = withoutWrapper(own);
  const copies = opening.exec(own)?.[1];
  if (copies !== undefined) return oneLine(`RUN ${title.slice(`${copies} && `.length)}, after ${asCopy(copies)}`);
  return oneLine(title !== own && title.startsWith("copy ") ? asCopy(title) : `RUN ${title}`);
}

/** The script of `["/bin/sh","-c",SCRIPT]`, the form of a command that has several lines. */
function readScript(command: string): string | undefined {
  if (!command.startsWith("[")) return undefined;
  try {
    const words: unknown = JSON.parse(command);
    return Array.isArray(words) && words.length === 3 ? String(words[2]) : undefined;
  } catch {
    return undefined;
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** What an engine says of a failed command, without what devenv put around it. */
export function withoutPrelude(reason: string): string {
  return oneLine(withoutWrapper(reason));
}

const word = /(?: (?:'[^']*'|\\'|[\w@%+=:,./-])+)/.source;
const copying = `copy${word}+(?: && copy${word}+)*`;

/** As Dockerfiles have it. */
function asCopy(copies: string): string {
  return copies.replaceAll(/(^|&& )copy /g, "$1COPY ");
}

const lineBreak = String.raw`(?:\\n|\n)`;

/** What devenv puts before a command: with the copies of the same step, where it has some. */
const opening = new RegExp(
  String.raw`(?:devenv_step=\d+; )?\. /run/devenv/build/begin(?:;\s*|${lineBreak})(?:\((${copying})\) &&(?:${lineBreak}|\s+))?\(${lineBreak}?`,
);

/** A line break stands there as it is, or as some engines quote it. */
function withoutWrapper(text: string): string {
  return text
    .replaceAll(new RegExp(opening, "g"), (_, copies) => (copies === undefined ? "" : `${copies} && `))
    .replaceAll(new RegExp(String.raw`(?:\);|${lineBreak}\)${lineBreak}) ?finish \$\?${word}*`, "g"), "");
}
