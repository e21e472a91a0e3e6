import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

/*
 * Theme and language must be set before the first paint, or a dark page flashes white. The policy
 * forbids inline scripts, so this is a tiny classic script of its own with a hashed name.
 */
const source = `(function () {
  var root = document.documentElement;
  try {
    var theme = localStorage.getItem('neaptide.theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    var lang = localStorage.getItem('neaptide.lang') || (navigator.language || 'en').slice(0, 2);
    root.lang = lang === 'ko' ? 'ko' : 'en';
  } catch (e) {
    root.lang = 'en';
  }
})();
`;

export function boot(): Plugin {
  const name = `assets/boot-${createHash('sha256').update(source).digest('hex').slice(0, 8)}.js`;
  let building = false;
  return {
    name: 'neaptide-boot',
    configResolved(config) {
      building = config.command === 'build';
    },
    configureServer(server) {
      server.middlewares.use(`/${name}`, (_request, response) => {
        response.setHeader('content-type', 'text/javascript');
        response.end(source);
      });
    },
    generateBundle() {
      if (building) this.emitFile({ type: 'asset', fileName: name, source });
    },
    transformIndexHtml: () => [
      { tag: 'script', attrs: { src: `/${name}` }, injectTo: 'head-prepend' }
    ]
  };
}
