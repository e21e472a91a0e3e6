import { locale } from './locale.svelte';

/*
 * Values that are words of ours: resources, states, sizes. The dictionaries register them by
 * `word.<kind>.<value>`; names of people, hosts and servers pass unchanged.
 */
const KINDS: Record<string, string> = {
  resource: 'resource',
  largest_size: 'size',
  size: 'size',
  part: 'part',
  state: 'state',
  mode: 'mode',
  field: 'field',
  phase: 'phase'
};

let look: (key: string) => string | undefined = () => undefined;

/** messages.svelte.ts gives its look-up here, so that neither module needs the other to load. */
export function setWords(lookUp: (key: string) => string | undefined): void {
  look = lookUp;
}

export function word(name: string, value: string): string {
  void locale();
  const kind = KINDS[name];
  if (kind === undefined) return value;
  return look(`word.${kind}.${value.replace(/^\//, '')}`) ?? value;
}
