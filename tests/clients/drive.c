#include "tests/clients/drive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ike/proposal.h"
#include "tests/clients/certified.h"
#include "tests/clients/needs.h"
#include "tests/clients/say.h"

void drive_open(struct world *w, const struct profile *const *profiles, size_t n)
{
	char lines[4096];
	assert_true(needs_lines(profiles, n, lines, sizeof lines));
	world_open(w, lines);
}

struct client *drive_new(struct world *w, const struct profile *p, const struct place *place, unsigned user)
{
	static const struct {
		const char *name, *password;
	} users[] = {{"alice", "wonder-1"}, {"bob", "builder-2"}};
	struct client_habits habits =
	        needs_habits(p, place->private_ip, place->server, users[user].name, users[user].password);
	if (p->ike.auth == AUTH_RSA_SIG)
		certified_habits(&habits);
	struct client *c = client_new(w, &habits, place->public_ip);
	say_use(c->vpn.ike, &p->ike, c->vpn.ip);
	return c;
}

void drive_roam(struct client *c)
{
	c->nat_ike = (uint16_t)(c->nat_ike + 1000);
	c->nat_natt = (uint16_t)(c->nat_natt + 1000);
}

void drive_rekey_ipsec(struct client *c)
{
	uint32_t old = c->vpn.flow->children->pair.spi_in;
	client_rekey_ipsec(c);
	world_run(c->w, 5000);
	const struct sa_pair *pair = &c->vpn.flow->children->pair;
	assert_int_not_equal(pair->spi_in, old);
	assert_non_null(child_by_spi_in(c->w->gw.ike, pair->spi_out));
}

void drive_rekey_ike(struct client *c)
{
	uint8_t cookies[16];
	memcpy(cookies, sa_best(c->vpn.peer)->icookie, 8);
	client_rekey_ike(c);
	world_run(c->w, 20000);
	const struct ike_sa *sa = sa_best(c->vpn.peer);
	assert_memory_not_equal(sa->icookie, cookies, 8);
	memcpy(cookies, sa->icookie, 8);
	memcpy(cookies + 8, sa->rcookie, 8);
	assert_non_null(hash_get(c->w->gw.ike->by_cookies, cookies, sizeof cookies));
}

void drive_renew(struct client *c)
{
	drive_rekey_ike(c);
	drive_rekey_ipsec(c);
}

void drive_leave(struct client *c, const struct profile *p)
{
	if (p->leave & LEAVE_LCP)
		ppp_peer_hangup(&c->vpn.ppp);
	world_run(c->w, 200);
	if ((p->leave & LEAVE_L2TP) && c->vpn.lac.state == LAC_UP)
		lac_hang_up(&c->vpn.lac);
	world_run(c->w, 200);
	if (p->leave & LEAVE_IKE)
		vpn_end_ike(&c->vpn);
	world_run(c->w, 200);
}

void drive_free(struct client *c)
{
	say_forget(c->vpn.ike);
	client_free(c);
}

void drive_out(struct client *c, const struct profile *p)
{
	drive_leave(c, p);
	drive_free(c);
}

void drive_nothing_left(struct world *w)
{
	world_run(w, 150000);
	world_assert_empty(w);
}
