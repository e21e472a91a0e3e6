/** The same rules as in the OpenAPI document; tests compare them. */
export const NAME_PATTERN = /^[a-z][a-z0-9-]{1,30}$/;
export const PASSWORD_MIN = 8;
export const TITLE_MAX = 80;

export type NameFault = 'short' | 'begin' | 'letters' | 'long' | undefined;

/** What is wrong with a name, most helpful first. */
export function nameFault(name: string): NameFault {
  if (NAME_PATTERN.test(name)) return undefined;
  if (/[^a-z0-9-]/.test(name)) return 'letters';
  if (!/^[a-z]/.test(name)) return 'begin';
  return name.length > 31 ? 'long' : 'short';
}
