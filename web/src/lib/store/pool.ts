import type { Pool } from '../api/types';

/** Answer to a change of the pool; a task (without a pool) where it was not decided at once. */
export interface PoolAnswer {
  pool?: Pool;
}
