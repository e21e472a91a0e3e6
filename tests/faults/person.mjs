// Somebody who keeps one server busy: makes it, puts a file into it, asks for one thing after the other,
// looks whether the file is still there, gives it back, begins again.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { ProblemError } from '../integration/lib/client.mjs';
import { engineOf, exec, innerDocker, serverContainers } from '../integration/lib/stack.mjs';
import { sleep, until } from '../integration/lib/until.mjs';

/** Refusals that a person may meet when things are down: said, with what to do, and safe to repeat. */
const POLITE = new Set([
  'name-taken', 'moving', 'no-room', 'quota-exceeded', 'revision-changed', 'not-found', 'state-wrong', 'expired',
  'host-unsuitable', 'unreachable',
]);
const PATIENCE = { timeoutMs: 120_000, everyMs: 500 };
const FILE = '/root/kept.txt';
const otherHost = (server) => (server.host === 'host-1' ? 'spare-1' : 'host-1');

/** What is asked, in this order, and the state in which that ends. */
const WISHES = [
  { verb: 'resize', body: () => ({ size: 'medium' }), ends: 'running' },
  { verb: 'move', body: (server) => ({ host: otherHost(server) }), ends: 'running' },
  { verb: 'stop', ends: 'stopped' },
  { verb: 'start', ends: 'running' },
  { verb: 'move', body: (server) => ({ host: otherHost(server) }), ends: 'running' },
  { verb: 'restart', ends: 'running' },
];

export class Person {
  #admin;
  #name;
  #server = null; // the present one
  #wanted = ''; // the state it should come to
  #content = ''; // of its file; empty: not written yet
  #counts = { servers: 0, wishes: 0, refused: 0 };

  /** Ids of servers whose creation was acknowledged. */
  acknowledged = [];

  constructor(admin, name) {
    this.#admin = admin;
    this.#name = name;
  }

  story() {
    return `${this.#name}: ${Object.entries(this.#counts).map(([what, count]) => `${count} ${what}`).join(', ')}`;
  }

  async work(isOver) {
    while (!isOver()) {
      await this.#politely(() => this.#begin());
      for (const wish of WISHES) {
        if (isOver() || !this.#server) break;
        await this.#politely(() => this.#ask(wish));
        await this.assertFilesKept();
      }
      if (!isOver()) await this.leave();
      await sleep(100);
    }
  }

  /** The server comes to rest, and what was written into it is there. */
  async assertFilesKept() {
    if (!this.#content) return;
    await this.#atRest();
    assert.equal(await this.#read(FILE), this.#content, `the file of ${this.#name}`);
  }

  async leave() {
    if (!this.#server) return;
    const id = this.#server;
    this.#server = null;
    this.#content = '';
    await this.#politely(() => this.#admin.mutate('DELETE', `/api/v1/servers/${id}`, undefined, PATIENCE));
  }

  async #begin() {
    const { server } = await this.#admin.create({ name: `${this.#name}-${randomUUID().slice(0, 6)}` }, PATIENCE);
    this.#server = server;
    this.#wanted = 'running';
    this.#counts.servers++;
    this.acknowledged.push(server);
    await this.#atRest();
    const content = randomUUID();
    assert.equal(await this.#inside('sh', '-c', `echo ${content} >${FILE} && sync && cat ${FILE}`), content);
    this.#content = content;
  }

  async #ask({ verb, body, ends }) {
    const path = `/api/v1/servers/${this.#server}`;
    const server = await until('the server to be shown', () => this.#admin.get(path), PATIENCE);
    this.#counts.wishes++;
    await this.#admin.mutate('POST', `${path}/${verb}`, body?.(server), PATIENCE);
    this.#wanted = ends;
  }

  /** Running or stopped, as was asked, and nothing under way. */
  async #atRest() {
    return until(`${this.#name}'s server to be ${this.#wanted}`, async () => {
      const now = await this.#admin.server(this.#server);
      if (now.state !== this.#wanted) throw new Error(`it is ${now.state} ${JSON.stringify(now.fault ?? '')}`);
      return true;
    }, PATIENCE);
  }

  /** The output, which is not empty, of a command in the server. */
  async #inside(...command) {
    return this.#found((host, id) => innerDocker(host, 'exec', id, ...command));
  }

  /** A file of the server, which may stand still. */
  async #read(path) {
    return this.#found((host, id) => exec(engineOf(host), 'sh', '-c',
      `docker -H unix:///run/neaptide/docker.sock cp ${id}:${path} - | tar -xO`));
  }

  /** use(host, container) on the server's one container, as soon as its host can. */
  async #found(use) {
    return until(`to see into ${this.#name}'s server`, async () => {
      const { host } = await this.#admin.server(this.#server);
      const rows = await serverContainers();
      const row = rows.find((one) => one.host === host && one.name.endsWith(`.${this.#server}`));
      if (!row) throw new Error(`${host} has no container of it`);
      return use(host, row.id);
    }, PATIENCE);
  }

  async #politely(call) {
    try {
      await call();
    } catch (error) {
      if (!(error instanceof ProblemError) || !POLITE.has(error.problem.code)) throw error;
      this.#counts.refused++;
    }
  }
}
