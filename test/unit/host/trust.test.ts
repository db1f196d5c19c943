import { execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { describe, expect, it } from "vitest";
import { assembleTrust, maxBundleBytes, type TrustSources } from "../../../src/host/assemble-trust.ts";
import { readCertificateSources } from "../../../src/host/certificate-sources.ts";
import { splitCertificates } from "../../../src/host/certificates.ts";
import { buildTrustScript, trustEnvironment, writeTrustFolder } from "../../../src/host/trust.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { testHost } from "../../support/test-host.ts";

const roots = splitCertificates(...rootCertificates);

/** Certificates are only compared, so any base64 of the size of one stands for one. */
function certificate(name: string, bytes = 900): string {
  const [pem = ""] = splitCertificates(
    `-----BEGIN CERTIFICATE-----\n${Buffer.from(name.padEnd(bytes, ".")).toString("base64")}\n-----END CERTIFICATE-----`,
  );
  return pem;
}

const company = certificate("company");
const retired = certificate("retired root");

function assemble(sources: Partial<TrustSources>) {
  return assembleTrust({ added: [], ordinary: [], bundle: "", env: {}, ...sources });
}

describe("which certificates are extra", () => {
  it("takes those that were added to the machine", () => {
    expect(assemble({ added: [company] }).certificates).toBe(company);
  });

  it.each([
    ["nobody added any", {}],
    ["the added ones are among Node's roots", { added: [roots[0] ?? ""] }],
    ["the distribution ships the added ones", { added: [retired], ordinary: [retired] }],
    ["an added file holds no certificate", { added: ["hello"] }],
  ])("has none, and no bundle, when %s", (_case, sources) => {
    expect(assemble(sources)).toEqual({ certificates: undefined, bundle: undefined, proxies: {} });
  });

  it("finds the added one in a bundle that a variable names", () => {
    const bundle = retired + company + roots.join("");
    expect(assemble({ added: [bundle], ordinary: [retired], bundle }).certificates).toBe(company);
  });
});

describe("the bundle", () => {
  it("holds the extra certificates and the machine's own, each once", () => {
    const bundle = assemble({ added: [company], bundle: retired + company }).bundle ?? "";
    expect(splitCertificates(bundle)).toEqual([company, retired]);
  });

  it("falls back on Node's roots on a machine without a bundle", () => {
    expect(splitCertificates(assemble({ added: [company] }).bundle ?? "")).toEqual([company, ...roots]);
  });

  it("falls back on Node's roots when the machine's bundle is too big for a build secret", () => {
    const big = Array.from({ length: 400 }, (_, index) => certificate(`root ${index}`)).join("");
    expect(big.length).toBeGreaterThan(maxBundleBytes);
    expect(splitCertificates(assemble({ added: [company], bundle: big }).bundle ?? "")).toEqual([company, ...roots]);
  });

  it("stays small enough for a build secret with any number of extra certificates", () => {
    const many = Array.from({ length: 600 }, (_, index) => certificate(`company ${index}`));
    const trust = assemble({ added: many });
    expect(splitCertificates(trust.bundle ?? "").slice(0, 300)).toEqual(many.slice(0, 300));
    expect(Buffer.byteLength(buildTrustScript(trust))).toBeLessThan(500 * 1024);
  });
});

it("passes proxy variables on as they are set, and no empty ones", () => {
  const env = { HTTP_PROXY: "http://proxy:3128", no_proxy: ".corp", https_proxy: "", PATH: "/bin" };
  expect(assemble({ env }).proxies).toEqual({ HTTP_PROXY: "http://proxy:3128", no_proxy: ".corp" });
});

describe("where certificates are read", () => {
  const read = (root: string, env = {}) => readCertificateSources(testHost({ platform: "linux", env }), root);

  it.each([
    "usr/local/share/ca-certificates/corp/company.crt",
    "etc/pki/ca-trust/source/anchors/company.pem",
    "etc/pki/trust/anchors/company.pem",
    "etc/ca-certificates/trust-source/anchors/company.crt",
  ])("takes /%s", (path) => {
    using machine = temporaryFolder({ [path]: company });
    expect(read(machine.path).added).toEqual([company]);
  });

  it.each(["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"])("takes the file that %s names", (name) => {
    using machine = temporaryFolder({ "company.pem": company });
    expect(read(machine.path, { [name]: join(machine.path, "company.pem") }).added).toEqual([company]);
  });

  it("takes what the distribution ships, and its bundle", () => {
    using machine = temporaryFolder({
      "usr/local/share/ca-certificates/company.crt": company,
      "usr/share/ca-certificates/mozilla/Retired.crt": retired,
      "etc/ssl/certs/ca-certificates.crt": retired + company,
    });
    expect(read(machine.path)).toEqual({ added: [company], ordinary: [retired], bundle: retired + company });
  });

  it("takes DER as well", () => {
    using machine = temporaryFolder({ "usr/local/share/ca-certificates": null });
    const der = Buffer.from((roots[0] ?? "").replace(/-----.*-----/g, ""), "base64");
    writeFileSync(join(machine.path, "usr/local/share/ca-certificates/company.crt"), der);
    expect(splitCertificates(...read(machine.path).added)).toEqual([roots[0]]);
  });

  it("takes a variable that names no file as unset", () => {
    using machine = temporaryFolder();
    expect(read(machine.path, { SSL_CERT_FILE: "/nonexistent" }).added).toEqual([]);
  });
});

describe("the folder", () => {
  const trust = assemble({ added: [company], bundle: retired });

  it("is readable by every user and names its place inside", async () => {
    using cache = temporaryFolder();
    const folder = await writeTrustFolder(testHost({ cacheDir: cache.path }), trust);
    expect(readFileSync(join(folder, "ca.pem"), "utf8")).toBe(company + retired);
    expect(readFileSync(join(folder, "apt.conf"), "utf8")).toBe('Acquire::https::CAInfo "/run/devenv/ca.pem";\n');
    expect(statSync(join(folder, "ca.pem")).mode & 0o777).toBe(0o644);
  });

  it("is not written again when nothing changed", async () => {
    using cache = temporaryFolder();
    const host = testHost({ cacheDir: cache.path });
    const folder = await writeTrustFolder(host, trust);
    const before = statSync(join(folder, "ca.pem"), { bigint: true });
    await writeTrustFolder(host, trust);
    const after = statSync(join(folder, "ca.pem"), { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
  });
});

describe("the script for builds", () => {
  it("is empty when the host adds nothing", () => expect(buildTrustScript(assemble({}))).toBe(""));

  it("writes the files and exports the variables with sh and cat alone", () => {
    using folder = temporaryFolder({ tmpfs: null, bin: null });
    const inFolder = join(folder.path, "tmpfs");
    const script = buildTrustScript(assemble({ added: [company] })).replaceAll("/run/devenv", inFolder);
    execFileSync("ln", [
      "-s",
      execFileSync("sh", ["-c", "command -v cat"]).toString().trim(),
      `${folder.path}/bin/cat`,
    ]);
    folder.write({ script });
    const output = execFileSync("/bin/sh", ["-euc", `. ${folder.path}/script; cat "$SSL_CERT_FILE" "$APT_CONFIG"`], {
      env: { PATH: join(folder.path, "bin") },
    });
    expect(output.toString()).toBe(`${company}${roots.join("")}Acquire::https::CAInfo "${inFolder}/ca.pem";\n`);
  });
});

it("points the usual variables at the folder", () => {
  expect(trustEnvironment("/run/devenv")).toMatchObject({
    NODE_EXTRA_CA_CERTS: "/run/devenv/ca.pem",
    SSL_CERT_FILE: "/run/devenv/ca.pem",
    CURL_CA_BUNDLE: "/run/devenv/ca.pem",
    REQUESTS_CA_BUNDLE: "/run/devenv/ca.pem",
    PIP_CERT: "/run/devenv/ca.pem",
    GIT_SSL_CAINFO: "/run/devenv/ca.pem",
    APT_CONFIG: "/run/devenv/apt.conf",
  });
});
