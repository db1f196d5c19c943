/** What the inputs of an image are, piece by piece. */
import { digestOf } from "../digest.ts";
import { redactUrl } from "../host/redact-url.ts";
import type { ContextEntry } from "../host/walk.ts";
import type { BasePin, PackageSet } from "../lock/lockfile.ts";
import { baseKeyOf } from "../lock/requests.ts";
import type { ArchiveLayer, CopyLayer, LayerSpec, RunLayer } from "../spec/spec.ts";
import type { ImagePlanInput, LayerSource } from "./image-input.ts";
import type { Fact, ImageFacts } from "./plan.ts";

/** By the places that `ImagePlan.inputs` has; several layers may be of one place. */
export function imageFacts(input: ImagePlanInput): ImageFacts {
  const { environment, sources, platform, base, basePin } = input;
  const { image } = environment;
  const { from } = image;
  const facts = new Map<string, readonly Fact[]>([
    [
      "from",
      [
        from.kind === "environment"
          ? { what: "environment", name: from.environment, value: base?.fingerprint ?? "" }
          : shownFact("base", "", baseKeyOf(from)),
      ],
    ],
    ["from (locked)", basePin === undefined ? [] : pinFacts(basePin)],
    ["platform", [shownFact("platform", "", platform)]],
    ["user", image.user === undefined ? [] : [shownFact("user", "", image.user)]],
  ]);
  image.layers.forEach((layer, index) => {
    const place = layer.key.slice(image.key.length + 1);
    facts.set(place, [...(facts.get(place) ?? []), ...layerFacts(layer, sources[index])]);
  });
  return Object.fromEntries(facts);
}

function pinFacts(pin: BasePin): readonly Fact[] {
  if ("packages" in pin) return packageFacts(pin.packages);
  const digest = "manifest" in pin ? pin.manifest : pin.layers;
  return [{ what: "digest", name: "", value: digest, shown: digest.replace("sha256:", "").slice(0, 12) }];
}

function layerFacts(layer: LayerSpec, source: LayerSource): readonly Fact[] {
  switch (layer.kind) {
    case "apt":
    case "apk":
      return [
        ...layer.packages.map((name): Fact => ({ what: "request", name, value: "" })),
        ...(source?.kind === "packages" ? packageFacts(source.packages) : []),
        ...(layer.kind === "apk" ? [] : [shownFact("lock", "", source === undefined ? "missing" : "present")]),
      ];
    case "archive":
      return archiveFacts(layer, source);
    case "copy":
      return copyFacts(layer, source?.kind === "copy" ? source.entries : []);
    case "run":
      return runFacts(layer);
    case "env":
      return variableFacts(layer.env);
    case "dockerfile":
      return [shownFact("lines", "", layer.text)];
  }
}

function packageFacts(packages: PackageSet): readonly Fact[] {
  return Object.entries(packages).map(([name, { version, architecture, sha256 }]) => ({
    what: "package",
    name,
    value: `${architecture} ${sha256.slice(0, 12)}`,
    shown: version,
  }));
}

function archiveFacts({ to, strip }: ArchiveLayer, source: LayerSource): readonly Fact[] {
  const options = [shownFact("option", "to", to), shownFact("option", "strip", String(strip))];
  if (source?.kind !== "archive") return options;
  const sha256 = source.sha256.slice(0, 12);
  return [shownFact("option", "url", redactUrl(source.url)), shownFact("option", "sha256", sha256), ...options];
}

function copyFacts({ to, owner, mode }: CopyLayer, entries: readonly ContextEntry[]): readonly Fact[] {
  return [
    ...entries.map((entry): Fact => {
      const { kind, path } = entry;
      if (kind === "folder") return shownFact("file", path, "folder");
      if (kind === "link") return shownFact("file", path, `link to ${entry.target}`);
      const shown = entry.mode.toString(8).padStart(4, "0");
      return { what: "file", name: path, value: `${shown} ${entry.digest.slice(0, 12)}`, shown };
    }),
    ...optionFacts({ to, owner, mode }),
  ];
}

function runFacts({ command, cache, secrets, env, workdir, network }: RunLayer): readonly Fact[] {
  const names = secrets.map(({ name }) => name).join(", ");
  return [
    shownFact("command", "", command),
    ...variableFacts(env),
    ...optionFacts({ cache: cache.join(", ") || undefined, secrets: names || undefined, workdir, network }),
  ];
}

function optionFacts(options: Readonly<Record<string, string | undefined>>): readonly Fact[] {
  return Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [shownFact("option", name, value)],
  );
}

/** Values may be private. */
function variableFacts(env: Readonly<Record<string, string>>): readonly Fact[] {
  return Object.entries(env).map(([name, value]) => ({ what: "variable", name, value: digestOf(value).slice(0, 12) }));
}

function shownFact(what: Fact["what"], name: string, value: string): Fact {
  return { what, name, value, shown: value };
}
