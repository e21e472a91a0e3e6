export type RangeName = '1h' | '6h' | '24h' | '7d' | '30d';
export const RANGES: RangeName[] = ['1h', '6h', '24h', '7d', '30d'];

export const SPANS: Record<RangeName, number> = {
  '1h': 3_600_000,
  '6h': 6 * 3_600_000,
  '24h': 24 * 3_600_000,
  '7d': 7 * 24 * 3_600_000,
  '30d': 30 * 24 * 3_600_000
};

/** How much of the forecast is worth its width beside so much of the past. */
export const AHEAD: Record<RangeName, number> = {
  '1h': 0,
  '6h': 6 * 3_600_000,
  '24h': 24 * 3_600_000,
  '7d': 48 * 3_600_000,
  '30d': 48 * 3_600_000
};

export function rangeOf(text: string | null, otherwise: RangeName): RangeName {
  return RANGES.find((name) => name === text) ?? otherwise;
}
