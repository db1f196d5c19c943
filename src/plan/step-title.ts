import { useHost } from "./dockerfile.ts";

/** A build step on one line as the user wrote it: without mounts, and without what devenv puts before a command. */
export function stepTitle(name: string): string {
  if (!name.startsWith("RUN ")) return oneLine(name);
  const command = name.replace(/^RUN(\s+--\S+)*\s+/, "");
  return oneLine(`RUN ${withoutHost(readScript(command) ?? command)}`);
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

function withoutHost(script: string): string {
  return script.startsWith(useHost) ? script.slice(useHost.length).replace(/^[;\s]+/, "") : script;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** What an engine says of a failed command, without what devenv put before it. */
export function withoutPrelude(reason: string): string {
  return oneLine(reason.replaceAll(useHost, "").replaceAll(/(-c) (;|\\n)\s*/g, "$1 "));
}
