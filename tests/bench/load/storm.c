/* Everything that changes in the packet path, under load. Nothing of it is measured: what counts is that nothing breaks,
 * and that all tunnels are up again at the end. */
#include <stdlib.h>

#include "core/base/random.h"
#include "tests/bench/load/load.h"

struct storm {
	unsigned left, vanished, dialled, rekeys, ike_rekeys;
};

static void disturb(struct load *l, struct storm *s)
{
	struct client *c = &l->clients[random_below(l->conf.n)];
	if (c->stage == STAGE_GONE || c->stage == STAGE_FAILED || c->stage == STAGE_IDLE) {
		client_dial(c);
		s->dialled++;
		return;
	}
	if (c->stage != STAGE_UP)
		return;
	switch (random_below(8)) {
	case 0:
		client_leave(c);
		s->left++;
		break;
	case 1:
		client_vanish(c);
		s->vanished++;
		break;
	case 2:
		client_rekey(c, true);
		s->ike_rekeys++;
		break;
	default:
		client_rekey(c, false);
		s->rekeys++;
		break;
	}
}

static void dial_rest(struct load *l)
{
	for (unsigned i = 0; i < l->conf.n; i++)
		if (l->clients[i].stage == STAGE_GONE || l->clients[i].stage == STAGE_FAILED)
			client_dial(&l->clients[i]);
}

void storm_run(struct load *l, const char *phase, const struct traffic *t)
{
	struct storm s = {0};
	struct blast *b = blast_open(l, t);
	struct feed *f = feed_open(l, t);
	uint64_t end = now_us() + (uint64_t)(t->seconds * 1e6), next = 0, now;
	while ((now = now_us()) < end) {
		blast_turn(b);
		blast_flush(b); /* its packets name SAs that may go */
		feed_turn(f);
		if (now >= next) {
			disturb(l, &s);
			next = now + 20000;
		}
		net_turn(l, 1);
	}
	feed_flush(f);
	figure(phase, "sent", (double)blast_close(b), "packets");
	figure(phase, "opened", (double)l->opened, "packets");
	figure(phase, "wrong", (double)l->wrong, "packets");
	feed_close(f);
	dial_rest(l);
	net_until(l, clients_quiet, l->conf.patience_ms + 1000);
	figure(phase, "left", s.left, "tunnels");
	figure(phase, "vanished", s.vanished, "tunnels");
	figure(phase, "dialled", s.dialled, "tunnels");
	figure(phase, "rekeys", s.rekeys, "SAs");
	figure(phase, "ike_rekeys", s.ike_rekeys, "SAs");
	figure(phase, "up", l->count[STAGE_UP], "tunnels");
	figure(phase, "failed", l->count[STAGE_FAILED], "tunnels");
}
