/* What the appliance holds, as its own commands tell of it. */
#ifndef TESTS_CLIENTS_EMPTY_H
#define TESTS_CLIENTS_EMPTY_H

#include "core/base/mem.h"
#include "tests/exchange/full_server.h"

/* Objects of every kind, bytes of the whole program's heap. */
struct held {
	struct mem_info kinds[MEM_KINDS_MAX];
	size_t n;
	size_t heap;
};

void held_now(struct held *h);
/* Of one kind; zeros when there were none yet. */
const struct mem_info *held_of(const struct held *h, const char *name);
/* Nobody has ever been there, or everybody has left: every command says so, and there is of every kind of object as much as
 * in before, which was taken when nobody had been there yet. */
void expect_empty(struct world *w, const struct held *before);
/* So many are in: so do the commands. */
void expect_sessions(struct world *w, unsigned n);
/* The number behind a text on the screen; fails the test when it is not there. */
uint64_t number_behind(const char *screen, const char *text);
/* A counter of `show counters`; 0 when it is not there. */
uint64_t counter(struct world *w, const char *protocol, const char *name);
/* Packets dropped for one of these reasons. */
uint64_t drops_of(struct world *w, enum drop_reason from, enum drop_reason to);
/* ESP on the wire is what the SAs counted, and what was dropped before. */
void expect_esp_counted(struct world *w);

#endif
