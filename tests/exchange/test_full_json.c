/* Every `show` and `more` that the grammar can read, typed with and without `| json` while clients are in: each answer
 * is one well-formed document (as an independent parser reads it), without a key twice in an object; none tells a
 * secret. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "cli/grammar/grammar.h"
#include "tests/exchange/full_server.h"

enum { LINES_MAX = 300 }; /* of one pattern */

struct walk {
	struct world *w;
	const struct line *line;
	char text[1024];
	unsigned typed, failed, all, turn;
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

static void try_line(struct walk *k)
{
	char line[1100];
	k->all++;
	if (k->typed++ >= LINES_MAX)
		return;
	snprintf(line, sizeof line, "%s | json", k->text);
	const char *answer = world_show(k->w, line);
	k->failed += !has_document(k, answer);
	no_secret(k, answer);
	no_secret(k, world_show(k->w, k->text));
}

/* A value for an argument: of an enum one after the other, else something that exists where there is one. */
static const char *sample(struct walk *k, const struct field *f)
{
	static const char *const names[][2] = {
	        {"peer", "203.0.113.101"}, {"ip", "203.0.113.101"}, {"p-ip", "203.0.113.101"},
	        {"a-ip", "10.78.0.10"},    {"user", "alice"},       {"group", "DefaultRAGroup"},
	        {"ifname", "outside"},     {"pool", "clients"},     {"spi", "0x12345678"},
	        {"map", "dyno"},
	};
	if (f->nchoices > 0)
		return f->choices[k->turn++ % f->nchoices].word;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(f->name, names[i][0]) == 0)
			return names[i][1];
	if (strncmp(f->type->name, "ipv4", 4) == 0)
		return "10.78.0.10";
	static char number[16];
	snprintf(number, sizeof number, "%u", f->min > 0 ? f->min : 1);
	return strcmp(f->type->name, "u32") == 0 ? number : "name";
}

/* All ways through the pattern, each word once. */
static void walk_from(struct walk *k, uint64_t next, uint64_t seen)
{
	const struct line *l = k->line;
	for (unsigned a = 0; a < l->natoms && k->typed < LINES_MAX; a++) {
		uint64_t bit = UINT64_C(1) << a;
		if (!(next & bit) || (seen & bit))
			continue;
		size_t len = strlen(k->text);
		const struct item *atom = l->atoms[a];
		snprintf(k->text + len, sizeof k->text - len, "%s%s", len > 0 ? " " : "",
		         atom->kind == ITEM_WORD ? atom->word : sample(k, atom->field));
		if (l->last & bit)
			try_line(k);
		walk_from(k, l->follow[a], seen | bit);
		k->text[len] = '\0';
	}
}

static void walk_mode(struct walk *k, const struct mode *mode)
{
	for (const struct line *l = mode->lines; l != NULL; l = l->next) {
		if (l->run == NULL ||
		    (strncmp(l->text, "show ", 5) != 0 && strncmp(l->text, "more ", 5) != 0))
			continue;
		k->line = l;
		k->typed = 0;
		walk_from(k, l->first, 0);
	}
}

static void walk_all(struct world *w)
{
	struct walk k = {.w = w};
	walk_mode(&k, w->gw.grammar->user);
	walk_mode(&k, w->gw.grammar->exec);
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
