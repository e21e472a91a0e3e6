/** Words for screen readers that have no place of their own; App.svelte holds the live region. */
let words = $state('');

export function announce(text: string): void {
  words = '';
  queueMicrotask(() => {
    words = text;
  });
}

export function announced(): string {
  return words;
}
