import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

export interface HttpServer extends AsyncDisposable {
  /** `http://ADDRESS:PORT`. */
  readonly url: string;
  /** Method and path of each request so far. */
  readonly requests: readonly string[];
}

/** A server on loopback, or another address, that answers with the given listener. */
export async function serveHttp(listener: RequestListener, address = "127.0.0.1"): Promise<HttpServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  await new Promise<void>((ready) => server.listen(0, address, ready));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${address}:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
