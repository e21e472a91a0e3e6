import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

/*
 * schemas/problems.json holds every problem in both languages. The page needs one language at a
 * time, so each becomes a module of its own: virtual:problems/en and virtual:problems/ko.
 */
export const problemsFile = fileURLToPath(new URL('../../schemas/problems.json', import.meta.url));

interface Text {
  title: string;
  detail: string;
  next: string;
}
export interface ProblemRow {
  code: string;
  status: number;
  params: string[];
  en: Text;
  ko: Text;
}

export function readProblems(): ProblemRow[] {
  return (JSON.parse(readFileSync(problemsFile, 'utf8')) as { problems: ProblemRow[] }).problems;
}

export function problems(): Plugin {
  const prefix = 'virtual:problems/';
  return {
    name: 'neaptide-problems',
    resolveId: (id) => (id.startsWith(prefix) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${prefix}`)) return undefined;
      const lang = id.slice(prefix.length + 1) === 'ko' ? 'ko' : 'en';
      this.addWatchFile(problemsFile);
      const table = Object.fromEntries(readProblems().map((row) => [row.code, row[lang]]));
      return `export default ${JSON.stringify(table)};`;
    }
  };
}
