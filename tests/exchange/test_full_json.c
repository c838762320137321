/* Every `show` and `more` that the grammar can read, typed with and without `| json` while clients are in: each answer
 * is one well-formed document (as an independent parser reads it), without a key twice in an object; none tells a
 * secret. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/exchange/full_lines.h"
#include "tests/exchange/full_server.h"

struct walk {
	struct world *w;
	const char *text; /* the line typed now */
	unsigned failed, all;
};

static bool has_document(const struct walk *k, const char *answer)
{
	json_error_t error;
	json_t *doc = json_loads(answer, JSON_REJECT_DUPLICATES, &error);
	bool ok = json_is_object(doc);
	if (!ok)
		print_message("%s\n  %s (line %d)\n%.400s\n", k->text, error.text, error.line,
		              answer);
	json_decref(doc);
	return ok;
}

/* What is shown, in either form, holds no password and no key; `more` is the command that tells them. */
static void no_secret(const struct walk *k, const char *answer)
{
	static const char *const secrets[] = {"a-shared-key-for-tests-only", "wonder-1",
	                                      "builder-2", "simple-3"};
	for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
		if (strncmp(k->text, "more ", 5) != 0 && strstr(answer, secrets[i]) != NULL)
			fail_msg("%s tells %s", k->text, secrets[i]);
}

static void try_line(void *arg, const char *text)
{
	struct walk *k = arg;
	char line[1100];
	k->all++;
	k->text = text;
	snprintf(line, sizeof line, "%s | json", text);
	const char *answer = world_show(k->w, line);
	k->failed += !has_document(k, answer);
	no_secret(k, answer);
	no_secret(k, world_show(k->w, text));
}

static void walk_all(struct world *w)
{
	struct walk k = {.w = w};
	static const char *const shows[] = {"show ", "more ", NULL};
	full_lines_each(w->gw.grammar->user, shows, try_line, &k);
	full_lines_each(w->gw.grammar->exec, shows, try_line, &k);
	print_message("%u lines\n", k.all);
	assert_true(k.all > 100);
	assert_int_equal(k.failed, 0);
}

static void with_nobody(void **state)
{
	walk_all(*state);
}

static void with_clients(void **state)
{
	struct world *w = *state;
	struct client_habits habits = client_windows;
	struct client *a = client_new(w, &habits, HOME_IP);
	client_enter(a);
	client_data(a, 5);
	habits = client_apple;
	habits.private_ip = BEHIND_IP;
	habits.user = "bob";
	habits.password = "builder-2";
	struct client *b = client_new(w, &habits, ROUTER_IP);
	client_enter(b);
	client_data(b, 3);
	walk_all(w);
	client_leave(a);
	client_free(a);
	client_leave(b);
	client_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(with_nobody, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(with_clients, world_setup, world_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
