import { access } from "node:fs/promises";
import { join } from "node:path";
import { isDevenvError } from "../../errors.ts";
import { tellFailure, tellInstallBootstrap } from "./advice.ts";
import type { CheckResult, DoctorContext } from "./check.ts";
import { bootstrapPackages, canInstall, installPackages } from "./install.ts";

const name = "bootstrap";

/** What bases made from a distribution's archive need; nothing else in devenv does, so it is a warning only. */
export async function checkBootstrapTools(context: DoctorContext): Promise<CheckResult | undefined> {
  if (context.host.platform !== "linux") return undefined;
  const missing = await findMissing(context);
  if (missing.length === 0) return { name, status: "ok", found: "mmdebstrap and Debian's keyring are there" };
  const found = `${missing.join(" and ")} missing: bases by \`bootstrap(…)\` cannot be made`;
  if (!(await canInstall(context)))
    return { name, status: "warning", found, advice: await tellInstallBootstrap(context) };
  if (!context.fix) return { name, status: "warning", found, advice: "run `devenv doctor --fix`" };
  try {
    await installPackages(context, bootstrapPackages(context));
    return { name, status: "fixed", found: "mmdebstrap and Debian's keyring are there" };
  } catch (error) {
    if (!isDevenvError(error)) throw error;
    return { name, status: "warning", ...tellFailure(error) };
  }
}

const keyring = "usr/share/keyrings/debian-archive-keyring.gpg";

async function findMissing({ host, root = "/" }: DoctorContext): Promise<readonly string[]> {
  const programs = ["mmdebstrap", ...(host.uid === 0 ? [] : ["newuidmap"])];
  const missing: string[] = [];
  for (const program of programs) {
    if ((await host.processes.find(program)) === undefined) missing.push(program);
  }
  const hasKeyring = await access(join(root, keyring)).then(
    () => true,
    () => false,
  );
  return hasKeyring ? missing : [...missing, `/${keyring}`];
}
