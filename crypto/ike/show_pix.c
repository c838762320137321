/* show crypto isakmp sa in the form of PIX 6. */
#include "crypto/ike/engine.h"

/* The device names Main Mode and Aggressive Mode by what has been exchanged, and an SA that is up by what it waits for. */
static const char *state_word(const struct ike_sa *sa)
{
	if (sa->mm.state == ST_ACTIVE)
		return sa->quick != NULL && !sa->half_open && sa->peer != NULL &&
		                       sa->peer->flows == NULL
		               ? "OAK_QM"
		               : "QM_IDLE";
	switch (sa->mm.state) {
	case ST_MM_WAIT3:
	case ST_MM_BUILD4:
	case ST_MM_WAIT4:
	case ST_MM_BUILD3:
		return "MM_SA_SETUP";
	case ST_MM_WAIT5:
	case ST_MM_WAIT6:
	case ST_MM_BUILD6:
	case ST_MM_CHECK6:
	case ST_MM_BUILD5:
		return "MM_KEY_EXCH";
	case ST_AM_BUILD2:
	case ST_AM_WAIT2:
		return "AG_INIT_EXCH";
	case ST_AM_WAIT3:
	case ST_AM_CHECK3:
	case ST_AM_BUILD3:
		return "AG_AUTH";
	case ST_AM_START:
	case ST_AM_BUILD1:
		return "AG_NO_STATE";
	default:
		return "MM_NO_STATE";
	}
}

/* Quick Modes that go on, and pairs of IPsec SAs that stand. */
static void quick_modes(const struct ike_sa *sa, unsigned *pending, unsigned *created)
{
	*pending = *created = 0;
	for (const struct ike_qm *qm = sa->quick; qm != NULL; qm = qm->next)
		*pending += qm->x.state != ST_QM_DONE; /* kept to know its repetitions */
	if (sa->peer == NULL || sa_best(sa->peer) != sa)
		return;
	for (const struct ike_flow *f = sa->peer->flows; f != NULL; f = f->next)
		*created += f->up;
}

void ike_show_pix(const struct ike *ike, struct out *o)
{
	out_str(o, "        dst               src        state     pending     created\n");
	for (const struct ike_sa *sa = ike->sas; sa != NULL; sa = sa->next) {
		unsigned pending, created;
		if (sa->mm.state == ST_REFUSED)
			continue;
		quick_modes(sa, &pending, &created);
		/* the destination is who answered */
		uint32_t dst = sa_is(sa, SAF_INITIATOR) ? sa->mm.remote.ip : sa->mm.local.ip;
		uint32_t src = sa_is(sa, SAF_INITIATOR) ? sa->mm.local.ip : sa->mm.remote.ip;
		out_printf(o, "%16s ", ip4_text(dst).s);
		out_printf(o, "%16s    %-12s %4u %11u\n", ip4_text(src).s, state_word(sa), pending,
		           created);
	}
}
