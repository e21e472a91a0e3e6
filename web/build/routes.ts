import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

/*
 * virtual:routes is the list of paths that services/api/openapi.json has, so that a page offers nothing that
 * its api cannot do. NEAPTIDE_WEB_ROUTES=all takes the list away: for tests against the pretended api.
 */
const file = fileURLToPath(new URL('../../services/api/openapi.json', import.meta.url));
const NAME = 'virtual:routes';

export function routes(): Plugin {
  return {
    name: 'neaptide-routes',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load(id) {
      if (id !== `\0${NAME}`) return undefined;
      this.addWatchFile(file);
      if (process.env.NEAPTIDE_WEB_ROUTES === 'all') return 'export default "all";';
      const { paths } = JSON.parse(readFileSync(file, 'utf8')) as { paths: Record<string, unknown> };
      return `export default ${JSON.stringify(Object.keys(paths))};`;
    }
  };
}
