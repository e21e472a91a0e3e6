/* Where labels may stand in a drawing: none over another, all inside. No pixel is drawn here. */

export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

export function overlap(a: Box, b: Box, gap = 2): boolean {
  return a.x < b.x + b.w + gap && b.x < a.x + a.w + gap && a.y < b.y + b.h + gap && b.y < a.y + a.h + gap;
}

function holds(room: Box, box: Box): boolean {
  return box.x >= room.x && box.y >= room.y && box.x + box.w <= room.x + room.w && box.y + box.h <= room.y + room.h;
}

/** The first candidate that lies in the room and on nothing that is taken; it is then taken too. */
export function place(candidates: Box[], taken: Box[], room: Box): Box | undefined {
  const found = candidates.find((box) => holds(room, box) && !taken.some((other) => overlap(box, other)));
  if (found) taken.push(found);
  return found;
}

/**
 * Places of a label for a stretch [left, right] of a row: inside where there is room for all of it,
 * else beside it, else on its edges.
 */
export function besides(left: number, right: number, middle: number, w: number, h: number): Box[] {
  const y = middle - h / 2;
  const centre = (left + right) / 2 - w / 2;
  const inside = right - left >= w + 10 ? [{ x: centre, y, w, h }] : [];
  return [
    ...inside,
    { x: right + 6, y, w, h },
    { x: left - 6 - w, y, w, h },
    { x: left, y: y + h + 8, w, h },
    { x: right - w, y: y + h + 8, w, h },
    { x: left, y: y - h - 8, w, h },
    { x: right - w, y: y - h - 8, w, h }
  ];
}

/** Places of a label along an upright arc: at its middle first, on the side of its bulge first, else upon it. */
export function along(at: number, bulge: number, y1: number, y2: number, w: number, h: number): Box[] {
  const near = bulge > 0 ? at + bulge * 0.5 : at + bulge * 0.5 - w;
  const far = bulge > 0 ? at - 10 - w : at + 10;
  return [0.5, 0.35, 0.65, 0.2, 0.8, 0.05, 0.95].flatMap((part) => {
    const y = y1 + (y2 - y1) * part - h / 2;
    return [near, at + bulge * 0.75 - w / 2, far].map((x) => ({ x, y, w, h }));
  });
}

const widths = new Map<string, number>();
let pen: CanvasRenderingContext2D | null | undefined;

/** Width of a bold 12 px label as the browser draws it; an estimate where there is no canvas. */
export function labelWidth(text: string): number {
  const known = widths.get(text);
  if (known !== undefined) return known;
  if (pen === undefined && typeof document !== 'undefined') {
    pen = document.createElement('canvas').getContext('2d');
    if (pen) pen.font = `700 12px ${getComputedStyle(document.body).fontFamily}`;
  }
  const width = pen ? pen.measureText(text).width : guess(text);
  if (widths.size > 2000) widths.clear();
  widths.set(text, width);
  return width;
}

function guess(text: string): number {
  return [...text].reduce((sum, letter) => sum + (letter > '\u2e80' ? 12 : 7.2), 0);
}
