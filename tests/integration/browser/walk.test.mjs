#!/usr/bin/env node
// What a person does in the browser, against a real stack, in English and in Korean: the one-time link
// or the sign-in, a person with a quota, a server from a template, seen, stopped, started, resized,
// renamed and deleted without a reload. axe reads every page; screenshots of all of them are kept.
//
// NEAPTIDE_URL names the console, NEAPTIDE_SETUP_TOKEN is the one-time token, NEAPTIDE_SHOTS the folder
// for screenshots.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { axe, DESKTOP, goTo, openBrowser, openPage, PHONE, settled, signIn, tooWide } from '../../../web/tests/walk/browser.mjs';
import { ADMIN } from '../lib/client.mjs';

const url = process.env.NEAPTIDE_URL ?? 'http://console.localhost:8088';
const shots =
  process.env.NEAPTIDE_SHOTS ?? (existsSync('/artifacts') ? '/artifacts/browser' : join(tmpdir(), 'neaptide-browser'));
const STATE_MS = 60_000;
const PASSWORD = 'calm-water-17';
let browser;

before(async () => {
  mkdirSync(shots, { recursive: true });
  browser = await openBrowser();
});
after(() => browser?.close());

/** Everything that is checked and kept of a page as it stands. */
async function look(page, name) {
  await settled(page);
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  assert.deepEqual(await axe(page), [], `axe on ${name}`);
  assert.deepEqual(await tooWide(page), [], `${name} is wider than the window`);
}

async function heading(page) {
  return (await page.locator('h1').first().innerText()).trim();
}

/** A new installation is started by its link; one that has its administrator is signed in to. */
async function beAdministrator(page, name) {
  await page.goto(`${url}/#/setup?token=${encodeURIComponent(process.env.NEAPTIDE_SETUP_TOKEN ?? '')}`);
  const form = page.locator('form #password');
  await form.or(page.locator('a[href="#/signin"]')).first().waitFor({ timeout: STATE_MS });
  await look(page, `${name}-setup`);
  if (await form.isVisible()) {
    await page.fill('#name', ADMIN.name);
    await page.fill('#password', ADMIN.password);
    // The button waits until every part of the installation is ready.
    await page.locator('form button.primary:enabled').click({ timeout: 120_000 });
    await page.getByText('spare-1', { exact: true }).waitFor({ timeout: 120_000 });
    await look(page, `${name}-setup-hosts`);
    assert.ok(!page.url().includes('token'), 'the token leaves the address');
    await page.locator('.end button').first().click();
    await page.waitForSelector('#main h1');
  } else {
    await signIn(page, url, ADMIN.name, ADMIN.password);
  }
}

async function makePerson(page, person) {
  await goTo(page, 'people');
  await page.getByTestId('new-person').click();
  await page.fill('#person-name', person);
  await page.fill('#person-password', PASSWORD);
  await page.fill('[data-quota=cpu]', '3');
  await page.fill('[data-quota=memory]', '3');
  await page.fill('[data-quota=servers]', '3');
  await page.getByTestId('create-person').click();
  await page.locator(`[data-person="${person}"]`).waitFor();
}

async function signOutAndIn(page, person) {
  await page.locator('.who button').last().click();
  await page.waitForSelector('#password');
  await page.fill('#name', person);
  await page.fill('#password', 'not-the-password');
  await page.click('form button.primary');
  await page.waitForSelector('[data-code=sign-in-failed]');
  await page.fill('#password', PASSWORD);
  await page.click('form button.primary');
  await page.getByTestId('new-server').waitFor();
}

async function create(page, { template, size, name, shot }) {
  await goTo(page, 'servers');
  await page.getByTestId('new-server').click();
  await page.waitForSelector(`dialog [data-size=${size}][data-fits]`);
  await page.locator(`dialog input[value=${template}]`).check({ force: true });
  await page.locator(`dialog [data-size=${size}][data-fits] input`).check({ force: true });
  await page.fill('#new-name', 'Not_Good');
  await page.waitForSelector('#new-name[aria-invalid=true]');
  assert.ok(await page.getByTestId('create').isDisabled(), 'a wrong name cannot be asked for');
  await page.fill('#new-name', name);
  if (shot) await look(page, shot);
  await page.locator('[data-testid=create]:enabled').click();
  await page.waitForURL(/#\/servers\/[0-9a-f-]{36}/);
  await page.waitForSelector('#main [data-state=running]', { timeout: STATE_MS });
}

async function confirm(page, action) {
  await page.click(`[data-action=${action}]`);
  await page.getByTestId('confirm').click();
  await page.waitForSelector('dialog[open]', { state: 'detached' });
}

const state = (page, word, timeout = STATE_MS) => page.waitForSelector(`#main .heading [data-state=${word}]`, { timeout });

async function remove(page, name) {
  await page.click('[data-action=delete]');
  assert.ok(await page.getByTestId('confirm').isDisabled(), 'the name must be typed first');
  await page.locator('dialog input').fill(name);
  await page.getByTestId('confirm').click();
  await page.locator('.empty a[href="#/servers"]').click({ timeout: STATE_MS });
  await page.getByTestId('new-server').waitFor();
  await page.locator(`[data-server="${name}"]`).waitFor({ state: 'detached' });
}

for (const lang of ['en', 'ko']) {
  test(`from sign-in to delete in ${lang}`, { timeout: 560_000 }, async () => {
    const suffix = randomBytes(2).toString('hex');
    const person = `walker-${lang}-${suffix}`;
    const name = `page-${lang}-${suffix}`;
    const page = await openPage(browser, url, { lang, size: DESKTOP });

    await beAdministrator(page, lang);
    assert.equal(await page.getAttribute('html', 'lang'), lang);
    for (const path of ['tide', 'tide?view=table', 'servers', 'hosts', 'hosts/host-1', 'plans', 'people', 'events', 'settings']) {
      await goTo(page, path);
      await look(page, `${lang}-admin-${path.replace(/\W+/g, '-')}`);
      assert.equal(/\p{Script=Hangul}/u.test(await page.locator('nav').first().innerText()), lang === 'ko', 'the language of the page');
    }
    await makePerson(page, person);
    await signOutAndIn(page, person);
    await look(page, `${lang}-servers-empty`);

    await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
    await create(page, { template: 'web', size: 'small', name, shot: `${lang}-new-server` });
    const address = await page.locator('.reach a').first().getAttribute('href');
    assert.equal(new URL(address).hostname.split('.')[0], name);

    // Its address opens in the browser, through the edge.
    const visitor = await browser.newPage();
    const answer = await visitor.goto(address);
    assert.equal(answer.status(), 200);
    assert.match(await visitor.content(), /<html/i);
    await visitor.close();

    // Figures arrive and the charts stand.
    await page.waitForSelector('[data-used]', { timeout: STATE_MS });
    await page.waitForSelector('[data-applied="500"]', { timeout: STATE_MS });
    assert.ok((await page.locator('figure canvas').count()) >= 2);
    await look(page, `${lang}-server`);

    await confirm(page, 'stop');
    await state(page, 'stopped');
    await page.click('[data-action=start]');
    await state(page, 'running');
    const started = page.locator('#main [data-kind=started]');
    const before = await started.count();
    await confirm(page, 'restart');
    await started.nth(before).waitFor({ timeout: STATE_MS });
    await state(page, 'running');

    await page.click('[data-action=resize]');
    await page.waitForSelector('dialog [data-size=medium][data-fits]');
    await page.locator('dialog [data-size=medium] input').check({ force: true });
    await look(page, `${lang}-resize`);
    await page.getByTestId('confirm').click();
    await page.waitForSelector('dialog[open]', { state: 'detached' });
    // What the kernel applies is read back; on a full host a part of it may be granted.
    await page.waitForFunction(() => Number(document.querySelector('[data-applied]')?.getAttribute('data-applied')) > 500, undefined, {
      timeout: STATE_MS
    });

    const title = lang === 'ko' ? '과제 모음' : 'Course papers';
    await page.click('[data-action=rename]');
    await page.fill('#rename', title);
    await page.getByTestId('confirm').click();
    await page.getByRole('heading', { name: title, level: 1 }).waitFor({ timeout: STATE_MS });
    const here = page.url();

    // A second one, from another template, whose address says how to connect.
    const other = `${lang === 'en' ? 'shell' : 'files'}-${suffix}`;
    await create(page, { template: lang === 'en' ? 'shell' : 'files', size: 'small', name: other });
    if (lang === 'en') assert.match(await page.locator('.reach code').first().innerText(), /^ssh .*@/);
    await page.getByTestId('show-access').click();
    await page.getByTestId('access').waitFor();
    await look(page, `${lang}-server-${lang === 'en' ? 'shell' : 'files'}`);
    await goTo(page, 'servers');
    await page.locator(`[data-server="${name}"] [data-state=running]`).waitFor();
    await page.locator(`[data-server="${other}"] [data-state=running]`).waitFor();
    await look(page, `${lang}-servers`);

    await page.locator(`[data-server="${other}"] a`).first().click();
    await state(page, 'running');
    await remove(page, other);
    await page.locator(`[data-server="${name}"] a`).first().click();
    await state(page, 'running');
    assert.equal(page.url(), here);
    await page.click('[data-action=delete]');
    await look(page, `${lang}-delete`);
    await page.keyboard.press('Escape');
    await remove(page, name);

    assert.ok(await page.evaluate(() => 'sameDocument' in globalThis), 'nothing needed a reload');
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });
}

test('three pages, dark, on a phone', { timeout: 180_000 }, async () => {
  const page = await openPage(browser, url, { lang: 'ko', dark: true, size: PHONE });
  await signIn(page, url, ADMIN.name, ADMIN.password);
  for (const path of ['tide', 'servers', 'hosts/host-1']) {
    await goTo(page, path);
    await look(page, `ko-dark-phone-${path.replace(/\W+/g, '-')}`);
  }
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), 'light dark');
  assert.notEqual(await heading(page), '');
  assert.deepEqual(page.faults, []);
  await page.context().close();
});
