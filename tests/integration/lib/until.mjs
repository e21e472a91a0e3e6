// Waiting for something to become true, bounded in time, with a story when it does not.

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Calls probe() until it returns something truthy and returns that. Errors count as "not yet" and
 * the last one is part of the story.
 */
export async function until(what, probe, { timeoutMs = 30_000, everyMs = 150 } = {}) {
  const end = Date.now() + timeoutMs;
  let last = 'nothing yet';
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      last = 'not yet';
    } catch (error) {
      if (error.final) throw error;
      last = error.message;
    }
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms for ${what}: ${last}`);
    await sleep(everyMs);
  }
}
