/** Canvases need real colours: lets the browser resolve the tokens for the theme of now. */
const NAMES = [
  'ink',
  'quiet',
  'line',
  'edge',
  'accent',
  'ok',
  'high',
  'high-soft',
  'over',
  'surface'
] as const;
export type Colours = Record<(typeof NAMES)[number], string> & { face: string };

export function colours(of: HTMLElement): Colours {
  const probe = document.createElement('span');
  // A transition would still show the colour before.
  probe.style.setProperty('transition', 'none', 'important');
  of.append(probe);
  const out = {} as Colours;
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`;
    out[name] = getComputedStyle(probe).color;
  }
  out.face = getComputedStyle(of).fontFamily;
  probe.remove();
  return out;
}

/** rgb(1, 2, 3) with an opacity. */
export function faded(colour: string, opacity: number): string {
  const parts = colour.match(/[\d.]+/g);
  if (!parts || parts.length < 3) return colour;
  return `rgba(${parts[0]}, ${parts[1]}, ${parts[2]}, ${opacity})`;
}
