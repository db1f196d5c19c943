/** A name may hold anything, also what moves the cursor. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, shown);
}

/** Of several lines: their ends and tabs stay, and the joiners that some scripts and signs need. */
export function visibleLines(text: string): string {
  return text.replaceAll(/(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}]/gu, shown);
}

/** Of what is coloured already: colours stay too, and nothing else that a terminal would obey. */
export function visibleColoured(text: string): string {
  const expression = /(\p{Cc}\[\d{1,3}(?:;\d{1,3}){0,4}m)|(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}]/gu;
  return text.replaceAll(expression, (found) => (found.startsWith("\u001b[") ? found : visible(found)));
}

function shown(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
