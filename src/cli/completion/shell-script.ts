/** A script word for word; `@{` stands for `${`, which is TypeScript's own in a template. */
export function shellScript(script: TemplateStringsArray): string {
  return String.raw(script).replaceAll("@{", "${").trimStart();
}
