import type { ITheme } from '@xterm/xterm';

/* The sixteen colours of a terminal on our grounds; xterm.js lifts what a program mixes to 4.5:1. */
const light: ITheme = {
  background: '#ffffff',
  foreground: '#0e1b2a',
  cursor: '#0b6e99',
  cursorAccent: '#ffffff',
  selectionBackground: '#bcdbe9',
  black: '#0e1b2a',
  red: '#b0231c',
  green: '#156c47',
  yellow: '#7a5300',
  blue: '#0b5cad',
  magenta: '#8a2f86',
  cyan: '#0b6e77',
  white: '#4f6275',
  brightBlack: '#5b6d80',
  brightRed: '#c53a2f',
  brightGreen: '#1d7d54',
  brightYellow: '#8c6200',
  brightBlue: '#1b6dc4',
  brightMagenta: '#a0419b',
  brightCyan: '#127f88',
  brightWhite: '#0e1b2a'
};

const dark: ITheme = {
  background: '#0f1a28',
  foreground: '#e8eff6',
  cursor: '#5cc3e8',
  cursorAccent: '#0f1a28',
  selectionBackground: '#24506a',
  black: '#9bafc4',
  red: '#ff8a80',
  green: '#55cf95',
  yellow: '#f5ac4e',
  blue: '#7fb6ff',
  magenta: '#e2a1e8',
  cyan: '#5cd6dd',
  white: '#e8eff6',
  brightBlack: '#8a9db2',
  brightRed: '#ffa79f',
  brightGreen: '#7fe0b1',
  brightYellow: '#ffc677',
  brightBlue: '#a3ccff',
  brightMagenta: '#efbdf3',
  brightCyan: '#8ae7ec',
  brightWhite: '#ffffff'
};

export function terminalTheme(isDark: boolean): ITheme {
  return isDark ? dark : light;
}

/** What a key of the bar sends; Ctrl turns a letter into its control character. */
export const BAR = [
  { key: 'Esc', send: '\x1b' },
  { key: 'Tab', send: '\t' },
  { key: '←', send: '\x1b[D' },
  { key: '↓', send: '\x1b[B' },
  { key: '↑', send: '\x1b[A' },
  { key: '→', send: '\x1b[C' },
  { key: 'Home', send: '\x1b[H' },
  { key: 'End', send: '\x1b[F' },
  { key: 'PgUp', send: '\x1b[5~' },
  { key: 'PgDn', send: '\x1b[6~' },
  { key: '|', send: '|' },
  { key: '/', send: '/' },
  { key: '-', send: '-' },
  { key: '~', send: '~' }
] as const;

/** The key that the next one is pressed with, as it is written on keyboards. */
export const CTRL = 'Ctrl';

export function controlled(text: string): string {
  const code = text.toUpperCase().charCodeAt(0);
  return code >= 64 && code < 96 && text.length === 1 ? String.fromCharCode(code & 31) : text;
}
