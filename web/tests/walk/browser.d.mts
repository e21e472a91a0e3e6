import type { Browser, Page } from 'playwright-core';

export interface Size {
  width: number;
  height: number;
}
export type WatchedPage = Page & { faults: string[] };
export const DESKTOP: Size;
export const PHONE: Size;
export function openBrowser(): Promise<Browser>;
export function openPage(
  browser: Browser,
  url: string,
  options?: { lang?: 'en' | 'ko'; dark?: boolean; size?: Size }
): Promise<WatchedPage>;
export function axe(page: Page): Promise<string[]>;
export function tooWide(page: Page): Promise<string[]>;
export function settled(page: Page): Promise<void>;
export function signIn(page: Page, url: string, name: string, password: string): Promise<void>;
export function goTo(page: Page, path: string): Promise<void>;
