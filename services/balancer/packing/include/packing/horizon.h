/*
 * How far plans look: a day of five-minute slots from the moment at which a move could land, the
 * first two hours slot by slot, then in blocks of three. What comes later weighs less, because it
 * can still be decided later and is known less well.
 */
#ifndef PACKING_HORIZON_H
#define PACKING_HORIZON_H

enum {
    HORIZON_SINGLE = 24,
    HORIZON_BLOCK = 3,
    HORIZON_SLOTS = 288,
    HORIZON_BLOCKS = HORIZON_SINGLE + (HORIZON_SLOTS - HORIZON_SINGLE) / HORIZON_BLOCK,
    HORIZON_SLOT_MINUTES = 5,
};

/* ends[b]: the slot after block b. */
void horizon_ends(int ret_ends[HORIZON_BLOCKS]);

/* Minutes of each block times e^(-slots ahead / fade). */
void horizon_weights(double fade_slots, float ret_weights[HORIZON_BLOCKS]);

/* The block that holds a slot within the horizon. */
int horizon_block(int slot);

#endif
