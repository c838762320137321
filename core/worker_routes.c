/* Networks behind clients (Framed-Route): one table, made by the control thread, that every worker is given and none
 * changes; a replaced one is freed when all have given it back. Looked into only for addresses that are no client's. */
#include <stdlib.h>

#include "core/worker_int.h"

/* Longest prefixes first, of one length by address; at[b]: where those of b bits begin, at[b - 1]: where they end. */
struct client_routes {
	unsigned users; /* control thread: workers that have it */
	uint64_t lengths; /* bit b: there are some of b bits */
	size_t n;
	size_t at[34];
	struct { uint32_t ip, client; } row[];
};

static unsigned bits_of(uint32_t mask)
{
	return (unsigned)__builtin_popcount(mask);
}

static uint32_t mask_of(unsigned bits)
{
	return bits == 0 ? 0 : UINT32_MAX << (32 - bits);
}

static uint32_t find_of(const struct client_routes *r, unsigned bits, uint32_t ip)
{
	size_t low = r->at[bits], high = r->at[bits - 1];
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (r->row[mid].ip == ip)
			return r->row[mid].client;
		if (r->row[mid].ip < ip)
			low = mid + 1;
		else
			high = mid;
	}
	return 0;
}

uint32_t client_routes_find(const struct client_routes *r, uint32_t ip)
{
	for (uint64_t left = r->lengths; left != 0;) {
		unsigned bits = 63 - (unsigned)__builtin_clzll(left);
		uint32_t client = find_of(r, bits, ip & mask_of(bits));
		if (client != 0)
			return client;
		left &= ~(1ull << bits);
	}
	return 0;
}

void client_routes_back(struct client_routes *r)
{
	if (--r->users == 0)
		free(r);
}

static int order(const void *a, const void *b)
{
	const struct worker_route *x = a, *y = b;
	unsigned bx = bits_of(x->mask), by = bits_of(y->mask);
	if (bx != by)
		return bx > by ? -1 : 1;
	return x->ip < y->ip ? -1 : x->ip > y->ip;
}

static void publish(struct workers *ws)
{
	struct client_routes *r = NULL;
	if (ws->nroutes > 0 &&
	    (r = calloc(1, sizeof *r + ws->nroutes * sizeof r->row[0])) == NULL)
		return;
	for (size_t i = 0; i < ws->nroutes; i++) {
		const struct session_slot *slot = ws->sessions[ws->routes[i].tunnel];
		unsigned bits = bits_of(ws->routes[i].mask);
		if (slot == NULL)
			continue;
		r->row[r->n].ip = ws->routes[i].ip;
		r->row[r->n++].client = client_value(slot->ctl.worker, slot->ctl.iface, slot->s.tunnel);
		r->lengths |= 1ull << bits;
		r->at[bits - 1] = r->n;
	}
	for (unsigned bits = 33; r != NULL && bits-- > 1;)
		if (r->at[bits - 1] < r->at[bits])
			r->at[bits - 1] = r->at[bits];
	if (r != NULL)
		r->users = ws->n;
	workers_give_all(ws, &(struct down){.op = DOWN_ROUTES, .p = r});
}

void workers_set_routes(struct workers *ws, const struct worker_route *routes, size_t n)
{
	struct worker_route *copy = n > 0 ? calloc(n, sizeof *copy) : NULL;
	if (n > 0 && copy == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		copy[i] = routes[i];
	if (n > 0)
		qsort(copy, n, sizeof *copy, order);
	free(ws->routes);
	ws->routes = copy;
	ws->nroutes = n;
	publish(ws);
}

void workers_routes_iface(struct workers *ws, uint16_t tunnel)
{
	for (size_t i = 0; i < ws->nroutes; i++)
		if (ws->routes[i].tunnel == tunnel) {
			publish(ws);
			return;
		}
}

void worker_routes_command(struct worker *w, const struct down *d)
{
	if (w->routes != NULL)
		worker_tell(w, &(struct up){.op = UP_ROUTES_FREE, .p = w->routes});
	w->routes = d->p;
	w->judged++;
}
