/* Every `clear` of privileged EXEC, in all its forms, on an appliance with a client: each does what it says and says
 * nothing; those that clear figures leave the client alone, those that end something end it, and it can come again. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/full_lines.h"
#include "tests/exchange/full_server.h"

struct run {
	struct world *w;
	struct client *c;
	unsigned typed, kept, ended;
};

/* What ends the client of 203.0.113.101, who is alice on the map dyno and the first tunnel. */
static bool ends(const char *line)
{
	static const char *const words[] = {"clear crypto ikev1 sa", "clear crypto isakmp sa",
	                                    "clear crypto ipsec sa", "clear vpdn tunnel",
	                                    "clear uauth",           "clear isakmp sa",
	                                    "clear ipsec sa"};
	static const char *const others[] = {" counters", " entry ", " stats"};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (strstr(line, others[i]) != NULL)
			return false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strncmp(line, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

/* Configuration, and a tunnel by its number, are cleared in other tests. */
static void type(void *arg, const char *line)
{
	struct run *r = arg;
	if (strncmp(line, "clear configure", 15) == 0 || strstr(line, "tunnel id") != NULL)
		return;
	const char *answer = world_show(r->w, line);
	r->typed++;
	if (strstr(answer, "ERROR") != NULL || strchr(answer, '^') != NULL ||
	    strchr(answer, '%') != NULL)
		fail_msg("%s: %s", line, answer);
	world_run(r->w, 2000);
	if (ends(line)) {
		if (client_is_in(r->c) && world_sessions(r->w) > 0)
			fail_msg("%s: the client is still in", line);
		client_free(r->c);
		world_run(r->w, 2000);
		r->c = client_new(r->w, &client_windows, HOME_IP);
		client_enter(r->c);
		r->ended++;
		return;
	}
	if (!client_is_in(r->c) || world_sessions(r->w) != 1)
		fail_msg("%s: the client is gone", line);
	client_data(r->c, 2);
	r->kept++;
}

static void every_clear(void **state)
{
	static const char *const clears[] = {"clear ", NULL};
	struct run r = {.w = *state};
	/* what full_lines calls one */
	world_edit(r.w, "access-list name extended permit ip any any\ncrypto ca trustpoint name\n");
	world_show(r.w, "capture name interface outside");
	r.c = client_new(r.w, &client_windows, HOME_IP);
	client_enter(r.c);
	full_lines_each(r.w->gw.grammar->exec, clears, type, &r);
	print_message("%u typed, %u kept the client, %u ended it\n", r.typed, r.kept, r.ended);
	assert_true(r.kept > 20);
	assert_true(r.ended >= 10);
	client_leave(r.c);
	client_free(r.c);
	world_run(r.w, 60000);
	world_assert_empty(r.w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(every_clear, world_setup, world_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
