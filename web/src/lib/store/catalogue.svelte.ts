import { get } from '../api/client';
import type { Catalogue, Size, Template } from '../api/types';
import { locale } from '../i18n/locale.svelte';
import { Remote } from './remote.svelte';

export const catalogue = new Remote<Catalogue>((signal) => get('/api/v1/templates', { signal }));

export function templateOf(name: string): Template | undefined {
  return catalogue.value?.templates.find((template) => template.template === name);
}

export function templateTitle(name: string): string {
  return templateOf(name)?.title[locale()] ?? name;
}

export function sizeOf(name: string | null): Size | undefined {
  return catalogue.value?.sizes.find((size) => size.size === name);
}
