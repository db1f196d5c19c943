import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { sha256 } from "../../src/digest.ts";
import { bridgeAddress } from "./bridge.ts";
import { type HttpServer, serveHttp } from "./http-server.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

export interface AptRepository extends AsyncDisposable {
  readonly server: HttpServer;
  /** Shell text that makes it the only source of an image. */
  readonly useIt: string;
  /** Have these packages, and no others; below a folder, their files beside all else. */
  publish(packages: readonly TestPackage[], folder?: string): void;
  /** Answer for one file with other bytes. */
  spoil(path: string): void;
}

export interface TestPackage {
  readonly name: string;
  readonly version: string;
  readonly depends?: string;
}

/** An archive `example` with the suite `stable`, as builds reach it. */
export async function openAptRepository(architecture: string): Promise<AptRepository> {
  const work = temporaryFolder();
  const files = new Map<string, Buffer>();
  const server = await serveHttp(({ url = "" }, response) => {
    const file = files.get(decodeURIComponent(url.slice(1)));
    response.writeHead(file === undefined ? 404 : 200).end(file);
  }, bridgeAddress());
  return {
    server,
    useIt: `rm -f /etc/apt/sources.list.d/* && echo "deb [trusted=yes] ${server.url} stable main" > /etc/apt/sources.list`,
    publish: (packages, folder = "") => {
      const debs = packages.map((one) => makeDeb(work, one));
      if (folder === "") files.clear();
      for (const deb of debs) files.set(folder + poolPath(deb), readFileSync(deb));
      if (folder !== "") return;
      const list = Buffer.from(debs.map(stanza).join("\n"));
      const name = `main/binary-${architecture}/Packages`;
      files.set(`dists/stable/${name}`, list).set(`dists/stable/${name}.gz`, gzipSync(list));
      const head = "Origin: Example\nLabel: Example\nSuite: stable\nCodename: stable\nComponents: main\n";
      const sum = ` ${sha256(list)} ${list.length} ${name}\n`;
      files.set("dists/stable/Release", Buffer.from(`${head}Architectures: ${architecture} all\nSHA256:\n${sum}`));
    },
    spoil: (path) => files.set(path, Buffer.from("other bytes")),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      work[Symbol.dispose]();
    },
  };
}

function makeDeb(work: TemporaryFolder, { name, version, depends }: TestPackage): string {
  const folder = `${name}-${version}`;
  const fields = { Package: name, Version: version, Architecture: "all", Maintainer: "ada <ada@example.com>" };
  const control = Object.entries({
    ...fields,
    Description: name,
    ...(depends === undefined ? {} : { Depends: depends }),
  });
  work.write({ [`${folder}/DEBIAN/control`]: control.map(([key, value]) => `${key}: ${value}\n`).join("") });
  const file = join(work.path, `${name}_${version.replace(/^\d+:/, "")}_all.deb`);
  const env = { ...process.env, SOURCE_DATE_EPOCH: "0" };
  execFileSync("dpkg-deb", ["--root-owner-group", "-b", join(work.path, folder), file], { stdio: "ignore", env });
  return file;
}

function poolPath(deb: string): string {
  return `pool/main/${basename(deb)}`;
}

function stanza(deb: string): string {
  const control = execFileSync("dpkg-deb", ["-f", deb], { encoding: "utf8" });
  return `${control}Filename: ${poolPath(deb)}\nSize: ${statSync(deb).size}\nSHA256: ${sha256(readFileSync(deb))}\n`;
}
