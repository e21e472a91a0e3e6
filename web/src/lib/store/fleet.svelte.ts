import { all, get, problemOf } from '../api/client';
import type { Host, Problem, Tide } from '../api/types';
import { on } from './live.svelte';
import { Remote } from './remote.svelte';
import { Rings } from './rings.svelte';

class Hosts {
  items = $state.raw<Host[]>([]);
  problem = $state.raw<Problem | undefined>();
  ready = $state(false);
  #call = 0;

  async load(): Promise<void> {
    const mine = ++this.#call;
    try {
      const items = await all<Host>('/api/v1/hosts');
      if (mine !== this.#call) return;
      this.items = sorted(items);
      this.problem = undefined;
    } catch (error) {
      if (mine !== this.#call) return;
      this.problem = problemOf(error);
    }
    this.ready = true;
  }

  put(host: Host): void {
    this.items = sorted([...this.items.filter((item) => item.host !== host.host), host]);
  }
}

function sorted(items: Host[]): Host[] {
  const rank = (host: Host) => (host.role === 'active' ? 0 : 1);
  return items.sort((a, b) => rank(a) - rank(b) || a.host.localeCompare(b.host, 'en', { numeric: true }));
}

export const hosts = new Hosts();
export const hostDays = new Rings('hosts', 24 * 3_600_000);

let resource: 'cpu' | 'memory' = 'cpu';
export const tide = new Remote<Tide>((signal) => get(`/api/v1/tide?resource=${resource}`, { signal }));

export function tideResource(next: 'cpu' | 'memory'): void {
  resource = next;
  void tide.load();
}

on('host', (event) => hosts.put(event.host));
on('loads', (event) => {
  const points = new Map(event.loads.hosts.map((point) => [point.id, point]));
  if (points.size === 0) return;
  hosts.items = hosts.items.map((item) => {
    const point = points.get(item.host);
    if (!point) return item;
    return {
      ...item,
      load: {
        at_ms: event.loads.at_ms,
        cpu_milli: point.cpu_milli,
        mem_bytes: point.mem_bytes,
        cpu_pct: point.cpu_pct,
        mem_pct: point.mem_pct,
        source: 'redis' as const,
        older: event.loads.older
      }
    };
  });
  for (const point of event.loads.hosts) hostDays.add(point.id, event.loads.at_ms, point.cpu_pct);
});
const again = () => {
  if (hosts.ready) void hosts.load();
};
on('hello', again);
on('reset', again);
