#include "tests/clients/live/live.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/clients/look.h"

/* ------------------------------------------------------------------ coming, and new keys */

/* Behind a NAT everything floats to port 4500 and ESP is in UDP; else ESP is by itself. */
static void dial_in(struct live *c)
{
	heard_begin(NULL);
	c->listens = true;
	live_enter(c, live_place(c, 0));
	look_at_first(c->profile, c->first, c->first_len);
	assert_true(c->left_by[PORT_IKE] > 0);
	assert_int_equal(c->left_by[PORT_NATT] > 0, c->nat);
	assert_int_equal(c->left_by[PORT_ESP] > 0, !c->nat);
	assert_int_equal(c->vpn.flow_ups, 1);
}

static void traffic(struct live *c)
{
	live_traffic(c, 40, 300);
	live_run(c, 1000);
	live_lost_nothing(c);
}

static void quick_mode(struct live *c)
{
	live_traffic(c, 40, 300);
	live_rekey_ipsec(c);
	live_rekey_ipsec(c);
	live_lost_nothing(c);
}

/* The new IKE SA has the IPsec SAs that there are, and Quick Mode works in it. */
static void main_mode(struct live *c)
{
	live_traffic(c, 40, 300);
	live_rekey_ike(c);
	assert_int_equal(c->vpn.peer_downs + c->vpn.flow_downs, 0);
	live_rekey_ipsec(c);
	live_lost_nothing(c);
	assert_int_equal(c->vpn.flow_ups, 1); /* one session all the time */
}

static void words(struct live *c)
{
	c->listens = false;
	look_at_all(&c->vpn, c->profile, c->nat);
	look_at_answers(&c->answers);
}

/* The last pair of SAs when this began. */
static uint32_t last_child;

static bool has_begun_two(const struct live *c)
{
	unsigned n = 0;
	for (const struct ike_child *child = c->vpn.flow != NULL ? c->vpn.flow->children : NULL; child != NULL; child = child->next)
		n += child->number > last_child && child->began_by_us && child->out;
	return n >= 2;
}

/* The server has told it that keys last for so many kilobytes only. */
static void keys_by_bytes(struct live *c)
{
	assert_true(c->vpn.flow != NULL && c->vpn.flow->current != NULL && c->vpn.flow->current->pair.life_kb != 0);
	last_child = c->vpn.flow->children->number;
	live_traffic(c, 10, 1000);
	if (!live_until(c, has_begun_two, LIVE_PATIENCE_MS))
		fail_msg("keys were not renewed by bytes: %u pings", c->asked);
	live_run(c, 300);
	live_lost_nothing(c);
	assert_int_equal(c->vpn.flow_ups, 1);
}

/* ------------------------------------------------------------------ elsewhere */

/* What has no answer when it goes is lost, that is the NAT's affair. */
static void go_to(struct live *c, uint32_t at)
{
	live_run(c, 300);
	wire_open(c, at);
}

/* The same NAT has another port for it, and the first that is heard from there is a Quick Mode. */
static void other_port(struct live *c)
{
	go_to(c, live_place(c, 1));
	live_rekey_ipsec(c);
	traffic(c);
}

static bool is_answered(const struct live *c)
{
	return c->answered > 0;
}

/* Another NAT, and data is the first that comes from there; answers may go the old way until the server has moved. */
static void other_address(struct live *c)
{
	go_to(c, live_place(c, 0) + LIVE_NETWORK);
	live_round(c);
	live_traffic(c, 100, 300);
	if (!live_until(c, is_answered, LIVE_PATIENCE_MS))
		fail_msg("none of %u pings from another address was answered", c->asked);
	live_traffic(c, 0, 0);
	live_round(c);
	traffic(c);
	live_rekey_ipsec(c);
	traffic(c);
	assert_int_equal(c->vpn.flow_ups, 1);
}

/* Gone without a word, and back before the server can have noticed. Who comes back with its old address is known at once;
 * the others stay until somebody says that the server has noticed. */
static void come_back(struct live *c)
{
	live_vanish(c);
	live_enter(c, live_place(c, 2));
	live_traffic(c, 200, 300);
	if (c->nat)
		live_until_told(c);
	else
		live_run(c, 2000);
	live_lost_nothing(c);
	assert_int_equal(c->vpn.flow_ups, 1);
}

/* ------------------------------------------------------------------ in order */

static const struct step {
	const char *name;
	void (*run)(struct live *c);
	bool nat; /* only of those behind one */
} steps[LIVE_STEPS] = {
        {"connect", dial_in, false},
        {"traffic", traffic, false},
        {"Quick Mode", quick_mode, false},
        {"Main Mode", main_mode, false},
        {"words", words, false},
        {"bytes", keys_by_bytes, false},
        {"port", other_port, true},
        {"address", other_address, true},
        {"vanish", come_back, false},
        {"leave", live_leave, false},
};

const char *live_step_name(unsigned step)
{
	return steps[step].name;
}

struct run {
	struct live *c;
	enum live_result *results;
	unsigned step;
};

static void run_step(void **state)
{
	const struct run *r = *state;
	const struct step *s = &steps[r->step];
	if (r->step > 0 && r->results[r->step - 1] == LIVE_UNTRIED)
		skip();
	if (s->nat && !r->c->nat) {
		r->results[r->step] = LIVE_SKIPPED;
		return;
	}
	s->run(r->c);
	r->results[r->step] = LIVE_PASSED;
}

bool live_play(struct live *c, enum live_result results[LIVE_STEPS])
{
	struct CMUnitTest tests[LIVE_STEPS];
	struct run runs[LIVE_STEPS];
	for (unsigned i = 0; i < LIVE_STEPS; i++) {
		runs[i] = (struct run){c, results, i};
		tests[i] = (struct CMUnitTest){.name = steps[i].name, .test_func = run_step, .initial_state = &runs[i]};
	}
	return _cmocka_run_group_tests(c->user, tests, LIVE_STEPS, NULL, NULL) == 0;
}
