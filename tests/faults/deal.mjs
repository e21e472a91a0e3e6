// Random, but the same for the same seed, and fair: everybody's turn comes once before anybody's second.

/** Numbers in [0, 1): mulberry32. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A function that gives one card after the other, from ever new shuffled decks. */
export function dealer(cards, seed) {
  const random = generator(seed);
  let deck = [];
  return () => {
    if (deck.length === 0) {
      deck = [...cards];
      for (let i = deck.length - 1; i > 0; i--) {
        const other = Math.floor(random() * (i + 1));
        [deck[i], deck[other]] = [deck[other], deck[i]];
      }
    }
    return deck.pop();
  };
}
