/* Random bytes from the system (getrandom); aborts when the system has none. */
#ifndef CORE_BASE_RANDOM_H
#define CORE_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void random_bytes(void *dst, size_t len);
uint32_t random_u32(void);
/* 0 .. n-1 without bias; n > 0. */
uint32_t random_below(uint32_t n);

#endif
