/* The certificates of the PIX example (seed-001-pix.cfg): both ends have one of the same authority, whose lists of revoked
 * ones are not to be had. */
#ifndef TESTS_EXCHANGE_PKI_EXAMPLE_H
#define TESTS_EXCHANGE_PKI_EXAMPLE_H

#include "tests/exchange/full_server.h"
#include "tests/exchange/pki_kit.h"

/* The appliance's into its configuration, which is loaded; the client's into kit (the caller frees it) and its habits. */
void pki_example(struct world *w, struct pki_kit *kit, struct client_habits *habits);

#endif
