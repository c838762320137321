/* Address pools: who has which address. Addresses in use outlive changes of the configuration. */
#ifndef PPP_POOL_H
#define PPP_POOL_H

#include "core/base/clock.h"
#include "core/base/out.h"
#include "ppp/ppp.h"

struct ppp_pools;

enum { PPP_POOL_SIZE_MAX = 1 << 20 };

/* 192.0.0.8, RFC 7600: an address that is nobody's. */
#define PPP_POOL_NOBODY 0xc0000008u

struct ppp_pools *ppp_pools_new(struct clock *clock);
void ppp_pools_free(struct ppp_pools *ps);
/* From now on these are the pools. Addresses in use in a pool of the same name stay in use where the pool
 * still holds them; the others are forgotten. 0 or -ENOMEM (the pool in question is then empty). */
int ppp_pools_set(struct ppp_pools *ps, const struct ppp_pool_conf *pools, size_t n,
                  uint32_t reuse_delay_s);

/* The lowest free address of the first of the named pools that has one. *pool names it and lives until the
 * next ppp_pools_set. false: none of them has. */
bool ppp_pools_take(struct ppp_pools *ps, const char *const *names, size_t n, uint32_t *ip,
                    const char **pool);
/* One particular address, of whatever pool; *pool = "" when it is in none. false: in use. */
bool ppp_pools_take_ip(struct ppp_pools *ps, uint32_t ip, const char **pool);
/* Back to free, or held for the reuse delay. Nothing when the pool is gone. */
void ppp_pools_release(struct ppp_pools *ps, const char *pool, uint32_t ip);
bool ppp_pools_has(const struct ppp_pools *ps, const char *pool, uint32_t ip);

/* Our end of links with addresses of this pool: the first host address of the pool's subnet that is not in
 * the pool, else the last one, else PPP_POOL_NOBODY. The subnet is the one
 * of the pool's mask, a /24 without. */
uint32_t ppp_pools_gateway(const struct ppp_pools *ps, const char *pool);
uint32_t ppp_pool_gateway(const struct ppp_pool_conf *c);

/* `show ip local pool NAME`, in the form of PIX 6 when asked; false when there is no such pool. */
bool ppp_pools_show(struct ppp_pools *ps, const char *name, bool pix, struct out *out);

#endif
