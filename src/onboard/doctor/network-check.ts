import { isIP } from "node:net";
import { readHostTrust } from "../../host/trust.ts";
import type { CheckResult, DoctorContext } from "./check.ts";

/** How many CA certificates of this host builds and containers get. */
export async function checkCertificates({ host }: DoctorContext): Promise<CheckResult> {
  const { certificates = "" } = await readHostTrust(host);
  return {
    name: "certificates",
    status: "ok",
    found: describeCertificates(certificates.split("BEGIN CERT").length - 1),
  };
}

function describeCertificates(count: number): string {
  if (count === 0) return "none beside those that everybody trusts";
  return `${count} extra CA certificate${count === 1 ? "" : "s"} of this host, handed to builds and containers`;
}

export async function checkProxy({ host }: DoctorContext): Promise<CheckResult> {
  return judgeProxies((await readHostTrust(host)).proxies);
}

/** Pure; names the variables, never their values, which may hold a password. */
export function judgeProxies(proxies: Readonly<Record<string, string>>): CheckResult {
  const name = "proxy";
  const names = Object.keys(proxies);
  if (names.length === 0) return { name, status: "ok", found: "none" };
  const local = names.filter((variable) => !/^no_proxy$/i.test(variable) && isLoopback(proxies[variable] ?? ""));
  if (local.length === 0) {
    return { name, status: "ok", found: `${names.join(", ")} set, handed to builds and containers` };
  }
  return {
    name,
    status: "warning",
    found: `${local.join(", ")} names this machine's loopback address, which in a container is the container itself`,
    advice: "let the proxy listen on an address that containers reach, and name that one",
  };
}

function isLoopback(proxy: string): boolean {
  const url = URL.parse(proxy.includes("://") ? proxy : `http://${proxy}`);
  const host = url?.hostname.replace(/^\[|\]$/g, "") ?? "";
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
