// Templates and sizes, as the real catalogue has them.
export const GIB = 1024 ** 3;
export const MIB = 1024 ** 2;
export const SIZES = [
  { size: 'small', cpu_milli: 500, mem_bytes: 512 * MIB },
  { size: 'medium', cpu_milli: 1000, mem_bytes: GIB },
  { size: 'large', cpu_milli: 2000, mem_bytes: 2 * GIB }
];
const ALL_SIZES = SIZES.map((size) => size.size);
export const CATALOGUE = {
  sizes: SIZES,
  templates: [
    {
      template: 'shell',
      title: { en: 'Shell', ko: '셸' },
      summary: { en: 'A Linux machine of your own, by SSH', ko: 'SSH로 쓰는 나만의 리눅스' },
      services: [{ name: 'ssh', kind: 'ssh', port: 22 }],
      volumes: [{ name: 'home', path: '/home' }],
      restart: 'ask',
      minimum: { cpu_milli: 250, mem_bytes: 256 * MIB },
      sizes: ALL_SIZES
    },
    {
      template: 'files',
      title: { en: 'File server', ko: '파일 서버' },
      summary: { en: 'Upload and share files on a web page', ko: '웹에서 파일을 올리고 나누기' },
      services: [{ name: 'web', kind: 'http', port: 8080 }],
      volumes: [{ name: 'files', path: '/srv/files' }],
      restart: 'safe',
      minimum: { cpu_milli: 250, mem_bytes: 128 * MIB },
      sizes: ALL_SIZES
    },
    {
      template: 'web',
      title: { en: 'Web site', ko: '정적 웹 서버' },
      summary: { en: 'A static site, quick and small', ko: '작고 빠른 정적 웹사이트' },
      services: [{ name: 'web', kind: 'http', port: 8080 }],
      volumes: [{ name: 'site', path: '/srv/www' }],
      restart: 'safe',
      minimum: { cpu_milli: 250, mem_bytes: 128 * MIB },
      sizes: ALL_SIZES
    }
  ]
};
