/** Operations of which nothing shows a secret: one place through which all passes that people see. */
import { DevenvError, isDevenvError } from "../errors.ts";
import { openRedaction, type Redaction } from "../host/redact.ts";
import type { KnownContext, ProgressEvent } from "./operation.ts";

/** Run an operation; the secrets that it opens on the way are hidden in its events and in its error. */
export async function hidingSecrets<Context extends KnownContext, Result>(
  context: Context,
  run: (context: Context & { readonly redaction: Redaction }) => Promise<Result>,
): Promise<Result> {
  const redaction = openRedaction();
  const report = (event: ProgressEvent) => context.report(redactEvent(event, redaction));
  try {
    return await run({ ...context, redaction, report });
  } catch (error) {
    throw redactError(error, redaction);
  }
}

/** What says where it belongs stays: a value may be the name of an environment. */
function redactEvent(event: ProgressEvent, { text, deep }: Redaction): ProgressEvent {
  switch (event.kind) {
    case "step-started":
    case "step-finished":
    case "warning":
      return { ...event, text: text(event.text) };
    case "output":
      return { ...event, line: text(event.line) };
    case "build":
      return { ...event, event: deep({ ...event.event }) };
    default:
      return event;
  }
}

function redactError(error: unknown, { text, deep }: Redaction): unknown {
  if (isDevenvError(error)) return new DevenvError(error.code, deep({ ...error.details }), error);
  if (error instanceof Error) {
    const message = text(error.message);
    if (message !== error.message) Object.defineProperty(error, "message", { value: message });
  }
  return error;
}
