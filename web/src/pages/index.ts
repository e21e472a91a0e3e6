import type { Component } from 'svelte';

// Each page is a chunk of its own; the first load holds only sign-in and the list of servers.
// A page takes no props; the dialogue takes what closes it.
type Loader = () => Promise<{ default: Component<Record<string, never>> | Component<{ close: () => void }> }>;

export const pages = {
  setup: () => import('./Setup.svelte'),
  welcome: () => import('./Welcome.svelte'),
  create: () => import('./NewServer.svelte'),
  tasks: () => import('../lib/ui/TaskDrawer.svelte'),
  server: () => import('./Server.svelte'),
  tide: () => import('./Tide.svelte'),
  hosts: () => import('./Hosts.svelte'),
  host: () => import('./Host.svelte'),
  plans: () => import('./Plans.svelte'),
  plan: () => import('./Plan.svelte'),
  people: () => import('./People.svelte'),
  events: () => import('./Events.svelte'),
  settings: () => import('./Settings.svelte'),
  lost: () => import('./Lost.svelte')
} satisfies Record<string, Loader>;

export type PageName = keyof typeof pages;
