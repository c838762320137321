#include "tests/clients/crowd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/clients/empty.h"
#include "tests/clients/say.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };
enum {
	OWN_IP = 0x64400001,    /* 100.64.0.1: who has an address of his own */
	NAT_IP = 0x64500001,    /* 100.80.0.1: NATs */
	NAT_CLIENTS = 3,        /* behind each */
	STEP_MS = SECOND,       /* how often is looked who is due */
	IN_MS = MINUTE,         /* nobody takes longer to come in */
	QUIET_MS = 200,         /* what is under way has arrived */
	REFUSED_MS = 40 * SECOND, /* and it knows */
	VISITS_EACH = 3,        /* for each guest and hour, at the very most */
};

static uint32_t dice(struct crowd *crowd, uint32_t n)
{
	crowd->rnd = crowd->rnd * 1664525u + 1013904223u;
	return (crowd->rnd >> 8) % n;
}

static uint64_t now_ms(struct crowd *crowd)
{
	return clock_now(world_clock(&crowd->w));
}

/* ------------------------------------------------------------------ coming */

/* What the guest says besides its traffic counts as well: questions by DHCP. */
static void count_frame(void *arg, const uint8_t *frame, size_t len)
{
	struct vpn *v = arg;
	struct client *c = (struct client *)((char *)v - offsetof(struct client, vpn));
	struct rd r = rd_of(frame, len);
	if (len > 2 && frame[0] == 0xff && frame[1] == 0x03)
		rd_skip(&r, 2);
	uint16_t proto = rd_u16(&r);
	if (rd_ok(&r) && proto == 0x0021) {
		struct guest *g = c->owner;
		g->other_pkts++;
		g->other_bytes += rd_left(&r);
	}
	lac_send_frame(&v->lac, frame, len);
}

static void new_ports(struct crowd *crowd, struct client *c)
{
	enum { FIRST = 1024, PAIRS = 32000 };
	crowd->nat_port = (uint16_t)((crowd->nat_port + 1) % PAIRS);
	c->nat_ike = (uint16_t)(FIRST + 2 * crowd->nat_port);
	c->nat_natt = (uint16_t)(c->nat_ike + 1);
}

static void appear(struct crowd *crowd, struct guest *g)
{
	struct client *c = g->c = drive_new(&crowd->w, g->profile, &g->place, 0);
	c->owner = g;
	c->vpn.ppp.user = g->user;
	c->vpn.ppp.password = g->password;
	c->vpn.ppp.send = count_frame;
	g->other_pkts = g->other_bytes = 0;
	if (g->place.private_ip != 0)
		new_ports(crowd, c);
	g->state = GUEST_COMING;
	g->due_ms = now_ms(crowd) + IN_MS;
}

static void come(struct crowd *crowd, struct guest *g)
{
	appear(crowd, g);
	client_dial(g->c);
}

static void come_with(struct crowd *crowd, struct guest *g, const char *password, const char *key)
{
	appear(crowd, g);
	if (password != NULL)
		g->c->vpn.ppp.password = password;
	if (key != NULL) {
		g->c->vpn.offer.groups[0].psk = key;
		g->c->vpn.offer.groups[0].psk_len = strlen(key);
	}
	g->state = GUEST_REFUSED;
	g->due_ms = now_ms(crowd) + REFUSED_MS;
	client_dial(g->c);
}

static void next_act(struct crowd *crowd, struct guest *g)
{
	g->due_ms = now_ms(crowd) + MINUTE + dice(crowd, 40 * MINUTE);
}

static void is_in(struct crowd *crowd, struct guest *g)
{
	enum { LEAST_S = 20, OTHER_S = 100 };
	assert_true(crowd->n_visits < crowd->max_visits);
	struct visit *v = &crowd->visits[crowd->n_visits++];
	*v = (struct visit){.ip = g->c->vpn.ppp.ip};
	*g->last = v;
	g->last = &v->next;
	g->state = GUEST_IN;
	g->packet_len = 60 + dice(crowd, 1200);
	client_traffic(g->c, (LEAST_S + dice(crowd, OTHER_S)) * SECOND, g->packet_len);
	crowd->acts.logins++;
	next_act(crowd, g);
}

/* ------------------------------------------------------------------ going */

static void be_quiet(struct crowd *crowd, struct guest *g)
{
	client_traffic(g->c, 0, 0);
	world_run(&crowd->w, QUIET_MS);
}

static void gone(struct crowd *crowd, struct guest *g)
{
	struct visit *v = (struct visit *)((char *)g->last - offsetof(struct visit, next));
	if (g->state == GUEST_IN) {
		v->pkts_sent = g->c->sent + g->other_pkts;
		v->bytes_sent = (uint64_t)g->c->sent * g->packet_len + g->other_bytes;
		v->pkts_back = g->c->back;
		v->bytes_back = (uint64_t)g->c->back * g->packet_len;
		if (g->c->back != g->c->sent || g->c->vpn.flow_ups != 1)
			fail_msg("%s (%s): %u of %u packets came back, %u dropped here, flow up %u times\n%s", g->user,
			         g->profile->client, g->c->back, g->c->sent, g->c->sas.drops, g->c->vpn.flow_ups,
			         world_show(&crowd->w, "show asp drop"));
	}
	drive_free(g->c);
	g->c = NULL;
	g->state = GUEST_AWAY;
	g->due_ms = now_ms(crowd) + MINUTE + dice(crowd, 60 * MINUTE);
}

static void leave(struct crowd *crowd, struct guest *g)
{
	be_quiet(crowd, g);
	drive_leave(g->c, g->profile);
	gone(crowd, g);
	crowd->acts.left++;
}

static void vanish(struct crowd *crowd, struct guest *g)
{
	be_quiet(crowd, g);
	gone(crowd, g);
	crowd->acts.vanished++;
}

static void turn_up_elsewhere(struct crowd *crowd, struct guest *g)
{
	be_quiet(crowd, g);
	gone(crowd, g);
	g->place.public_ip ^= 1u << 10;
	come(crowd, g);
	crowd->acts.elsewhere++;
}

static void be_logged_off(struct crowd *crowd, struct guest *g)
{
	char line[80];
	be_quiet(crowd, g);
	snprintf(line, sizeof line, "show vpn-sessiondb ra-ikev1-ipsec filter a-ipaddress %s", ip4_text(g->c->vpn.ppp.ip).s);
	uint64_t index = number_behind(world_show(&crowd->w, line), " Index        :");
	snprintf(line, sizeof line, "vpn-sessiondb logoff index %llu noconfirm", (unsigned long long)index);
	world_show(&crowd->w, line);
	world_run(&crowd->w, 3 * SECOND);
	assert_false(client_is_in(g->c));
	gone(crowd, g);
	crowd->acts.logged_off++;
}

/* Somewhere on the way it loses patience, unless it is as good as in. */
static void give_up(struct crowd *crowd, struct guest *g)
{
	come(crowd, g);
	world_run(&crowd->w, 5 + dice(crowd, 300));
	if (g->c->vpn.ppp.authenticated)
		return;
	gone(crowd, g);
	crowd->acts.gave_up++;
}

/* ------------------------------------------------------------------ being in */

static void rekey(struct crowd *crowd, struct guest *g)
{
	client_rekey_ipsec(g->c);
	crowd->acts.rekeyed++;
}

static void renew(struct crowd *crowd, struct guest *g)
{
	client_rekey_ike(g->c);
	crowd->acts.renewed++;
}

/* Between two packets, so that none follows it in vain; now and then to another NAT. */
static void roam(struct crowd *crowd, struct guest *g)
{
	if (g->place.private_ip == 0)
		return;
	uint32_t every_ms = g->c->traffic_ms;
	be_quiet(crowd, g);
	if (dice(crowd, 3) == 0)
		g->place.public_ip = g->c->public_ip = g->c->public_ip ^ 1u << 11;
	new_ports(crowd, g->c);
	client_send(g->c, g->packet_len); /* by which the server learns of it */
	client_traffic(g->c, every_ms, g->packet_len);
	crowd->acts.roamed++;
}

static void wrong_password(struct crowd *crowd, struct guest *g)
{
	come_with(crowd, g, "a guess", NULL);
}

static void wrong_key(struct crowd *crowd, struct guest *g)
{
	come_with(crowd, g, NULL, "another key");
}

/* ------------------------------------------------------------------ who does what */

typedef void act_fn(struct crowd *crowd, struct guest *g);

struct act {
	unsigned percent;
	act_fn *fn;
};

static const struct act acts_away[] = {{80, come}, {8, wrong_password}, {5, wrong_key}, {7, give_up}};
static const struct act acts_in[] = {{25, leave},  {10, vanish}, {8, turn_up_elsewhere}, {10, be_logged_off},
                                     {22, rekey}, {10, renew},  {15, roam}};
static const struct act acts_regular[] = {{20, rekey}, {5, renew}, {75, roam}};

static void act(struct crowd *crowd, struct guest *g, const struct act *acts)
{
	unsigned n = dice(crowd, 100);
	while (n >= acts->percent)
		n -= acts++->percent;
	acts->fn(crowd, g);
}

static void look_at_coming(struct crowd *crowd, struct guest *g)
{
	if (client_is_in(g->c))
		is_in(crowd, g);
	else if (now_ms(crowd) > g->due_ms)
		fail_msg("%s (%s) did not get in: ESP %d, L2TP state %d, LCP %d, login %d\n%s", g->user, g->profile->client,
		         g->c->vpn.out != NULL, g->c->vpn.lac.state, g->c->vpn.ppp.lcp_up, g->c->vpn.ppp.authenticated,
		         world_log(&crowd->w));
}

static void look_at_refused(struct crowd *crowd, struct guest *g)
{
	if (client_is_in(g->c))
		fail_msg("%s (%s) got in", g->user, g->profile->client);
	if (now_ms(crowd) < g->due_ms)
		return;
	if (g->c->vpn.flow_ups > 0)
		crowd->acts.wrong_password++;
	else
		crowd->acts.wrong_key++;
	gone(crowd, g);
}

static void look_at_in(struct crowd *crowd, struct guest *g)
{
	if (!client_is_in(g->c))
		fail_msg("%s (%s) is not in any more: ESP %d, L2TP state %d, closed %d\n%s", g->user, g->profile->client,
		         g->c->vpn.out != NULL, g->c->vpn.lac.state, g->c->vpn.ppp.closed, world_log(&crowd->w));
	if (now_ms(crowd) < g->due_ms)
		return;
	next_act(crowd, g);
	act(crowd, g, g->regular ? acts_regular : acts_in);
}

static void look_at(struct crowd *crowd, struct guest *g, bool idle)
{
	if (g->state == GUEST_COMING)
		look_at_coming(crowd, g);
	else if (g->state == GUEST_REFUSED)
		look_at_refused(crowd, g);
	else if (g->state == GUEST_IN && !idle)
		look_at_in(crowd, g);
	else if (g->state == GUEST_AWAY && !idle && now_ms(crowd) >= g->due_ms)
		act(crowd, g, acts_away);
}

void crowd_live(struct crowd *crowd, uint64_t ms)
{
	for (uint64_t end = now_ms(crowd) + ms; now_ms(crowd) < end;) {
		world_run(&crowd->w, STEP_MS);
		world_log_clear(&crowd->w);
		for (size_t i = 0; i < crowd->n; i++)
			look_at(crowd, &crowd->guests[i], false);
	}
}

void crowd_gather(struct crowd *crowd)
{
	enum { CLEAR_S = 20 * 60 }; /* who vanished is missed by then */
	for (unsigned s = 0; s < CLEAR_S; s++) {
		for (size_t i = 0; i < crowd->n; i++) {
			struct guest *g = &crowd->guests[i];
			if (g->state == GUEST_AWAY && i % 60 == s % 60)
				come(crowd, g);
			look_at(crowd, g, true);
		}
		world_run(&crowd->w, STEP_MS);
		world_log_clear(&crowd->w);
	}
	for (size_t i = 0; i < crowd->n; i++)
		assert_int_equal(crowd->guests[i].state, GUEST_IN);
}

void crowd_disperse(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->n; i++) {
		if (i % 4 == 3)
			vanish(crowd, &crowd->guests[i]);
		else
			leave(crowd, &crowd->guests[i]);
	}
	world_run(&crowd->w, 40 * MINUTE);
}

/* ------------------------------------------------------------------ the administrator */

/* What he does, and how he takes it back. */
static const struct {
	const char *on, *off;
} changes[] = {
        {"group-policy clients attributes\n address-pools value extra\n",
         "group-policy clients attributes\n address-pools value many\n"},
        {"crypto ipsec ikev1 transform-set a128 esp-aes esp-sha-hmac\n"
         "crypto ipsec ikev1 transform-set a128 mode transport\n"
         "crypto dynamic-map dyno 10 set ikev1 transform-set a128\n",
         "no crypto dynamic-map dyno 10 set ikev1 transform-set a128\nno crypto ipsec ikev1 transform-set a128\n"},
        {"tunnel-group others type remote-access\n"
         "tunnel-group others general-attributes\n address-pool clients\n default-group-policy clients\n"
         "tunnel-group others ipsec-attributes\n ikev1 pre-shared-key another-key-for-tests\n",
         "no tunnel-group others type remote-access\n"},
        {"group-policy clients attributes\n dns-server value 10.77.0.7\n banner value Welcome\n",
         "group-policy clients attributes\n dns-server value 10.77.0.5 10.77.0.6\n no banner\n"},
};
enum { CHANGES = sizeof changes / sizeof changes[0] };

void crowd_change(struct crowd *crowd)
{
	unsigned i = crowd->change++ % CHANGES;
	world_edit(&crowd->w, crowd->on[i] ? changes[i].off : changes[i].on);
	crowd->on[i] = !crowd->on[i];
	crowd->acts.changes++;
}

void crowd_change_back(struct crowd *crowd)
{
	for (unsigned i = 0; i < CHANGES; i++)
		if (crowd->on[i]) {
			world_edit(&crowd->w, changes[i].off);
			crowd->on[i] = false;
		}
}

/* ------------------------------------------------------------------ begin and end */

static void configure(struct crowd *crowd, const struct profile *const *profiles, size_t n)
{
	struct out o;
	out_init(&o);
	out_str(&o, "ip local pool many 10.80.0.1-10.80.15.254 mask 255.255.0.0\n"
	            "ip local pool extra 10.79.0.1-10.79.15.254 mask 255.255.0.0\n"
	            "group-policy clients attributes\n vpn-simultaneous-logins 100000\n address-pools value many\n");
	for (size_t i = 0; i < crowd->n; i++)
		out_printf(&o, "username %s password %s mschap\n", crowd->guests[i].user, crowd->guests[i].password);
	world_edit(&crowd->w, o.text);
	out_free(&o);
	world_edit(&crowd->w, books_lines);
	for (size_t i = 0; i < n; i++)
		if (strstr(profiles[i]->server, "tunnel-group phones") != NULL)
			world_edit(&crowd->w, "tunnel-group phones general-attributes\n accounting-server-group BOOKS\n");
}

void crowd_open(struct crowd *crowd, const struct profile *const *profiles, size_t nprofiles, size_t n, unsigned hours)
{
	memset(crowd, 0, sizeof *crowd);
	crowd->n = n;
	crowd->rnd = 1;
	crowd->guests = calloc(n, sizeof *crowd->guests);
	crowd->max_visits = n * (VISITS_EACH * hours + 8);
	crowd->visits = calloc(crowd->max_visits, sizeof *crowd->visits);
	assert_true(crowd->guests != NULL && crowd->visits != NULL);
	drive_open(&crowd->w, profiles, nprofiles);
	books_open(&crowd->books, &crowd->w, crowd->max_visits);
	for (size_t i = 0; i < n; i++) {
		struct guest *g = &crowd->guests[i];
		uint32_t k = (uint32_t)i;
		snprintf(g->user, sizeof g->user, "guest%zu", i);
		snprintf(g->password, sizeof g->password, "secret-%zu", i);
		g->profile = profiles[i % nprofiles];
		g->place = i % 4 == 0 ? (struct place){.public_ip = OWN_IP + k}
		                      : (struct place){.public_ip = NAT_IP + k / NAT_CLIENTS,
		                                       .private_ip = BEHIND_IP + k % NAT_CLIENTS};
		g->regular = i % 5 == 0;
		g->last = &g->visits;
		g->due_ms = now_ms(crowd) + dice(crowd, 30 * MINUTE);
	}
	configure(crowd, profiles, nprofiles);
}

void crowd_close(struct crowd *crowd)
{
	world_close(&crowd->w);
	books_close(&crowd->books);
	free(crowd->guests);
	free(crowd->visits);
}
