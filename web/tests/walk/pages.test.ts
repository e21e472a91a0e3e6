import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import en from '../../src/lib/i18n/en';
import ko from '../../src/lib/i18n/ko';
import { startFake, type Fake } from '../fake/server.mjs';
import { axe, DESKTOP, goTo, openBrowser, openPage, PHONE, settled, signIn, tooWide } from './browser.mjs';

/* Every page, in both languages and themes, on the desk and on the phone, against the pretended api. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const korean = ko as Record<string, string>;
const shots = process.env.NEAPTIDE_SHOTS;
let browser: Browser;
let fake: Fake;

beforeAll(async () => {
  const { VITEST: _vitest, NODE_ENV: _mode, ...rest } = process.env;
  const env = { ...rest, NEAPTIDE_WEB_ROUTES: 'all' };
  execFileSync(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'error'], { cwd: root, env });
  if (shots) mkdirSync(shots, { recursive: true });
  browser = await openBrowser();
  fake = await startFake({ preparingMs: 400 });
});

afterAll(async () => {
  await browser?.close();
  await fake?.stop();
});

const looks = [
  { name: 'en-light', lang: 'en', dark: false, size: DESKTOP },
  { name: 'ko-light', lang: 'ko', dark: false, size: DESKTOP },
  { name: 'en-dark', lang: 'en', dark: true, size: DESKTOP },
  { name: 'ko-dark-phone', lang: 'ko', dark: true, size: PHONE },
  { name: 'en-light-phone', lang: 'en', dark: false, size: PHONE }
] as const;

describe.each(looks)('$name', (look) => {
  it('is readable for everyone and fits on every page', { timeout: 180_000 }, async () => {
    fake.reset({});
    const world = fake.world();
    const page = await openPage(browser, fake.url, look);
    await page.goto(fake.url);
    await page.waitForSelector('#name');
    expect(await axe(page)).toEqual([]);
    await signIn(page, fake.url, 'admin', 'password');
    const paths = [
      'tide',
      'tide?view=table',
      `tide?why=move:${world.planned.move}`,
      'servers',
      'servers?owner=all',
      'servers?q=nothing-like-this',
      `servers/${world.web1.server}`,
      `servers/${world.web1.server}?range=24h`,
      ...['terminal', 'files', 'resources'].map((tab) => `servers/${world.web1.server}?tab=${tab}`),
      'hosts',
      'hosts/host-1',
      'plans',
      `plans/${world.planId}`,
      'people',
      'events',
      'settings',
      'nowhere',
      'servers/00000000-0000-7000-8000-000000000000'
    ];
    for (const path of paths) {
      await goTo(page, path);
      expect(await axe(page), path).toEqual([]);
      expect(await tooWide(page), path).toEqual([]);
      expect(await page.locator('h1').textContent()).not.toBe('');
      if (shots) {
        const file = path.replace(/[^a-z0-9]+/gi, '-').slice(0, 40);
        await page.screenshot({ path: join(shots, `${look.name}-${file}.png`), fullPage: true });
      }
    }
    expect(page.faults).toEqual([]);
    await page.context().close();
  });

  it('has dialogues that are readable for everyone', { timeout: 120_000 }, async () => {
    fake.reset({});
    const page = await openPage(browser, fake.url, look);
    await signIn(page, fake.url, 'minji', 'password');
    const server = fake.world().web1.server;
    const look_at = async (name: string) => {
      await page.waitForSelector('dialog[open]');
      await settled(page);
      expect(await axe(page), name).toEqual([]);
      if (shots) await page.screenshot({ path: join(shots, `${look.name}-dialog-${name}.png`) });
      await page.keyboard.press('Escape');
      await page.waitForSelector('dialog[open]', { state: 'detached' });
    };
    await page.keyboard.press('n');
    await page.waitForSelector('[data-fits]');
    await look_at('new');
    await page.keyboard.press('?');
    await look_at('help');
    await page.keyboard.press('t');
    await page.waitForSelector('[data-task]');
    await look_at('tasks');
    for (const action of ['stop', 'resize', 'rename', 'delete']) {
      await goTo(page, `servers/${server}`);
      await page.click(`[data-action=${action}]`);
      if (action === 'resize') await page.waitForSelector('[data-fits]');
      await look_at(action);
    }
    expect(page.faults).toEqual([]);
    await page.context().close();
  });
});

describe.each([
  ['en', en],
  ['ko', ko]
] as const)('a person in %s', (lang, words) => {
  const text = (key: keyof typeof en) => {
    const entry: unknown = words[key];
    return typeof entry === 'string' ? entry : (entry as { other: string }).other;
  };

  it('starts the installation by its link, sees which part waits, and makes the first server', async () => {
    fake.reset({ setup: true });
    const page = await openPage(browser, fake.url, { lang });
    await page.goto(`${fake.url}/#/setup?token=${fake.token()}`);
    await page.waitForSelector('[data-part=kafka][data-ready=false]');
    expect(await axe(page)).toEqual([]);
    await page.fill('#name', 'harbour');
    await page.fill('#password', 'a long enough one');
    await page.click('form button.primary:enabled');
    await page.getByRole('heading', { name: text('setup.hosts.title') }).waitFor();
    await page.getByText('spare-1').waitFor();
    expect(page.url()).not.toContain('token');
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: text('setup.first') }).click();
    await page.waitForSelector('dialog[open] [data-fits=now]');
    await page.fill('#new-name', 'first');
    await page.click('[data-testid=create]');
    await page.waitForSelector('[data-state=running]');
    expect(page.faults).toEqual([]);
    await page.context().close();
  });

  it('makes, watches, stops, starts, resizes, renames and deletes a server without a reload', async () => {
    fake.reset({ empty: true });
    const page = await openPage(browser, fake.url, { lang });
    await signIn(page, fake.url, 'minji', 'password');
    await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
    await page.getByText(text('servers.empty.title')).waitFor();
    await page.click('[data-testid=new-server]');
    await page.waitForSelector('[data-size=medium][data-fits=partly]');
    await page.fill('#new-name', 'Not-Good');
    await page.getByText(text('name.fault.letters')).waitFor();
    expect(await page.isDisabled('[data-testid=create]')).toBe(true);
    await page.locator('input[value=files]').check({ force: true });
    await page.fill('#new-name', 'papers');
    const release = fake.hold();
    await page.click('[data-testid=create]');
    await page.waitForSelector('[data-state=preparing]');
    release();
    await page.waitForSelector('[data-state=running]');
    await page.getByText(`http://papers.s.localhost:${new URL(fake.url).port}`).first().waitFor();
    expect(await page.locator('figure canvas').count()).toBeGreaterThanOrEqual(2);

    await page.click('[data-action=stop]');
    await page.click('[data-testid=confirm]');
    await page.waitForSelector('[data-state=stopped]');
    await page.click('[data-action=start]');
    await page.waitForSelector('[data-state=running]');

    await page.click('[data-action=resize]');
    await page.locator('dialog input[value=large]').check({ force: true });
    await page.click('[data-testid=confirm]');
    await page.getByText(text('unit.cpu').replace('{n}', '2')).first().waitFor();

    await page.click('[data-action=rename]');
    await page.fill('#rename', '논문 모음');
    await page.click('[data-testid=confirm]');
    await page.getByRole('heading', { name: '논문 모음' }).waitFor();

    await page.click('[data-action=delete]');
    expect(await page.isDisabled('[data-testid=confirm]')).toBe(true);
    await page.getByText('/srv/files').waitFor();
    await page.locator('dialog input').fill('papers');
    await page.click('[data-testid=confirm]');
    await page.getByText(text('server.gone.act')).click();
    await page.getByText(text('servers.empty.title')).waitFor();
    expect(await page.evaluate(() => 'sameDocument' in globalThis)).toBe(true);
    expect(page.faults).toEqual([]);
    await page.context().close();
  });

  it('is told about a move before, during and after it', async () => {
    fake.reset({});
    const page = await openPage(browser, fake.url, { lang });
    await signIn(page, fake.url, 'minji', 'password');
    await goTo(page, `servers/${fake.world().web1.server}`);
    await page.waitForSelector('[data-planned]');
    fake.move('web-1', 'spare-1');
    await page.waitForSelector('[data-phase=copying]');
    await page.waitForSelector('[data-phase=cutover]');
    await page.waitForSelector('[data-state=running]');
    await page.waitForSelector('[data-kind=moved]');
    await page.context().close();
  });

  it('reads what went wrong, what to do, and copies it with its trace', async () => {
    fake.reset({});
    const page = await openPage(browser, fake.url, { lang });
    await page.goto(fake.url);
    await page.fill('#name', 'minji');
    await page.fill('#password', 'wrong');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-code=sign-in-failed]');
    await page.getByText(text('problem.copy')).click();
    await page.getByText(text('problem.copied')).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(/sign-in-failed \(\d+\)[\s\S]*trace_id [0-9a-f]{32}/);
    await page.context().close();
  });
});

describe('the page', () => {
  it('changes its language and look without a reload, and remembers both', async () => {
    fake.reset({});
    const page = await openPage(browser, fake.url);
    await signIn(page, fake.url, 'admin', 'password');
    await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
    await page.locator('.side input[value=ko]').check({ force: true });
    await page.getByRole('heading', { name: korean['page.tide']!, exact: true }).waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('ko');
    await page.locator('.side input[value=dark]').check({ force: true });
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark');
    expect(await page.evaluate(() => 'sameDocument' in globalThis)).toBe(true);
    await page.reload();
    await page.getByRole('heading', { name: korean['page.tide']!, exact: true }).waitFor();
    expect(await page.getAttribute('html', 'data-theme')).toBe('dark');
    await page.context().close();
  });

  it('answers to keys, but not while somebody types or composes', async () => {
    fake.reset({});
    const page = await openPage(browser, fake.url);
    await signIn(page, fake.url, 'admin', 'password');
    await goTo(page, 'events');
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.hasAttribute('data-search'))).toBe(true);
    await page.keyboard.type('n?');
    expect(await page.locator('dialog[open]').count()).toBe(0);
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('n');
    await page.waitForSelector('dialog[open] #new-name');
    const submitted = await page.evaluate(() => {
      let count = 0;
      document.querySelector('dialog form')!.addEventListener('submit', () => (count += 1));
      const name = document.querySelector('#new-name')!;
      const press = (isComposing: boolean) =>
        name.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing, bubbles: true, cancelable: true }));
      // dispatchEvent answers false where somebody prevented what the key does
      return { composing: press(true), plain: press(false), count };
    });
    expect(submitted).toEqual({ composing: false, plain: true, count: 0 });
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog[open]', { state: 'detached' });
    await page.context().close();
  });

  it('connects again after a broken line and says so meanwhile', async () => {
    fake.reset({});
    const page = await openPage(browser, fake.url);
    await signIn(page, fake.url, 'admin', 'password');
    await goTo(page, 'events');
    await page.getByText(en['events.live'], { exact: true }).waitFor();
    await page.context().setOffline(true);
    fake.cut();
    await page.getByText(en['live.lost']).waitFor();
    await page.context().setOffline(false);
    await page.getByText(en['events.live'], { exact: true }).waitFor();
    await page.context().close();
  });

  it('goes back to where the person was after the session has ended', async () => {
    fake.reset({});
    const page = await openPage(browser, fake.url);
    await signIn(page, fake.url, 'admin', 'password');
    await goTo(page, 'hosts/host-2');
    await page.context().clearCookies();
    await goTo(page, 'plans');
    await page.waitForSelector('#password');
    await page.fill('#name', 'admin');
    await page.fill('#password', 'password');
    await page.click('form button.primary');
    await page.getByRole('heading', { name: en['nav.plans'], exact: true }).waitFor();
    await page.context().close();
  });

  it('draws its charts in colour, in each look and with reduced motion', async () => {
    fake.reset({});
    for (const dark of [false, true]) {
      const page = await openPage(browser, fake.url, { dark });
      await signIn(page, fake.url, 'admin', 'password');
      await settled(page);
      // Hues of what is drawn: blue for the load, amber for the window, green for the plan.
      await page.waitForFunction(() => {
        const canvas = document.querySelector<HTMLCanvasElement>('figure canvas');
        const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
        if (!pixels) return false;
        let [blue, amber, green] = [0, 0, 0];
        for (let at = 0; at < pixels.length; at += 4) {
          const [r, g, b, a] = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!, pixels[at + 3]!];
          if (a < 200) continue;
          if (b > r + 60 && b > g + 20) blue += 1;
          if (r > b + 60 && r > g + 30) amber += 1;
          if (g > r + 40 && g > b + 20) green += 1;
        }
        return blue > 50 && amber > 50 && green > 20;
      });
      await page.context().close();
    }
  });

  it('lets the tide table be read and used by keyboard alone', async () => {
    fake.reset({});
    const page = await openPage(browser, fake.url);
    await signIn(page, fake.url, 'admin', 'password');
    await settled(page);
    await page.locator('.keys').focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.textContent('.readout')).toMatch(/host-1, .* expected \d+%/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(await page.textContent('.readout')).toMatch(/host-2, .* measured \d+%/);
    await page.locator('[data-move]').first().focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('why').getByText(/web-1 is to move from host-1 to spare-1 at 12:40/).waitFor();
    await page.locator('[data-window]').focus();
    await page.keyboard.press(' ');
    await page.getByTestId('why').getByRole('heading', { name: 'Why host-1, 13:00–16:00' }).waitFor();
    expect(await page.getByTestId('tide-sentence').textContent()).toContain('host-1 will be above 90% from 13:00 to 16:00');
    await page.context().close();
  });

  it('changes the mode, and every open page follows', async () => {
    fake.reset({});
    const [one, other] = [await openPage(browser, fake.url), await openPage(browser, fake.url)];
    await signIn(one, fake.url, 'admin', 'password');
    await signIn(other, fake.url, 'admin', 'password');
    await settled(one);
    await settled(other);
    await one.locator('#main input[value=off]').check({ force: true });
    await one.getByText('The balancer is off').waitFor();
    await other.waitForFunction(() => document.querySelector<HTMLInputElement>('#main input[value=off]')?.checked);
    await one.context().close();
    await other.context().close();
  });

  it('lists long work in a drawer, also after a reload', async () => {
    fake.reset({});
    const page = await openPage(browser, fake.url);
    await signIn(page, fake.url, 'admin', 'password');
    await page.reload();
    await settled(page);
    await page.locator('[data-testid=tasks] .count').getByText('2', { exact: true }).waitFor();
    await page.getByTestId('tasks').click();
    const move = page.locator('[data-task=move]');
    expect(await move.innerText()).toContain('31 MB of 48 MB (65%)');
    fake.world().tasks.find((task) => task.kind === 'move')!.bytes_done = 48 * 1024 ** 2;
    fake.task('move', { state: 'done', stage: null, ended_ms: Date.now() });
    await page.locator('[data-task=move][data-task-state=done]').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.locator('[data-testid=tasks] .count').getByText('1', { exact: true }).waitFor();
    await page.context().close();
  });

  it('has a terminal that comes back with its scrollback, after a broken line and after a reload', async () => {
    fake.reset({});
    const page = await openPage(browser, fake.url);
    await signIn(page, fake.url, 'minji', 'password');
    await goTo(page, `servers/${fake.world().web1.server}?tab=terminal`);
    await page.waitForSelector('[data-terminal=open]');
    await page.getByTestId('terminal').click();
    await page.keyboard.type('harbour\r');
    const screen = page.locator('.xterm-rows');
    await screen.getByText('said harbour').waitFor();
    // A colour of a program's own, through the content-security policy.
    expect(await screen.locator('span', { hasText: 'harbour' }).last().evaluate((node) => (node as HTMLElement).style.color)).toBe('rgb(20, 120, 200)');
    fake.cut();
    await page.waitForSelector('[data-terminal=lost], [data-terminal=connecting]');
    await page.waitForSelector('[data-terminal=open]');
    await screen.getByText('said harbour').waitFor();
    await page.reload();
    await page.waitForSelector('[data-terminal=open]');
    // xterm.js draws only what is on the screen.
    await page.getByTestId('terminal').scrollIntoViewIfNeeded();
    await screen.getByText('said harbour').waitFor();
    // The way out, and the input line for whoever composes syllables.
    await page.getByTestId('terminal').click();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.className)).toContain('xterm');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.className)).not.toContain('xterm');
    await page.getByRole('button', { name: en['terminal.line'] }).click();
    await page.getByLabel(en['terminal.line']).last().fill('exit');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('size');
    await page.keyboard.press('Enter');
    await screen.getByText(/^\d+x\d+/).first().waitFor();
    await page.getByRole('button', { name: en['terminal.hangup'] }).click();
    await page.getByText(en['terminal.end.exited']).first().waitFor();
    expect(page.faults.filter((fault) => !fault.includes('WebSocket'))).toEqual([]);
    await page.context().close();
  });

  it('takes files in, also over a broken line, shows, edits, renames and deletes them', async () => {
    fake.reset({});
    const page = await openPage(browser, fake.url);
    await signIn(page, fake.url, 'minji', 'password');
    const id = fake.world().web1.server;
    await goTo(page, `servers/${id}?tab=files`);
    await page.locator('[data-file="index.html"]').waitFor();
    fake.bulk().breakUploads = 1;
    await page.getByTestId('upload-input').setInputFiles({ name: '보고서.txt', mimeType: 'text/plain', buffer: Buffer.from('안녕'.repeat(300_000)) });
    await page.locator('[data-file="보고서.txt"]').waitFor();
    expect(fake.bulk().at(id, '/srv/www/보고서.txt')).toBe('안녕'.repeat(300_000));
    await page.getByRole('button', { name: 'index.html', exact: true }).click();
    await page.locator('textarea').fill('<p>new</p>');
    await page.keyboard.press('Control+S');
    await page.getByText('index.html saved').waitFor();
    expect(fake.bulk().at(id, '/srv/www/index.html')).toBe('<p>new</p>');
    await page.keyboard.press('Escape');
    await page.getByTestId('new-folder').click();
    await page.locator('dialog input').fill('notes');
    await page.getByTestId('confirm').click();
    await page.locator('[data-file=notes]').waitFor();
    await page.getByRole('button', { name: 'Rename notes' }).click();
    await page.locator('dialog input').fill('papers');
    await page.getByTestId('confirm').click();
    await page.getByRole('button', { name: 'papers', exact: true }).click();
    await page.getByText(en['files.empty.title']).waitFor();
    expect(page.url()).toContain('path=');
    await page.getByRole('button', { name: 'www', exact: true }).click();
    await page.getByRole('button', { name: 'Delete papers' }).click();
    await page.getByTestId('confirm').click();
    await page.locator('[data-file=papers]').waitFor({ state: 'detached' });
    expect(page.faults).toEqual([]);
    await page.context().close();
  });

  it('follows a log, holds it and filters it', async () => {
    fake.reset({});
    const page = await openPage(browser, fake.url);
    await signIn(page, fake.url, 'minji', 'password');
    await goTo(page, `servers/${fake.world().web1.server}?tab=logs`);
    await page.locator('.lines p').nth(44).waitFor();
    await page.getByTestId('pause').click();
    const held = await page.locator('.lines p').count();
    await page.getByText(/Go on \([1-9]/).waitFor();
    expect(await page.locator('.lines p').count()).toBe(held);
    await page.getByTestId('pause').click();
    await page.locator('.lines p').nth(held).waitFor();
    await page.getByLabel(en['logs.search']).fill('missing.png');
    await page.waitForFunction(() => [...document.querySelectorAll('.lines p')].every((line) => line.textContent?.includes('missing.png')));
    await page.getByLabel(en['logs.search']).fill('no such thing at all');
    await page.getByText(en['logs.filtered']).waitFor();
    await page.context().close();
  });

  it('invites a person by a link, changes their quota, and lets them have tokens and leave', async () => {
    fake.reset({});
    const page = await openPage(browser, fake.url);
    await signIn(page, fake.url, 'admin', 'password');
    await goTo(page, 'people');
    await page.getByTestId('new-person').click();
    await page.fill('#person-name', 'juno');
    await page.getByTestId('create-person').click();
    const link = await page.getByTestId('link').locator('code').innerText();
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Escape');

    const other = await openPage(browser, fake.url);
    await other.goto(link);
    await other.getByRole('heading', { name: 'Welcome, juno' }).waitFor();
    expect(await axe(other)).toEqual([]);
    await other.fill('#password', 'calm-water-17');
    await other.getByTestId('welcome').click();
    await other.getByText(en['servers.empty.title']).waitFor();
    expect(other.url()).not.toContain('token');
    await goTo(other, 'settings');
    await other.getByLabel(en['account.tokens.title']).fill('notebook');
    await other.getByTestId('make-token').click();
    await other.getByTestId('token').waitFor();
    await other.locator('[data-signin=tokens]').waitFor();
    expect(await axe(other)).toEqual([]);
    await other.context().close();

    await page.getByRole('button', { name: 'Edit minji' }).click();
    await page.locator('[data-quota=servers]').fill('9');
    expect(await axe(page)).toEqual([]);
    await page.getByTestId('save-person').click();
    await page.locator('[data-person=minji]').getByText('3 of 9').waitFor();
    await page.getByRole('button', { name: 'Edit minji' }).click();
    await page.getByTestId('delete-person').click();
    await page.getByText('3 servers with all their files').waitFor();
    await page.locator('dialog input').fill('minji');
    await page.getByTestId('confirm').click();
    await page.locator('[data-person=minji]').waitFor({ state: 'detached' });
    expect(page.faults).toEqual([]);
    await page.context().close();
  });

  it('shows a person nothing of the fleet', async () => {
    fake.reset({});
    const page = await openPage(browser, fake.url);
    await signIn(page, fake.url, 'minji', 'password');
    expect(await page.locator('.side nav a').allInnerTexts()).toEqual([en['nav.servers']]);
    await goTo(page, 'tide');
    await page.getByText(en['forbidden.title']).waitFor();
    await page.context().close();
  });
});
