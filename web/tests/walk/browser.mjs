// A browser for walks: Debian's Chromium, no sound, no background traffic; every page keeps a list of
// what went wrong on it. Used by the tests here and by tests/integration/browser.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 360, height: 740 };

export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--no-default-browser-check'
    ]
  });
}

/**
 * A page in a context of its own. `page.faults` collects errors of scripts, refusals by the
 * content-security policy and requests that leave for somebody else. The browser reports each answer
 * of 4xx as an error too; those are the api's business and tested there.
 */
export async function openPage(browser, url, { lang = 'en', dark = false, size = DESKTOP } = {}) {
  const context = await browser.newContext({
    viewport: size,
    colorScheme: dark ? 'dark' : 'light',
    locale: lang === 'ko' ? 'ko-KR' : 'en-US',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write']
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      page.faults.push(`console: ${message.text()}`);
    }
  });
  const home = new URL(url).origin;
  page.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith(home) && !address.startsWith('data:') && !address.startsWith('blob:')) {
      page.faults.push(`request to ${address}`);
    }
  });
  return page;
}

/** What axe finds wrong with the page as it stands: one line each. */
export async function axe(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations']
    })
  );
  return violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(' ')} (${node.failureSummary?.replace(/\s+/g, ' ')})`)
  );
}

/** Is anything wider than the window? Names what is. */
export function tooWide(page) {
  return page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    return [...document.querySelectorAll('body *')]
      .filter((node) => node.getBoundingClientRect().right > room + 1)
      .slice(0, 5)
      .map((node) => `${node.tagName.toLowerCase()}.${node.getAttribute('class') ?? ''}`);
  });
}

/** The page is there: its heading, its data, its charts, and nothing still being read. */
export async function settled(page) {
  await page.waitForSelector('h1');
  await page.waitForFunction(() => {
    if (document.querySelector('[aria-busy="true"]')) return false;
    const plots = [...document.querySelectorAll('figure .plot')];
    return plots.every((plot) => plot.querySelector('canvas'));
  });
  await page.evaluate(() => document.fonts.ready);
}

export async function signIn(page, url, name, password) {
  await page.goto(url);
  await page.fill('#name', name);
  await page.fill('#password', password);
  await page.click('form button.primary');
  await page.waitForSelector('#main h1');
}

export async function goTo(page, path) {
  await page.evaluate((target) => {
    location.hash = target;
  }, `#/${path}`);
  await settled(page);
}
