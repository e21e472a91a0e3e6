import { all, problemOf } from '../api/client';
import type { LoadTick, Problem, Server } from '../api/types';
import { on } from './live.svelte';
import { Rings } from './rings.svelte';

/*
 * My servers: read once, then kept by the stream. Administrators may look at everybody's; the list
 * holds whatever was asked for last.
 */
class Servers {
  items = $state.raw<Server[]>([]);
  problem = $state.raw<Problem | undefined>();
  ready = $state(false);
  scope: 'me' | 'all' = 'me';
  #me = '';
  #call = 0;

  async load(scope: 'me' | 'all', me: string): Promise<void> {
    if (scope !== this.scope) this.ready = false;
    this.scope = scope;
    this.#me = me;
    const mine = ++this.#call;
    try {
      const items = await all<Server>(`/api/v1/servers?owner=${scope}`);
      if (mine !== this.#call) return;
      this.items = sorted(items);
      this.problem = undefined;
    } catch (error) {
      if (mine !== this.#call) return;
      this.problem = problemOf(error);
    }
    this.ready = true;
  }

  put(server: Server): void {
    if (this.scope === 'me' && this.#me && server.owner !== this.#me) return;
    const old = this.items.find((item) => item.server === server.server);
    if (old && old.revision > server.revision) return;
    const rest = this.items.filter((item) => item.server !== server.server);
    this.items = sorted([...rest, server]);
  }

  drop(id: string): void {
    this.items = this.items.filter((item) => item.server !== id);
  }

  tick(loads: LoadTick): void {
    const points = new Map(loads.servers.map((point) => [point.id, point]));
    let changed = false;
    const items = this.items.map((item) => {
      const point = points.get(item.server);
      if (!point) return item;
      changed = true;
      return {
        ...item,
        load: {
          at_ms: loads.at_ms,
          cpu_milli: point.cpu_milli,
          mem_bytes: point.mem_bytes,
          cpu_pct: point.cpu_pct,
          mem_pct: point.mem_pct,
          source: 'redis' as const,
          older: loads.older
        }
      };
    });
    if (changed) this.items = items;
  }

  again(): void {
    if (this.ready) void this.load(this.scope, this.#me);
  }
}

function sorted(items: Server[]): Server[] {
  return items.sort((a, b) => (a.title || a.name).localeCompare(b.title || b.name));
}

export const servers = new Servers();
/** The last hour of each server, for its sparkline. */
export const serverHours = new Rings('servers');

on('server', (event) => servers.put(event.server));
on('server-gone', (event) => servers.drop(event.server));
on('loads', (event) => {
  servers.tick(event.loads);
  for (const point of event.loads.servers) serverHours.add(point.id, event.loads.at_ms, point.cpu_pct);
});
on('hello', () => servers.again());
on('reset', () => servers.again());
