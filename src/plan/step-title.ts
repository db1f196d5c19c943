/** A build step on one line as the user wrote it: without mounts, and without what devenv puts around a command. */
export function stepTitle(name: string): string {
  if (!name.startsWith("RUN ")) return oneLine(name);
  const command = name.replace(/^RUN(\s+--\S+)*\s+/, "");
  const own = readScript(command) ?? command;
  const title = withoutWrapper(own);
  return oneLine(title !== own && title.startsWith("copy ") ? `COPY${title.slice(4)}` : `RUN ${title}`);
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

/** A line break stands there as it is, or as some engines quote it. */
function withoutWrapper(text: string): string {
  return text
    .replaceAll(/\. \/run\/devenv\/build\/begin(?:;\s*\(|(?:\\n|\n)\((?:\\n|\n))/g, "")
    .replaceAll(/(?:\);|(?:\\n|\n)\)(?:\\n|\n)) ?finish \$\?(?: (?:'[^']*'|\\'|[\w@%+=:,./-])+)*/g, "");
}
