/** A bill of materials as a CycloneDX document; the library is loaded with this file. */
import { ComponentType, HashAlgorithm } from "@cyclonedx/cyclonedx-library/Enums";
import { Bom, Component, HashDictionary, Property, PropertyRepository } from "@cyclonedx/cyclonedx-library/Models";
import { JSON as CycloneJson } from "@cyclonedx/cyclonedx-library/Serialize";
import { Spec1dot6 } from "@cyclonedx/cyclonedx-library/Spec";
import type { ImagePlan } from "../../plan/plan.ts";
import type { BillPart } from "./bill.ts";

export interface BillDocument {
  readonly bomFormat: string;
  readonly components?: readonly object[] | undefined;
}

/** The same parts give the same document in any order: it has no time and no serial number. */
export function billDocument(project: string, image: ImagePlan, parts: readonly BillPart[]): BillDocument {
  const bom = new Bom();
  bom.metadata.component = new Component(ComponentType.Container, `${project}/${image.environment}`, {
    bomRef: image.tag,
    version: image.fingerprint.slice(0, 12),
    properties: printProperties({ "devenv:fingerprint": image.fingerprint, "devenv:platform": image.platform }),
  });
  const byRef = new Map(parts.map((part) => [refOf(part), part]));
  // not sorted by the library, whose order is that of the locale
  for (const ref of [...byRef.keys()].sort()) bom.components.add(component(ref, byRef.get(ref)));
  const factory = new CycloneJson.Normalize.Factory(Spec1dot6);
  // nothing is known of what depends on what, and a graph without edges would say that nothing does
  const { dependencies: _unknown, ...document } = factory.makeForBom().normalize(bom, { sortLists: false });
  return document;
}

function refOf({ purl, name, version = "" }: BillPart): string {
  return purl ?? `${name}:${version}`;
}

const types = {
  container: ComponentType.Container,
  file: ComponentType.File,
  library: ComponentType.Library,
};

function component(ref: string, part: BillPart | undefined): Component {
  if (part === undefined) throw new Error(`no part is called ${ref}`);
  const { type, group, name, version, purl, sha256, properties } = part;
  const made = new Component(types[type], name, { bomRef: ref, properties: printProperties(properties) });
  if (sha256 !== undefined) made.hashes = new HashDictionary([[HashAlgorithm["SHA-256"], sha256]]);
  if (group !== undefined) made.group = group;
  if (version !== undefined) made.version = version;
  if (purl !== undefined) made.purl = purl;
  return made;
}

function printProperties(properties: Readonly<Record<string, string>>): PropertyRepository {
  return new PropertyRepository(Object.entries(properties).map(([name, value]) => new Property(name, value)));
}
