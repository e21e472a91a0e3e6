let open = $state(false);

/** The "New server" dialogue can be opened from anywhere (button, key n). */
export function openNew(): void {
  open = true;
}

export function closeNew(): void {
  open = false;
}

export function isNewOpen(): boolean {
  return open;
}
