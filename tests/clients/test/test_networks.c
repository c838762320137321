/* clients_networks FOLDER [PATTERN]: every client over every kind of bad way, or the cells that the pattern fits, like
 * '*: early'. It comes in within its own patience; a stream that repeats what was lost goes through, while keys change; it
 * leaves, and nothing is left. The table that is printed at the end says how long the way in took, and how many dials. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/clients/drive.h"
#include "tests/clients/empty.h"
#include "tests/clients/folder.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, CLIENTS_MAX = 2 };

/* What the NAT makes of the ports: others; the same; the same for the first client alone. */
enum nat_ports { NAT_OTHERS, NAT_SAME, NAT_FIRST_SAME };

/* What happens on the way. Numbers are those of struct wire. dials: how often a user may have to dial, 0 = once; more than
 * once only
 * - where a client's own patience (its profile) may end before chance lets one of its messages through;
 * - where the NAT moves while the client comes in. Nobody can reach a client behind its new ports until it has sent something
 *   from there, and one that waits for the server's challenge has nothing to send. */
static const struct network {
	const char *name;
	unsigned loss, doubled, delay_ms, jitter_ms, mtu;
	enum nat_ports nat;
	unsigned clients;
	bool direct;      /* no NAT */
	bool moves_early; /* other ports at the NAT while it comes in, at the first dial */
	bool moves;       /* and while it is in */
	int32_t jump_h;   /* the wall clock is set by so much, while it comes in and while it is in */
	unsigned dials;
} networks[] = {
        {.name = "loss", .loss = 300, .dials = 2},
        {.name = "loss, no NAT", .loss = 300, .direct = true, .dials = 2},
        {.name = "double", .doubled = 300},
        {.name = "disorder", .jitter_ms = 400},
        {.name = "2 s late", .delay_ms = 2000},
        {.name = "MTU 1500", .mtu = 1500, .jitter_ms = 50},
        {.name = "MTU 1280", .mtu = 1280, .jitter_ms = 50},
        {.name = "MTU 1000", .mtu = 1000, .jitter_ms = 50},
        {.name = "MTU 576", .mtu = 576, .jitter_ms = 50},
        {.name = "576, loss", .mtu = 576, .jitter_ms = 50, .loss = 150, .doubled = 100, .dials = 2},
        {.name = "500 kept", .nat = NAT_SAME},
        {.name = "kept once", .nat = NAT_FIRST_SAME, .clients = 2},
        {.name = "moves", .moves = true},
        {.name = "early", .moves_early = true, .dials = 2},
        {.name = "+7 hours", .jump_h = 7},
        {.name = "-7 hours", .jump_h = -7},
        {.name = "everything",
         .loss = 150,
         .doubled = 150,
         .delay_ms = 1000,
         .jitter_ms = 400,
         .mtu = 576,
         .moves = true,
         .moves_early = true,
         .jump_h = 7,
         .dials = 3},
};
enum { NETWORKS = sizeof networks / sizeof networks[0] };

static struct folder folder;

static struct cell {
	const struct network *network;
	const struct profile *profile;
	bool began, passed;
	unsigned dials, in_s; /* of the slowest client */
} cells[PROFILES_MAX * NETWORKS];

/* ------------------------------------------------------------------ a stream */

/* Segments that the host sends back; what does not come is sent again. Only so many are under way. */
enum { SEGMENTS = 40, WINDOW = 8, SEGMENT_LEAST = 400, SEGMENT_STEP = 20, STREAM_MS = 20 * MINUTE };

struct stream {
	bool arrived[SEGMENTS];
	uint64_t sent_ms[SEGMENTS]; /* 0 = not yet */
	unsigned n, again, spoilt;  /* that arrived; were sent again; came back as something else */
};

static void on_echo(struct client *c, struct bytes packet)
{
	struct stream *s = c->owner;
	struct rd r = rd_of(packet.p, packet.len);
	rd_skip(&r, 4);
	unsigned number = rd_u16(&r);
	if (!rd_ok(&r) || number >= SEGMENTS || packet.len != SEGMENT_LEAST + SEGMENT_STEP * number) {
		s->spoilt++; /* it is in the middle of the engines here */
		return;
	}
	s->n += !s->arrived[number];
	s->arrived[number] = true;
}

static void send_segment(struct client *c, unsigned number)
{
	enum { PROTO_TEST = 253, HEADER = 20 };
	uint8_t packet[2048];
	size_t len = SEGMENT_LEAST + SEGMENT_STEP * number;
	struct wr w = wr_of(packet, sizeof packet);
	wr_u16(&w, 0x4500);
	wr_u16(&w, (uint16_t)len);
	wr_u16(&w, (uint16_t)number);
	wr_u16(&w, 0);
	wr_u8(&w, 64);
	wr_u8(&w, PROTO_TEST);
	wr_u16(&w, 0);
	wr_u32(&w, c->vpn.ppp.ip);
	wr_u32(&w, HOST_IP);
	wr_zero(&w, len - HEADER);
	assert_true(wr_ok(&w));
	client_send_ip(c, packet, wr_len(&w));
}

static void stream_go(struct client *c, uint64_t now_ms, uint64_t again_ms)
{
	struct stream *s = c->owner;
	unsigned under_way = 0;
	for (unsigned i = 0; i < SEGMENTS && under_way < WINDOW; i++) {
		if (s->arrived[i])
			continue;
		under_way++;
		if (s->sent_ms[i] != 0 && now_ms - s->sent_ms[i] < again_ms)
			continue;
		s->again += s->sent_ms[i] != 0;
		s->sent_ms[i] = now_ms;
		send_segment(c, i);
	}
}

/* ------------------------------------------------------------------ one cell */

struct trial {
	struct world w;
	const struct cell *cell;
	struct client *c[CLIENTS_MAX];
	struct stream streams[CLIENTS_MAX];
	unsigned n;
};

static void spoil(struct trial *q)
{
	const struct network *n = q->cell->network;
	q->w.wire.loss = n->loss;
	q->w.wire.doubled = n->doubled;
	q->w.wire.jitter_ms = n->jitter_ms;
	q->w.wire.mtu = n->mtu;
	if (n->delay_ms > 0)
		q->w.wire.delay_ms = n->delay_ms;
}

/* The wall clock is set; what is under way does not care. */
static void jump(struct trial *q)
{
	q->w.gw.clock.wall_offset_ms += (int64_t)q->cell->network->jump_h * HOUR;
}

static void dial(struct trial *q, unsigned i)
{
	const struct network *n = q->cell->network;
	const struct place place = n->direct ? (struct place){.public_ip = HOME_IP}
	                                     : (struct place){.public_ip = ROUTER_IP, .private_ip = BEHIND_IP + i};
	struct client *c = q->c[i] = drive_new(&q->w, q->cell->profile, &place, i);
	c->owner = &q->streams[i];
	c->echo = on_echo;
	if (n->nat == NAT_SAME || (n->nat == NAT_FIRST_SAME && i == 0)) {
		c->nat_ike = IKE_PORT;
		c->nat_natt = IKE_PORT_NATT;
	}
	client_dial(c);
}

/* So long does a user look at it before he dials again. */
static bool waits_until_in(struct trial *q, unsigned i, bool moves)
{
	enum { PATIENCE_MS = 90 * SECOND, STEP_MS = 50, MOVE_STEPS = 3, MOVES = 3, JUMP_AT = 1 };
	for (unsigned step = 0; step < PATIENCE_MS / STEP_MS && !client_is_in(q->c[i]); step++) {
		world_run(&q->w, STEP_MS);
		if (moves && step % MOVE_STEPS == MOVE_STEPS - 1 && step < MOVE_STEPS * MOVES)
			drive_roam(q->c[i]);
		if (step == JUMP_AT)
			jump(q);
	}
	return client_is_in(q->c[i]);
}

static unsigned come_in(struct trial *q, unsigned i)
{
	const struct network *n = q->cell->network;
	for (unsigned dials = 1; dials == 1 || dials <= n->dials; dials++) {
		dial(q, i);
		if (waits_until_in(q, i, n->moves_early && dials == 1))
			return dials;
		drive_out(q->c[i], q->cell->profile);
	}
	fail_msg("%s did not get in\n%s%s", q->cell->profile->client, world_show(&q->w, "show asp drop"),
	         world_log(&q->w));
	return 0;
}

static bool all_arrived(const struct trial *q)
{
	for (unsigned i = 0; i < q->n; i++)
		if (q->streams[i].n < SEGMENTS)
			return false;
	return true;
}

static void all_streams(struct trial *q)
{
	enum { STEP_MS = 100, MOVE_AT = SEGMENTS / WINDOW / 2 }; /* before all can be through */
	const struct network *n = q->cell->network;
	const uint64_t again_ms = 1000 + 3ull * (n->delay_ms + n->jitter_ms);
	for (unsigned step = 0; step < STREAM_MS / STEP_MS && !all_arrived(q); step++) {
		for (unsigned i = 0; i < q->n; i++)
			stream_go(q->c[i], clock_now(world_clock(&q->w)), again_ms);
		world_run(&q->w, STEP_MS);
		if (step != MOVE_AT)
			continue;
		for (unsigned i = 0; i < q->n && n->moves; i++)
			drive_roam(q->c[i]);
		jump(q);
		for (unsigned i = 0; i < q->n; i++)
			client_rekey_ipsec(q->c[i]);
	}
	for (unsigned i = 0; i < q->n; i++)
		if (q->streams[i].n < SEGMENTS || q->streams[i].spoilt > 0 || !client_is_in(q->c[i]))
			fail_msg("%s (%u of %u): %u of %u segments arrived, %u sent again, %u spoilt, is in: %d\n%s",
			         q->cell->profile->client, i + 1, q->n, q->streams[i].n, (unsigned)SEGMENTS, q->streams[i].again,
			         q->streams[i].spoilt, client_is_in(q->c[i]), world_show(&q->w, "show asp drop"));
}

static void all_leave(struct trial *q, const struct held *before)
{
	struct world *w = &q->w;
	for (unsigned i = 0; i < q->n; i++)
		drive_out(q->c[i], q->cell->profile);
	world_run(w, 40 * MINUTE); /* the longest anything waits: an idle time-out */
	expect_empty(w, before);
	expect_esp_counted(w);
}

static struct trial t;

/* Also after a failure. */
static int end_cell(void **state)
{
	(void)state;
	while (t.w.clients != NULL)
		drive_free(t.w.clients);
	world_close(&t.w);
	return 0;
}

static void run_cell(void **state)
{
	static struct held before;
	struct cell *cell = *state;
	memset(&t, 0, sizeof t);
	t.cell = cell;
	cell->began = true;
	t.n = cell->network->clients > 0 ? cell->network->clients : 1;
	drive_open(&t.w, &cell->profile, 1);
	held_now(&before);
	spoil(&t);
	for (unsigned i = 0; i < t.n; i++) {
		uint64_t began_ms = clock_now(world_clock(&t.w));
		unsigned dials = come_in(&t, i), s = (unsigned)((clock_now(world_clock(&t.w)) - began_ms) / 1000);
		cell->dials = dials > cell->dials ? dials : cell->dials;
		cell->in_s = s > cell->in_s ? s : cell->in_s;
	}
	all_streams(&t);
	all_leave(&t, &before);
	cell->passed = true;
}

/* ------------------------------------------------------------------ the table */

static void print_table(void)
{
	printf("\nseconds until it was in, and dials where there was more than one\n%-20s", "");
	for (size_t n = 0; n < NETWORKS; n++)
		printf(" %-12s", networks[n].name);
	for (size_t p = 0; p < folder.n; p++) {
		printf("\n%-20s", folder.names[p]);
		for (size_t n = 0; n < NETWORKS; n++) {
			const struct cell *cell = &cells[p * NETWORKS + n];
			char text[16];
			snprintf(text, sizeof text, "%s", cell->began ? "FAILED" : "-");
			if (cell->passed && cell->dials > 1)
				snprintf(text, sizeof text, "%u (%u)", cell->in_s, cell->dials);
			else if (cell->passed)
				snprintf(text, sizeof text, "%u", cell->in_s);
			printf(" %-12s", text);
		}
	}
	printf("\n");
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[PROFILES_MAX * NETWORKS];
	static char titles[PROFILES_MAX * NETWORKS][64];
	size_t n = 0;
	if (argc < 2 || !folder_load(&folder, argv[1]))
		return 2;
	if (argc > 2)
		cmocka_set_test_filter(argv[2]);
	for (size_t p = 0; p < folder.n; p++)
		for (size_t i = 0; i < NETWORKS; i++, n++) {
			cells[n] = (struct cell){.network = &networks[i], .profile = folder.profiles[p]};
			snprintf(titles[n], sizeof titles[n], "%.31s: %s", folder.names[p], networks[i].name);
			tests[n] = (struct CMUnitTest){titles[n], run_cell, NULL, end_cell, &cells[n]};
		}
	int failed = _cmocka_run_group_tests("networks", tests, n, NULL, NULL);
	print_table();
	folder_free(&folder);
	return failed;
}
