import { createHash, createSign, generateKeyPairSync } from "node:crypto";
import { gzipSync } from "node:zlib";
import { type Header, pack } from "tar-stream";
import { bridgeAddress } from "./bridge.ts";
import { type HttpServer, serveHttp } from "./http-server.ts";

export interface ApkRepository extends AsyncDisposable {
  readonly server: HttpServer;
  /** Shell text that makes it the only repository of an image, and its key trusted. */
  readonly useIt: string;
  /** Have these packages, and no others; below a folder, their files beside all else. */
  publish(packages: readonly TestPackage[], folder?: string): Promise<void>;
  /** Answer for one file with other bytes. */
  spoil(path: string): void;
}

export interface TestPackage {
  readonly name: string;
  readonly version: string;
  readonly depends?: string;
  /** What `/usr/share/NAME` says; the version unless told. */
  readonly text?: string;
}

const keyName = "test@example.com-1.rsa.pub";

/** Seconds: the time of everything in the packages. */
const packageTime = 1_700_000_000;

/** The repository `v3.20/main` of an archive, signed as Alpine's, as builds reach it. */
export async function openApkRepository(architecture: string): Promise<ApkRepository> {
  const files = new Map<string, Buffer>();
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const server = await serveHttp(({ url = "" }, response) => {
    const file = files.get(decodeURIComponent(url.slice(1)));
    response.writeHead(file === undefined ? 404 : 200).end(file);
  }, bridgeAddress());
  const sign = async (content: Buffer) => {
    const signature = createSign("sha1").update(content).sign(privateKey);
    return Buffer.concat([gzipSync(await tarPart([[`.SIGN.RSA.${keyName}`, signature]])), content]);
  };
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString().trim().replaceAll("\n", "\\n");
  const place = `v3.20/main/${architecture}`;
  return {
    server,
    useIt: `echo ${server.url}/v3.20/main > /etc/apk/repositories && printf '${pem}\\n' > /etc/apk/keys/${keyName}`,
    publish: async (packages, folder = "") => {
      if (folder === "") files.clear();
      const made = await Promise.all(packages.map((one) => makePackage(one, { architecture, sign })));
      for (const { name, content } of made) files.set(`${folder}${place}/${name}`, content);
      const index = gzipSync(await tarPart([["APKINDEX", Buffer.from(made.map(({ entry }) => entry).join(""))]], true));
      if (folder === "") files.set(`${place}/APKINDEX.tar.gz`, await sign(index));
    },
    spoil: (path) => files.set(path, Buffer.from("other bytes")),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

interface Making {
  readonly architecture: string;
  sign(content: Buffer): Promise<Buffer>;
}

/** A package as abuild makes it: signature, control and data, each a tar of its own. */
async function makePackage({ name, version, depends, text = version }: TestPackage, { architecture, sign }: Making) {
  const content = Buffer.from(text);
  const checksum = createHash("sha1").update(content).digest("hex");
  const pax = { "APK-TOOLS.checksum.SHA1": checksum };
  const none = Buffer.alloc(0);
  const members: Member[] = [
    ["usr", none, { type: "directory" }],
    ["usr/share", none, { type: "directory" }],
    [`usr/share/${name}`, content, { pax }],
  ];
  const data = gzipSync(await tarPart(members, true));
  const fields = [
    ["pkgname", name],
    ["pkgver", version],
    ["pkgdesc", name],
    ["url", "https://example.com"],
    ["builddate", String(packageTime)],
    ["size", String(content.length)],
    ["arch", architecture],
    ["license", "MIT"],
    ...(depends === undefined ? [] : depends.split(" ").map((one) => ["depend", one])),
    ["datahash", createHash("sha256").update(data).digest("hex")],
  ];
  const info = fields.map(([key, value]) => `${key} = ${value}\n`).join("");
  const script = "#!/bin/sh\nexit 0\n";
  const control = gzipSync(
    await tarPart([
      [".PKGINFO", Buffer.from(info)],
      [".post-install", Buffer.from(script)],
    ]),
  );
  const file = Buffer.concat([await sign(control), data]);
  const identity = `Q1${createHash("sha1").update(control).digest("base64")}`;
  const head = `C:${identity}\nP:${name}\nV:${version}\nA:${architecture}\nS:${file.length}\nI:${content.length}\n`;
  const tail = `T:${name}\nU:https://example.com\nL:MIT\nt:${packageTime}\n${depends === undefined ? "" : `D:${depends}\n`}\n`;
  return { name: `${name}-${version}.apk`, content: file, entry: head + tail };
}

type Member = readonly [name: string, content: Buffer, header?: Partial<Header>];

/** A tar; without an end, what follows belongs to it. */
export async function tarPart(members: readonly Member[], hasEnd = false): Promise<Buffer> {
  const tar = pack();
  for (const [name, content, header = {}] of members) {
    const head = { name, mode: 0o755, mtime: new Date(packageTime * 1000), ...header };
    if (head.type === "directory") tar.entry(head);
    else tar.entry(head, content);
  }
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  // two empty blocks of 512 bytes
  return hasEnd ? whole : whole.subarray(0, whole.length - 1024);
}
