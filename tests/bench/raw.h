/* Yardsticks of bench_esp: the libraries without anything of ours around them. */
#ifndef TESTS_BENCH_RAW_H
#define TESTS_BENCH_RAW_H

#include "crypto/prim/prim.h"

/* Cipher and HMAC over len bytes of one key pair, as fast as the library does it: nanoseconds of CPU for each packet. */
double raw_openssl(enum prim_cipher c, size_t key_len, enum prim_md md, bool encrypt, size_t len);
/* Its job queue, 64 packets in flight; 0 when there is no such library. */
double raw_ipsec_mb(enum prim_cipher c, size_t key_len, enum prim_md md, bool encrypt, size_t len);

/* Median of five: CPU nanoseconds of one call of f, of which some thousand are made. */
double bench_ns(void (*f)(void *), void *arg);

#endif
