/* IKE as a client says it that is data: the product's engine begins, and what it writes is replaced by the script's forms
 * (the linker's --wrap; CMakeLists names the functions). */
#ifndef TESTS_CLIENTS_SAY_H
#define TESTS_CLIENTS_SAY_H

#include "crypto/ike/engine.h"
#include "tests/client/script.h"

/* What this engine begins follows the script from now on. The script stays the caller's; say_forget before either goes. */
void say_use(struct ike *ike, const struct ike_script *script, uint32_t own_ip);
void say_forget(const struct ike *ike);
/* The SA payload's body of its first message. */
void say_phase1(struct wr *w, const struct ike_script *script);
/* An SA payload's body: the items in order; those in a row with one proposal number and protocol are transforms of one
 * proposal. spi 0 = none. */
void say_sa(struct wr *w, const struct script_list *list, const struct script_values *values, bool spi);

/* What they call ESP in UDP by each variant of NAT traversal, in transport mode. */
uint16_t say_encap(enum natt_variant v);

#endif
