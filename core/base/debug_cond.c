/* `debug crypto condition`: which lines pass, and how the conditions are shown. */
#include <string.h>

#include "core/base/debug.h"
#include "core/base/ip4.h"
#include "core/base/rec.h"
#include "core/base/out.h"

enum { OF_IKE, OF_IPSEC };

bool debug_cond_on(const struct debug_cond *c)
{
	return c->npeers + c->ngroups + c->nusers + c->nspis > 0;
}

static bool has_name(const char (*names)[DEBUG_COND_NAME_MAX], unsigned n, const char *name)
{
	for (unsigned i = 0; i < n && name != NULL; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static bool fits(const struct debug_cond *c, const struct debug_who *w)
{
	for (unsigned i = 0; i < c->npeers; i++)
		if (w->ip != 0 && (w->ip & c->peer[i].mask) == c->peer[i].ip)
			return true;
	for (unsigned i = 0; i < c->nspis; i++)
		if (c->spi[i] == w->spi || c->spi[i] == w->spi_out)
			return true;
	return has_name(c->group, c->ngroups, w->group) || has_name(c->user, c->nusers, w->user);
}

bool debug_cond_pass(const struct debug_cond *c, const struct debug_who *who, enum debug_cat cat)
{
	unsigned of = cat == DEBUG_IPSEC || cat == DEBUG_ENGINE ? OF_IPSEC : OF_IKE;
	if (!debug_cond_on(c))
		return true;
	if (who == NULL)
		return c->unmatched[of];
	return (who->error && c->error[of]) || fits(c, who);
}

static const char *word(bool on)
{
	return on ? "ON" : "OFF";
}

static void print_names(struct out *out, const char *what, const char *key,
                        const char (*names)[DEBUG_COND_NAME_MAX], unsigned n)
{
	if (n > 0)
		out_printf(out, "%s filters:\n", what);
	rec_list(out, key);
	for (unsigned i = 0; i < n; i++)
		rec(out, "name", "%s\n", names[i]);
	rec_close(out);
}

void debug_cond_print(const struct debug_cond *c, bool brief, struct out *out)
{
	if (brief && !debug_cond_on(c))
		return;
	rec_bool(out, "conditional", debug_cond_on(c));
	out_printf(out, "Crypto conditional debug is turned %s\n", word(debug_cond_on(c)));
	if (!brief)
		rec(out, "ike_unmatched? ipsec_unmatched? ike_error? ipsec_error?",
		    "IKE debug context unmatched flag:  %s\n"
		    "IPSec debug context unmatched flag:  %s\n"
		    "IKE debug context error flag:  %s\n"
		    "IPSec debug context error flag:  %s\n",
		    word(c->unmatched[OF_IKE]), word(c->unmatched[OF_IPSEC]),
		    word(c->error[OF_IKE]), word(c->error[OF_IPSEC]));
	if (c->npeers > 0)
		out_str(out, "IKE peer IP address filters:\n");
	rec_list(out, "peers");
	for (unsigned i = 0; i < c->npeers; i++) {
		rec_open(out, NULL);
		rec(out, "address bits", "%s/%d\n", ip4_text(c->peer[i].ip).s,
		    ip4_mask_bits(c->peer[i].mask));
		rec_close(out);
	}
	rec_close(out);
	print_names(out, "IKE group name", "groups", c->group, c->ngroups);
	print_names(out, "IKE user name", "users", c->user, c->nusers);
	if (c->nspis > 0)
		out_str(out, "IPSec SPI filters:\n");
	rec_list(out, "spis");
	for (unsigned i = 0; i < c->nspis; i++)
		rec(out, "spi", "0x%08X\n", c->spi[i]);
	rec_close(out);
}
