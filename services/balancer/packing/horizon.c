#include <packing/horizon.h>

#include <math.h>

void horizon_ends(int ret_ends[HORIZON_BLOCKS])
{
    int end = 0;
    for (int b = 0; b < HORIZON_BLOCKS; b++) {
        end += b < HORIZON_SINGLE ? 1 : HORIZON_BLOCK;
        ret_ends[b] = end;
    }
}

void horizon_weights(double fade_slots, float ret_weights[HORIZON_BLOCKS])
{
    int begin = 0;
    for (int b = 0; b < HORIZON_BLOCKS; b++) {
        const int slots = b < HORIZON_SINGLE ? 1 : HORIZON_BLOCK;
        const double ahead = begin + (slots - 1) / 2.0;
        ret_weights[b] = (float)(HORIZON_SLOT_MINUTES * slots * exp(-ahead / fade_slots));
        begin += slots;
    }
}

int horizon_block(int slot)
{
    return slot < HORIZON_SINGLE ? slot : HORIZON_SINGLE + (slot - HORIZON_SINGLE) / HORIZON_BLOCK;
}
