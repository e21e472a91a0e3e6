import { route } from '../router.svelte';

let openedAt = $state<string | undefined>();

const here = () => route().parts.join('/');

/** The "New server" dialogue can be opened from anywhere (button, key n); it leaves with its page. */
export function openNew(): void {
  openedAt = here();
}

export function closeNew(): void {
  openedAt = undefined;
}

export function isNewOpen(): boolean {
  return openedAt === here();
}
