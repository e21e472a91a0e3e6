import type { Plan } from '../api/types';
import { t } from '../i18n/messages.svelte';

/** A plan is named by its window; one that brings servers home has none. */
export function planTitle(plan: Plan): string {
  const { from_ms, to_ms } = plan.window;
  return to_ms > from_ms
    ? t('why.window', { host: plan.host, from_ms, to_ms })
    : t('why.home', { host: plan.host });
}

export function hasWindow(plan: Plan): boolean {
  return plan.window.to_ms > plan.window.from_ms;
}
