// Writes src/lib/api/schema.d.ts from services/api/openapi.json; --check only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../../services/api/openapi.json', import.meta.url);
const target = new URL('../src/lib/api/schema.d.ts', import.meta.url);

export async function apiTypes() {
  const head = '// Generated from services/api/openapi.json by `npm run types`; do not edit.\n';
  return head + astToString(await openapiTS(JSON.parse(readFileSync(source, 'utf8'))));
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const text = await apiTypes();
  if (process.argv.includes('--check')) {
    if (readFileSync(target, 'utf8') !== text) {
      console.error('src/lib/api/schema.d.ts is not what services/api/openapi.json says: npm run types');
      process.exit(1);
    }
  } else {
    writeFileSync(target, text);
  }
}
