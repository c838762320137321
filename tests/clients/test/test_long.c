/* clients_long [--hours N] [--clients N] FOLDER: two days (a few hours, unless more is asked for) of many clients of all
 * kinds that come and go, while the configuration changes and the accounting server is away for a while. Nothing may be
 * lost, nothing may grow, and what the appliance counts must be what the clients count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/clients/crowd.h"
#include "tests/clients/empty.h"
#include "tests/clients/folder.h"

enum { MINUTE = 60 * 1000, PARTS = 8, PER_HOUR = 60 };

static unsigned hours = 4, n_clients = 24;
static struct folder folder;
static char state_dir[256];

/* ------------------------------------------------------------------ the log */

/* Messages that must balance. */
#define MESSAGES(X)                                          \
	X(113019, "sessions ended")                          \
	X(603106, "sessions begun")                          \
	X(602303, "IPsec SAs made")                          \
	X(602304, "IPsec SAs ended")                         \
	X(737026, "addresses given")                         \
	X(737016, "addresses back")                          \
	X(109011, "logins begun")                            \
	X(109012, "logins ended")                            \
	X(113015, "logins rejected")

static struct {
	unsigned id, n;
	const char *text;
} messages[] = {
#define X(number, what) {number, 0, what},
        MESSAGES(X)
#undef X
};

static void tally(void *arg, const struct log_line *line)
{
	(void)arg;
	for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++)
		messages[i].n += messages[i].id == line->id;
}

static unsigned said(unsigned id)
{
	for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++)
		if (messages[i].id == id)
			return messages[i].n;
	fail_msg("%u is not counted", id);
	return 0;
}

/* ------------------------------------------------------------------ what has grown */

/* Everybody is in and silent. */
static struct mark {
	unsigned minute;
	size_t objects, bytes, heap;
	struct held held;
	struct crowd_acts acts;
} marks[PARTS];

static void take(struct mark *m, unsigned minute, const struct crowd *crowd)
{
	m->minute = minute;
	m->acts = crowd->acts;
	held_now(&m->held);
	m->heap = m->held.heap;
	m->objects = m->bytes = 0;
	for (size_t i = 0; i < m->held.n; i++) {
		m->objects += m->held.kinds[i].n;
		m->bytes += m->held.kinds[i].held;
	}
}

/* As many clients, as much memory, but for SAs that just overlap and what is remembered of those that were refused. */
static void nothing_grows(const struct mark *early, const struct mark *late)
{
	enum { OF = 20, ROOM = 64 * 1024 };
	if (late->heap > early->heap + early->heap / OF + ROOM)
		fail_msg("%zu bytes of heap, %zu before", late->heap, early->heap);
	for (size_t i = 0; i < late->held.n; i++) {
		const struct mem_info *b = &late->held.kinds[i], *a = held_of(&early->held, b->name);
		if (b->n > a->n + a->n / 4 + 64 || b->held > a->held + a->held / 4 + ROOM)
			fail_msg("%s: %zu in %zu bytes, %zu in %zu before", b->name, b->n, b->held, a->n, a->held);
	}
}

/* ------------------------------------------------------------------ the books */

static int by_id(const void *a, const void *b)
{
	const struct books_session *x = a, *y = b;
	return strcmp(x->id, y->id);
}

static void expect_visit(const struct guest *g, const struct visit *v, const struct books_session *s)
{
	if (s->starts != 1 || s->stops != 1 || s->ip != v->ip)
		fail_msg("session %s of %s: %u Start, %u Stop, address %08x, not %08x", s->id, g->user, s->starts, s->stops, s->ip,
		         v->ip);
	if (s->last.pkts_in != v->pkts_sent || s->last.bytes_in != v->bytes_sent || s->last.pkts_out != v->pkts_back ||
	    s->last.bytes_out != v->bytes_back)
		fail_msg("session %s of %s (%s): %llu packets, %llu octets in, %llu, %llu out; the client says %llu, %llu, %llu, %llu",
		         s->id, g->user, g->profile->client, (unsigned long long)s->last.pkts_in,
		         (unsigned long long)s->last.bytes_in, (unsigned long long)s->last.pkts_out,
		         (unsigned long long)s->last.bytes_out, (unsigned long long)v->pkts_sent,
		         (unsigned long long)v->bytes_sent, (unsigned long long)v->pkts_back, (unsigned long long)v->bytes_back);
}

struct sums {
	uint64_t pkts_in, pkts_out, bytes_in, bytes_out;
	unsigned interims, again;
};

/* Every visit has its session, in order, with the figures of the client. */
static struct sums books_are_right(struct crowd *crowd)
{
	struct books *b = &crowd->books;
	struct sums sums = {0};
	assert_int_equal(b->n, crowd->acts.logins);
	assert_int_equal(b->ons, 1);
	qsort(b->sessions, b->n, sizeof *b->sessions, by_id);
	for (size_t i = 0; i < b->n; i++) {
		const struct books_session *s = &b->sessions[i];
		unsigned guest = (unsigned)strtoul(s->user + strlen("guest"), NULL, 10);
		assert_true(guest < crowd->n);
		struct guest *g = &crowd->guests[guest];
		assert_non_null(g->visits);
		expect_visit(g, g->visits, s);
		g->visits = g->visits->next;
		sums.pkts_in += s->last.pkts_in;
		sums.pkts_out += s->last.pkts_out;
		sums.bytes_in += s->last.bytes_in;
		sums.bytes_out += s->last.bytes_out;
		sums.interims += s->interims;
		sums.again += s->again;
	}
	return sums;
}

/* ------------------------------------------------------------------ counters */

static void counters_add_up(struct crowd *crowd, const struct sums *sums)
{
	struct world *w = &crowd->w;
	/* on the wire, in the SAs, behind them */
	expect_esp_counted(w);
	assert_int_equal(sums->pkts_in, w->tun_got);
	assert_int_equal(sums->pkts_out + drops_of(w, DROP_NO_ROUTE, DROP_NO_SA_OUT), w->host_got);
	assert_int_equal(number_behind(world_show(w, "show aaa accounting"), "records sent"), 2 * crowd->acts.logins + sums->interims + 1);
	/* in the log */
	assert_int_equal(said(603106), crowd->acts.logins);
	assert_int_equal(said(113019), crowd->acts.logins);
	assert_int_equal(said(109011), crowd->acts.logins);
	assert_int_equal(said(109012), crowd->acts.logins);
	assert_int_equal(said(737026), said(737016));
	assert_int_equal(said(602303), said(602304));
	assert_int_equal(counter(w, "PPP", "SESSIONS"), crowd->acts.logins);
	/* who gives up is told of as well, when it can be seen; in Aggressive Mode it looks like another key */
	const char *screen = world_show(w, "show vpn-sessiondb failures");
	const unsigned wrong = crowd->acts.wrong_password + crowd->acts.wrong_key;
	if (wrong > 0)
		assert_in_range(number_behind(screen, "Refusals:"), wrong, wrong + crowd->acts.gave_up);
	if (crowd->acts.wrong_password > 0)
		assert_int_equal(number_behind(screen, "\npassword "), crowd->acts.wrong_password);
	if (crowd->acts.wrong_key > 0)
		assert_in_range(number_behind(screen, "\npre-shared-key "), crowd->acts.wrong_key,
		                crowd->acts.wrong_key + crowd->acts.gave_up);
}

/* ------------------------------------------------------------------ the days */

static void prepare(struct world *w)
{
	w->gw.opt.state_dir = state_dir;
}

static void an_hour(struct crowd *crowd, unsigned minute, unsigned minutes)
{
	unsigned deaf = minutes / 4, mute = minutes * 3 / 5;
	crowd->books.mood = minute >= deaf && minute < deaf + minutes / 20   ? BOOKS_DEAF
	                    : minute >= mute && minute < mute + minutes / 40 ? BOOKS_MUTE
	                                                                     : BOOKS_OPEN;
	if (minute % 30 == 15)
		crowd_change(crowd);
	crowd_live(crowd, MINUTE);
}

static void expect_books_closed(struct world *w)
{
	char path[300];
	const char *screen = world_show(w, "show aaa accounting");
	assert_int_equal(number_behind(screen, "records that wait"), 0);
	assert_int_equal(number_behind(screen, "records dropped"), 0);
	snprintf(path, sizeof path, "%s/accounting", state_dir);
	FILE *f = fopen(path, "r");
	assert_non_null(f); /* it was needed */
	fseek(f, 0, SEEK_END);
	assert_int_equal(ftell(f), 0);
	fclose(f);
	remove(path);
}

static void print_figures(const struct crowd *crowd, const struct sums *sums, double seconds)
{
	printf("\n%u clients, %u hours in %.1f s\n\n%-10s %8s %10s %10s %12s\n", n_clients, hours, seconds, "time", "logins",
	       "objects", "in kB", "heap kB");
	for (unsigned i = 0; i < PARTS; i++)
		printf("%3u:%02u     %8u %10zu %10zu %12zu\n", marks[i].minute / 60, marks[i].minute % 60, marks[i].acts.logins,
		       marks[i].objects, marks[i].bytes / 1024, marks[i].heap / 1024);
	printf("\n");
#define X(name, text) printf("%8u  %s\n", crowd->acts.name, text);
	CROWD_ACTS(X)
#undef X
	for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++)
		printf("%8u  %s (%u)\n", messages[i].n, messages[i].text, messages[i].id);
	printf("%8zu  sessions in the books, %u interim records, %u records told again, %u requests without an answer\n",
	       crowd->books.n, sums->interims, sums->again, crowd->books.lost);
	printf("%8llu  IP packets of clients, %llu kB; %llu back, %llu kB; %llu and %llu ESP datagrams\n",
	       (unsigned long long)sums->pkts_in, (unsigned long long)sums->bytes_in / 1024,
	       (unsigned long long)sums->pkts_out, (unsigned long long)sums->bytes_out / 1024,
	       (unsigned long long)crowd->w.esp_in, (unsigned long long)crowd->w.esp_out);
}

static void days(void **state)
{
	static struct crowd crowd;
	static struct held before;
	static struct log_sink sink = {.level = LOGL_DEBUGGING, .write = tally};
	const unsigned minutes = hours * PER_HOUR;
	clock_t began = clock();
	(void)state;
	world_prepare = prepare;
	crowd_open(&crowd, (const struct profile *const *)folder.profiles, folder.n, n_clients, hours);
	log_sink_add(&sink);
	world_run(&crowd.w, MINUTE);
	held_now(&before);
	for (unsigned minute = 0, part = 0; minute < minutes; minute++) {
		an_hour(&crowd, minute, minutes);
		if (minute + 1 != minutes * (part + 1) / PARTS)
			continue;
		crowd.books.mood = BOOKS_OPEN;
		crowd_gather(&crowd);
		expect_sessions(&crowd.w, n_clients);
		take(&marks[part++], minute + 1, &crowd);
	}
	nothing_grows(&marks[0], &marks[PARTS - 1]);
	crowd_disperse(&crowd);
	crowd_change_back(&crowd);
	expect_empty(&crowd.w, &before);
	expect_books_closed(&crowd.w);
	struct sums sums = books_are_right(&crowd);
	counters_add_up(&crowd, &sums);
	log_sink_remove(&sink);
	print_figures(&crowd, &sums, (double)(clock() - began) / CLOCKS_PER_SEC);
	crowd_close(&crowd);
}

static bool options(int argc, char **argv)
{
	int i = 1;
	for (; i + 2 < argc; i += 2)
		if (strcmp(argv[i], "--hours") == 0)
			hours = (unsigned)atoi(argv[i + 1]);
		else if (strcmp(argv[i], "--clients") == 0)
			n_clients = (unsigned)atoi(argv[i + 1]);
		else
			return false;
	return i + 1 == argc && hours >= 2 && n_clients > 0 && folder_load(&folder, argv[i]);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(days)};
	const char *tmp = getenv("TMPDIR");
	if (!options(argc, argv)) {
		fprintf(stderr, "clients_long [--hours N] [--clients N] FOLDER\n");
		return 2;
	}
	snprintf(state_dir, sizeof state_dir, "%s/clients-long.XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(state_dir) == NULL) {
		perror(state_dir);
		return 2;
	}
	int failed = cmocka_run_group_tests_name("hours of many clients", tests, NULL, NULL);
	char command[300];
	snprintf(command, sizeof command, "rm -rf %s", state_dir); /* keys; the journal of a run that failed */
	failed += system(command) != 0;
	folder_free(&folder);
	return failed;
}
