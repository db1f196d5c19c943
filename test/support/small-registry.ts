import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { sha256 } from "../../src/digest.ts";

export interface SmallRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`; engines talk plain HTTP to loopback. */
  readonly host: string;
  /** Paths that were asked for. */
  readonly requests: readonly string[];
  /** Move the tag to an image whose file holds this text; the old one stays, by its digest. */
  push(text: string): Promise<void>;
}

/** The engines of `test/engines` have a loopback of their own. */
export const isReachedByEngine = process.env.DEVENV_TEST_ENGINE === undefined;

/** A registry on loopback that gives one image, `library/small:1`, with one file in it. */
export async function openSmallRegistry(
  platform: string,
  file: ImageFile = { path: "hello.txt", text: "from the registry\n" },
): Promise<SmallRegistry> {
  let files = await smallImage(platform, file);
  const requests: string[] = [];
  const server = createServer(({ url = "", method }, response) => {
    requests.push(url);
    if (url === "/v2/") return response.end("{}");
    const answer = files.find(({ paths }) => paths.includes(url));
    if (answer === undefined) return response.writeHead(404).end();
    const { type, content } = answer;
    response.writeHead(200, {
      "content-type": type,
      "content-length": content.length,
      "docker-content-digest": `sha256:${sha256(content)}`,
    });
    return response.end(method === "HEAD" ? undefined : content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the registry has no port");
  return {
    host: `127.0.0.1:${address.port}`,
    requests,
    push: async (text) => {
      files = [...(await smallImage(platform, { ...file, text })), ...files];
    },
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

interface ImageFile {
  readonly path: string;
  readonly text: string;
}

async function smallImage(platform: string, { path, text }: ImageFile) {
  const [os, architecture] = platform.split("/");
  const tar = pack();
  tar.entry({ name: path, mtime: new Date(0) }, text);
  tar.finalize();
  const layer = await buffer(tar);
  const blob = gzipSync(layer);
  const rootfs = { type: "layers", diff_ids: [`sha256:${sha256(layer)}`] };
  const config = Buffer.from(
    JSON.stringify({ os, architecture, config: {}, rootfs, history: [{ created_by: "test" }] }),
  );
  const type = (name: string) => `application/vnd.docker.${name}`;
  const describe = (mediaType: string, content: Buffer) => ({
    mediaType,
    size: content.length,
    digest: `sha256:${sha256(content)}`,
  });
  const manifestType = type("distribution.manifest.v2+json");
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: describe(type("container.image.v1+json"), config),
      layers: [describe(type("image.rootfs.diff.tar.gzip"), blob)],
    }),
  );
  const blobPaths = (content: Buffer) => [`/v2/library/small/blobs/sha256:${sha256(content)}`];
  const manifestPaths = ["1", `sha256:${sha256(manifest)}`].map((name) => `/v2/library/small/manifests/${name}`);
  return [
    { paths: manifestPaths, type: manifestType, content: manifest },
    { paths: blobPaths(config), type: "application/octet-stream", content: config },
    { paths: blobPaths(blob), type: "application/octet-stream", content: blob },
  ];
}
