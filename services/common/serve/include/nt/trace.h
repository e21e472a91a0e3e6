/*
 * W3C Trace Context (https://www.w3.org/TR/trace-context/, version 00): the one id that travels
 * from the HTTP request through every hop. Any thread.
 */
#ifndef NT_TRACE_H
#define NT_TRACE_H

#include <stdbool.h>

#define NT_TRACEPARENT_SIZE 56 /* with the NUL */

/* 00-<32 hex>-<16 hex>-<2 hex>, lower case, neither id all zeros. NULL is not. */
bool nt_trace_is_valid(const char *traceparent);

/* A new trace, sampled. */
void nt_trace_new(char ret_traceparent[NT_TRACEPARENT_SIZE]);

/* The same trace with a new span id, for what is done on behalf of parent; a new trace where parent
 * is not valid. */
void nt_trace_child(const char *parent, char ret_traceparent[NT_TRACEPARENT_SIZE]);

#endif
