/* clients_matrix FOLDER: every client in every place, and all clients together; the table is printed at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/clients/drive.h"
#include "tests/clients/folder.h"

enum { AT_ONCE = 5, OTHER_NAT_IP = ROUTER_IP + 1 };

#define ALONE {.public_ip = HOME_IP}
#define FIRST {.public_ip = ROUTER_IP, .private_ip = BEHIND_IP}
#define SECOND {.public_ip = ROUTER_IP, .private_ip = BEHIND_IP + 1}
#define MIRROR {.public_ip = OTHER_NAT_IP, .private_ip = BEHIND_IP}
#define TO_NATED_SERVER {.public_ip = HOME_IP + 1, .server = GW_NAT_IP}
#define BOTH_NATED {.public_ip = HOME_IP + 2, .private_ip = BEHIND_IP, .server = GW_NAT_IP}

static const struct column {
	const char *name;
	size_t n;
	struct place places[AT_ONCE];
} columns[] = {
        {"direct", 1, {ALONE}},
        {"NAT", 1, {FIRST}},
        {"two behind one NAT", 2, {FIRST, SECOND}},
        {"same address, two NATs", 2, {FIRST, MIRROR}},
        {"server behind NAT", 2, {TO_NATED_SERVER, BOTH_NATED}},
        {"all at once", AT_ONCE, {ALONE, FIRST, SECOND, MIRROR, BOTH_NATED}},
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

static struct folder folder;

/* One of the table; the last is all profiles in one. */
static struct cell {
	const struct column *column;
	const struct profile *profile; /* NULL = all of them */
	bool passed;
} cells[PROFILES_MAX * COLUMNS + 1];

/* ------------------------------------------------------------------ one cell */

struct crowd {
	struct world w;
	struct client *c[PROFILES_MAX];
	const struct profile *p[PROFILES_MAX];
	size_t n;
};

static void add(struct crowd *crowd, const struct profile *p, const struct place *place)
{
	crowd->p[crowd->n] = p;
	crowd->c[crowd->n] = drive_new(&crowd->w, p, place, crowd->n % 2);
	crowd->n++;
}

static void all_come_in(struct crowd *crowd)
{
	size_t in = 0;
	for (size_t i = 0; i < crowd->n; i++)
		client_dial(crowd->c[i]);
	for (int tries = 0; tries < 300 && in < crowd->n; tries++) {
		world_run(&crowd->w, 100);
		in = 0;
		for (size_t i = 0; i < crowd->n; i++)
			in += client_is_in(crowd->c[i]);
	}
	for (size_t i = 0; i < crowd->n; i++)
		if (!client_is_in(crowd->c[i]))
			fail_msg("%s (%zu of %zu) did not get in\n%s", crowd->p[i]->client, i + 1, crowd->n,
			         world_show(&crowd->w, "show asp drop"));
	world_run(&crowd->w, 1000);
	assert_int_equal(world_sessions(&crowd->w), crowd->n);
}

/* Whatever each has sent came back to it, to no other. */
static void nothing_is_lost(struct crowd *crowd, size_t from)
{
	for (size_t i = from; i < crowd->n; i++)
		client_traffic(crowd->c[i], 0, 0);
	world_run(&crowd->w, 1000);
	for (size_t i = from; i < crowd->n; i++)
		if (crowd->c[i]->sent == 0 || crowd->c[i]->back != crowd->c[i]->sent || crowd->c[i]->sas.drops != 0)
			fail_msg("%s (%zu of %zu): %u of %u packets came back, %u dropped here", crowd->p[i]->client, i + 1,
			         crowd->n, crowd->c[i]->back, crowd->c[i]->sent, crowd->c[i]->sas.drops);
}

static void all_work(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->n; i++)
		client_traffic(crowd->c[i], 20 + (uint32_t)i, 200 + 50 * i);
	world_run(&crowd->w, 2000);
	for (size_t i = 0; i < crowd->n; i++)
		client_rekey_ipsec(crowd->c[i]);
	world_run(&crowd->w, 3000);
	for (size_t i = 0; i < crowd->n; i++)
		client_rekey_ike(crowd->c[i]);
	world_run(&crowd->w, 3000);
	nothing_is_lost(crowd, 0);
}

/* The first leaves; the others do not notice. */
static void all_leave(struct crowd *crowd)
{
	for (size_t i = 1; i < crowd->n; i++)
		client_traffic(crowd->c[i], 30, 300);
	drive_out(crowd->c[0], crowd->p[0]);
	world_run(&crowd->w, 70000);
	nothing_is_lost(crowd, 1);
	assert_int_equal(world_sessions(&crowd->w), crowd->n - 1);
	for (size_t i = 1; i < crowd->n; i++)
		drive_out(crowd->c[i], crowd->p[i]);
	drive_nothing_left(&crowd->w);
}

static void run_cell(void **state)
{
	static struct crowd crowd;
	struct cell *cell = *state;
	const struct profile *const *of = cell->profile != NULL ? &cell->profile : (const struct profile *const *)folder.profiles;
	crowd.n = 0;
	drive_open(&crowd.w, of, cell->profile != NULL ? 1 : folder.n);
	world_edit(&crowd.w, "group-policy clients attributes\n vpn-simultaneous-logins 100\n");
	for (size_t i = 0; cell->profile != NULL && i < cell->column->n; i++)
		add(&crowd, cell->profile, &cell->column->places[i]);
	for (size_t i = 0; cell->profile == NULL && i < folder.n; i++) {
		const struct place place = {.public_ip = ROUTER_IP, .private_ip = BEHIND_IP + (uint32_t)i};
		add(&crowd, folder.profiles[i], &place);
	}
	all_come_in(&crowd);
	all_work(&crowd);
	all_leave(&crowd);
	world_close(&crowd.w);
	cell->passed = true;
}

/* ------------------------------------------------------------------ the table */

static void print_table(void)
{
	printf("\n%-22s", "");
	for (size_t c = 0; c < COLUMNS; c++)
		printf("%-24s", columns[c].name);
	for (size_t p = 0; p < folder.n; p++) {
		printf("\n%-22s", folder.names[p]);
		for (size_t c = 0; c < COLUMNS; c++)
			printf("%-24s", cells[p * COLUMNS + c].passed ? "passed" : "FAILED");
	}
	printf("\n%-22s%s\n", "all behind one NAT", cells[folder.n * COLUMNS].passed ? "passed" : "FAILED");
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[PROFILES_MAX * COLUMNS + 1];
	static char titles[PROFILES_MAX * COLUMNS + 1][64];
	size_t n = 0;
	if (argc != 2 || !folder_load(&folder, argv[1]))
		return 2;
	for (size_t p = 0; p <= folder.n; p++)
		for (size_t c = 0; c < (p < folder.n ? COLUMNS : 1); c++, n++) {
			cells[n] = (struct cell){&columns[c], p < folder.n ? folder.profiles[p] : NULL, false};
			snprintf(titles[n], sizeof titles[n], "%.31s: %s", p < folder.n ? folder.names[p] : "everybody",
			         p < folder.n ? columns[c].name : "one NAT");
			tests[n] = (struct CMUnitTest){.name = titles[n], .test_func = run_cell, .initial_state = &cells[n]};
		}
	int failed = _cmocka_run_group_tests("matrix", tests, n, NULL, NULL);
	print_table();
	folder_free(&folder);
	return failed;
}
