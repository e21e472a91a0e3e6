/** Enter while a Korean syllable is being composed ends the syllable, not the form. */
export function composing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Is the person typing, or is a dialogue open? Then single letters are not shortcuts. */
export function busyTyping(event: KeyboardEvent): boolean {
  if (composing(event) || event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target as HTMLElement | null;
  if (target?.closest('input, textarea, select, [contenteditable="true"]')) return true;
  return document.querySelector('dialog[open]') !== null;
}
