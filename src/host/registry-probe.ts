import { request } from "undici";
import { type AgentOptions, openHttpAgent } from "./http-agent.ts";

export interface ProbeOptions extends AgentOptions {
  readonly timeoutMs: number;
}

/** Whether an image registry answers at this address within the time; one that wants a login counts. Never throws. */
export async function registryAnswers(url: string, { timeoutMs, ...options }: ProbeOptions): Promise<boolean> {
  const dispatcher = openHttpAgent(options);
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const { statusCode, headers, body } = await request(`${url.replace(/\/+$/, "")}/v2/`, { dispatcher, signal });
    await body.dump();
    const isRegistry =
      headers["docker-distribution-api-version"] !== undefined || headers["www-authenticate"] !== undefined;
    return statusCode === 200 || (statusCode === 401 && isRegistry);
  } catch {
    return false;
  } finally {
    await dispatcher.destroy();
  }
}
