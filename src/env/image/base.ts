import { createReadStream } from "node:fs";
import { bootstrapTar } from "../../host/bootstrap.ts";
import type { ImagePlan } from "../../plan/plan.ts";
import { applyMirror } from "../../spec/image-reference.ts";
import type { BootstrapBase } from "../../spec/spec.ts";
import type { OperationContext } from "../operation.ts";
import { runStep } from "../step.ts";

/** Have the base of an image in the engine: pull it, or make it from the distribution's archive. */
export async function ensureBase(context: OperationContext, image: ImagePlan): Promise<void> {
  const { base, baseTag, environment } = image;
  if (base.kind === "environment") return;
  if ((await context.engine.images.inspect(baseTag)) !== undefined) return;
  if (base.kind === "bootstrap") {
    const text = `bootstrapping ${base.suite}`;
    await runStep(context, { environment, step: "base", text }, async () => {
      await bootstrap(context, image, base);
      return { text: `${base.suite} bootstrapped`, value: undefined };
    });
    return;
  }
  await runStep(context, { environment, step: "base", text: `pulling ${baseTag}` }, async () => {
    await pull(context, image);
    return { text: `${baseTag} pulled`, value: undefined };
  });
}

/** Pulled by way of the mirror, the image gets its own name: a Dockerfile never says where it came from. */
async function pull(context: OperationContext, { baseTag, environment, platform }: ImagePlan): Promise<void> {
  const { engine, spec, signal, report } = context;
  const source = applyMirror(baseTag, spec.registries);
  const onProgress = (progress: { current: number; total: number }) =>
    report({ kind: "transfer", environment, step: "base", progress });
  await engine.images.pull(source, { platform, signal, onProgress });
  if (source !== baseTag) await engine.images.tag(source, baseTag);
}

async function bootstrap(context: OperationContext, image: ImagePlan, base: BootstrapBase): Promise<void> {
  const { host, engine, signal, report } = context;
  const { environment, platform, baseTag } = image;
  const onLine = (text: string) =>
    report({
      kind: "build",
      environment,
      step: "base",
      event: { kind: "log", step: "bootstrap", stream: "stderr", text },
    });
  const { file } = await bootstrapTar({ base, platform, cacheDir: host.cacheDir, host, signal, onLine });
  const labels = { "devenv.base": `bootstrap:${base.suite}` };
  await engine.images.import(createReadStream(file), { tag: baseTag, platform, labels, signal });
}
