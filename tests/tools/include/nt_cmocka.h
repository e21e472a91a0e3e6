/* cmocka wants these before it, in this order. */
#ifndef NT_CMOCKA_H
#define NT_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
