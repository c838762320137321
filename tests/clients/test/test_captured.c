/* clients_captured FOLDER: packets of genuine clients (captured/) in front of the whole appliance, byte for byte; and what
 * the profiles say, held against them. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/clients/drive.h"
#include "tests/clients/say.h"

#define WRAP(type, name, ...)           \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

enum { PACKET_MAX = 1024, SCCRQ_AT = 12 };

struct packet {
	uint8_t p[PACKET_MAX];
	size_t len;
	unsigned n; /* how many there were */
};

static const char *folder;
/* What the server said last: to a client that does not listen, and in L2TP. */
static struct packet heard_ike, heard_l2tp;
static bool deaf;

static void keep(struct packet *to, const uint8_t *data, size_t len)
{
	assert_true(len <= sizeof to->p);
	memcpy(to->p, data, len);
	to->len = len;
	to->n++;
}

WRAP(void, client_input, struct client *c, const struct datagram *d)
{
	if (deaf)
		keep(&heard_ike, d->data, d->len);
	else
		__real_client_input(c, d);
}

WRAP(void, lac_input, struct lac *c, const uint8_t *msg, size_t len)
{
	(void)c;
	keep(&heard_l2tp, msg, len);
}

/* ------------------------------------------------------------------ files */

static struct packet packet_of(const char *name)
{
	struct packet packet = {.len = 0};
	char path[512], line[512];
	snprintf(path, sizeof path, "%s/captured/%s.hex", folder, name);
	FILE *f = fopen(path, "r");
	if (f == NULL)
		fail_msg("%s", path);
	while (fgets(line, sizeof line, f) != NULL)
		for (const char *at = line; *line != '#' && *at != '\0'; at += isspace((unsigned char)*at) ? 1 : 2) {
			unsigned byte;
			if (isspace((unsigned char)*at))
				continue;
			assert_true(sscanf(at, "%2x", &byte) == 1 && packet.len < PACKET_MAX);
			packet.p[packet.len++] = (uint8_t)byte;
		}
	fclose(f);
	assert_true(packet.len > 0);
	return packet;
}

static struct profile *profile_of(const char *name)
{
	char path[512];
	struct err err = {0};
	snprintf(path, sizeof path, "%s/%s.yaml", folder, name);
	struct profile *p = profile_load(path, &err);
	if (p == NULL)
		fail_msg("%s", err.text);
	return p;
}

static unsigned u16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* ------------------------------------------------------------------ Main Mode */

enum { HDR = 28, NEXT_AT = 16, EXCH_AT = 18, SA = 1, VID = 13, MAIN = 2, INFORMATIONAL = 5 };

/* The n-th payload of this type. NULL: there is none. */
static const uint8_t *payload(const struct packet *m, uint8_t want, unsigned n, size_t *len)
{
	uint8_t type = m->p[NEXT_AT];
	for (size_t at = HDR; type != 0; at += *len) {
		assert_true(at + 4 <= m->len);
		*len = u16(m->p + at + 2);
		assert_true(*len >= 4 && at + *len <= m->len);
		if (type == want && n-- == 0) {
			*len -= 4;
			return m->p + at + 4;
		}
		type = m->p[at];
	}
	return NULL;
}

static bool has_vendor(const struct packet *m, const char *hex)
{
	size_t len;
	const uint8_t *id;
	for (unsigned n = 0; (id = payload(m, VID, n, &len)) != NULL; n++) {
		char text[9];
		snprintf(text, sizeof text, "%02x%02x%02x%02x", id[0], id[1], id[2], id[3]);
		if (strcmp(text, hex) == 0)
			return true;
	}
	return false;
}

/* The number-th transform of the only proposal of an SA payload: its attributes. */
static const uint8_t *transform(const uint8_t *sa, unsigned number, size_t *len)
{
	enum { FIRST_AT = 16, ATTRS_AT = 8 };
	const uint8_t *t = sa + FIRST_AT;
	while (t[4] != number) {
		assert_int_equal(t[0], 3);
		t += u16(t + 2);
	}
	*len = u16(t + 2) - ATTRS_AT;
	return t + ATTRS_AT;
}

static const struct main_mode {
	const char *file, *profile, *client; /* what its failures are told as */
	const char *natt;                    /* beginning of the vendor ID that is answered */
	struct {
		const char *policy; /* of a server with this one alone */
		unsigned want;      /* transform; 0 = none of them */
	} on[8];
} main_modes[] = {
        {"windows-10-main",
         "windows-10",
         "Windows 8 to 11",
         "4a131c81",
         {{"encryption aes-256\n hash sha\n group 20", 1},
          {"encryption aes\n hash sha\n group 19", 2},
          {"encryption aes-256\n hash sha\n group 14", 3},
          {"encryption 3des\n hash sha\n group 14", 4},
          {"encryption 3des\n hash sha\n group 2", 5},
          {"encryption aes-256\n hash sha256\n group 14", 0}}},
        {"windows-xp-main",
         "windows-xp",
         "Windows XP SP2, 2003",
         "90cb8091",
         {{"encryption 3des\n hash sha\n group 14", 1},
          {"encryption 3des\n hash sha\n group 2", 2},
          {"encryption 3des\n hash md5\n group 2", 3},
          {"encryption des\n hash sha\n group 1", 4},
          {"encryption des\n hash md5\n group 1", 5},
          {"encryption aes-256\n hash sha\n group 14", 0}}},
};
enum { MAIN_MODES = sizeof main_modes / sizeof main_modes[0] };

/* The answer has the transform as it was sent, the one vendor ID of NAT traversal, and FRAGMENTATION; the same message again
 * gets the same answer. */
static void is_answered(struct world *w, const struct packet *m, const struct main_mode *mode, unsigned want)
{
	const struct ip4_end from = {HOME_IP, IKE_PORT}, to = {GW_IP, IKE_PORT};
	static struct packet first;
	size_t len, want_len, sa_len;
	heard_ike.n = 0;
	wire_out(w, FULL_UDP, from, to, m->p, m->len);
	world_run(w, 500);
	assert_int_equal(heard_ike.n, 1);
	assert_memory_equal(heard_ike.p, m->p, 8);
	assert_int_equal(heard_ike.p[EXCH_AT], want != 0 ? MAIN : INFORMATIONAL);
	if (want == 0)
		return;
	const uint8_t *sa = payload(&heard_ike, SA, 0, &sa_len), *attrs = transform(sa, want, &len);
	const uint8_t *sent = transform(payload(m, SA, 0, &sa_len), want, &want_len);
	assert_int_equal(len, want_len);
	assert_memory_equal(attrs, sent, len);
	assert_true(has_vendor(&heard_ike, mode->natt));
	assert_int_equal(has_vendor(&heard_ike, "90cb8091"), strcmp(mode->natt, "90cb8091") == 0);
	assert_true(has_vendor(&heard_ike, "4048b7d5"));
	first = heard_ike;
	wire_out(w, FULL_UDP, from, to, m->p, m->len);
	world_run(w, 100);
	assert_true(heard_ike.n >= 2);
	assert_int_equal(heard_ike.len, first.len);
	assert_memory_equal(heard_ike.p, first.p, first.len);
}

static void main_mode(void **state)
{
	struct world *w = *state;
	world_edit(w, "no crypto ikev1 policy 10\nno crypto ikev1 policy 20\n");
	for (size_t i = 0; i < MAIN_MODES; i++) {
		const struct main_mode *mode = &main_modes[i];
		struct packet m = packet_of(mode->file);
		struct client *c = client_new(w, &client_windows, HOME_IP); /* who hears, and says nothing */
		deaf = true;
		for (size_t k = 0; mode->on[k].policy != NULL; k++) {
			struct out lines;
			out_init(&lines);
			out_printf(&lines, "crypto ikev1 policy 1\n authentication pre-share\n %s\n", mode->on[k].policy);
			world_edit(w, lines.text);
			out_free(&lines);
			is_answered(w, &m, mode, mode->on[k].want);
			m.p[0]++; /* the next one has another cookie */
			world_run(w, 90000);
		}
		deaf = false;
		client_free(c);
		world_assert_empty(w);
		const char *rows = world_show(w, "show vpn-sessiondb failures detail");
		if (strstr(rows, mode->client) == NULL || strstr(rows, "no IKE policy takes what the client offers") == NULL)
			fail_msg("%s: %s", mode->file, rows);
	}
}

static void profiles_say_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < MAIN_MODES; i++) {
		struct packet m = packet_of(main_modes[i].file);
		struct profile *p = profile_of(main_modes[i].profile);
		uint8_t expected[PACKET_MAX];
		struct wr w = wr_of(expected, sizeof expected);
		size_t len;
		assert_int_equal(m.len, p->mm1_bytes);
		const uint8_t *sa = payload(&m, SA, 0, &len);
		assert_int_equal(len + 4, p->sa_bytes);
		say_phase1(&w, &p->ike);
		assert_int_equal(len, wr_len(&w));
		assert_memory_equal(sa, expected, len);
		for (unsigned n = 0; n < p->ike.vendors.n; n++) {
			const uint8_t *id = payload(&m, VID, n, &len);
			w = wr_of(expected, sizeof expected);
			script_write(&w, p->ike.vendors.items[n].form, NULL);
			assert_non_null(id);
			assert_int_equal(len, wr_len(&w));
			assert_memory_equal(id, expected, len);
		}
		assert_null(payload(&m, VID, (unsigned)p->ike.vendors.n, &len));
		profile_free(p);
	}
}

/* ------------------------------------------------------------------ L2TP */

enum { HOST_NAME = 7, ASSIGNED_TUNNEL = 9, WINDOW = 10, SCCRP = 2, AVP_HEADER = 6 };

static const struct request {
	const char *file, *profile;
	bool other_window; /* than the profile's, which is of another version */
} requests[] = {
        {"windows-10-sccrq", "windows-10", false},
        {"windows-xp-sccrq", "windows-xp", false},
        {"android-sccrq", "android", false},
        {"xl2tpd-sccrq", "nm-strongswan", true},
        {"xl2tpd-named-sccrq", "chromeos", false},
};
enum { REQUESTS = sizeof requests / sizeof requests[0] };

/* Value of an AVP of the IETF's; NULL: it is not there. Every AVP ends in the message. */
static const uint8_t *avp(const struct packet *m, unsigned want, size_t *len)
{
	const uint8_t *found = NULL;
	for (size_t at = SCCRQ_AT, n; at < m->len; at += n) {
		assert_true(at + AVP_HEADER <= m->len);
		n = u16(m->p + at) & 0x3ff;
		assert_true(n >= AVP_HEADER && at + n <= m->len);
		if (u16(m->p + at + 2) != 0 || u16(m->p + at + 4) != want)
			continue;
		found = m->p + at + AVP_HEADER;
		*len = n - AVP_HEADER;
	}
	return found;
}

/* What every client needs of it: whom it is for, in which order, and nothing mandatory that it may not know. */
static void is_sccrp(const struct packet *request, const struct packet *m)
{
	enum { PROTOCOL_VERSION = 2, FRAMING = 3, CHALLENGE = 11, LAST_KNOWN = 10 };
	static const uint8_t type[] = {0x80, 8, 0, 0, 0, 0, 0, SCCRP};
	size_t len;
	assert_true(m->len > SCCRQ_AT + sizeof type);
	assert_int_equal(u16(m->p), 0xc802);
	assert_int_equal(u16(m->p + 2), m->len);
	assert_memory_equal(m->p + 4, avp(request, ASSIGNED_TUNNEL, &len), 2);
	assert_int_equal(u16(m->p + 6), 0);
	assert_int_equal(u16(m->p + 8), 0);
	assert_int_equal(u16(m->p + 10), 1);
	assert_memory_equal(m->p + SCCRQ_AT, type, sizeof type);
	assert_int_equal(u16(avp(m, PROTOCOL_VERSION, &len)), 0x0100);
	assert_non_null(avp(m, FRAMING, &len));
	assert_true(avp(m, HOST_NAME, &len) != NULL && len > 0);
	assert_true(u16(avp(m, ASSIGNED_TUNNEL, &len)) != 0);
	assert_null(avp(m, CHALLENGE, &len));
	for (size_t at = SCCRQ_AT; at < m->len; at += u16(m->p + at) & 0x3ff)
		if (m->p[at] & 0x80)
			assert_true(u16(m->p + at + 2) == 0 && u16(m->p + at + 4) <= LAST_KNOWN);
}

static void says(struct client *c, const struct packet *m)
{
	heard_l2tp.n = 0;
	c->vpn.lac.send(c->vpn.lac.arg, m->p, m->len);
	world_run(c->w, 200);
}

static struct client *with_ipsec(struct world *w)
{
	struct client_habits habits = client_windows;
	habits.ike_only = true;
	struct client *c = client_try(w, &habits, HOME_IP);
	assert_int_equal(c->vpn.flow_ups, 1);
	return c;
}

static void ends(struct client *c)
{
	vpn_end_ike(&c->vpn);
	world_run(c->w, 1000);
	client_free(c);
}

static void tunnels(void **state)
{
	struct world *w = *state;
	for (size_t i = 0; i < REQUESTS; i++) {
		struct packet m = packet_of(requests[i].file);
		struct client *c = with_ipsec(w);
		char remote[32];
		size_t len;
		says(c, &m);
		assert_true(heard_l2tp.n >= 1);
		is_sccrp(&m, &heard_l2tp);
		assert_int_equal(l2tp_tunnels(w->gw.l2tp), 1);
		snprintf(remote, sizeof remote, "remote id is %u,", u16(avp(&m, ASSIGNED_TUNNEL, &len)));
		assert_non_null(strstr(world_show(w, "show vpdn tunnel"), remote));
		says(c, &m); /* once more: it is the same tunnel */
		assert_true(heard_l2tp.n >= 1);
		assert_int_equal(l2tp_tunnels(w->gw.l2tp), 1);
		ends(c);
		drive_nothing_left(w);
	}
}

/* Version 3 is nobody's here: not answered, counted. */
static void another_version(void **state)
{
	struct world *w = *state;
	struct packet m = packet_of("cisco-v3-sccrq");
	struct client *c = with_ipsec(w);
	says(c, &m);
	assert_int_equal(heard_l2tp.n, 0);
	assert_int_equal(l2tp_tunnels(w->gw.l2tp), 0);
	assert_non_null(strstr(world_show(w, "show asp drop"), "L2TP version not 2"));
	ends(c);
}

/* All but the names and numbers that are each machine's own, AVP for AVP. */
static void profiles_request_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < REQUESTS; i++) {
		struct packet m = packet_of(requests[i].file);
		struct profile *p = profile_of(requests[i].profile);
		const struct script_list *list = &p->l2tp.avps[SAY_SCCRQ];
		const struct script_values values = {.v = {[NAME_TUNNEL] = p->tunnel}};
		size_t at = SCCRQ_AT + 8;
		for (size_t k = 0; k < list->n; k++) {
			const struct script_item *a = &list->items[k];
			uint8_t value[256];
			struct wr w = wr_of(value, sizeof value);
			bool own = a->type == HOST_NAME || a->type == ASSIGNED_TUNNEL || (a->type == WINDOW && requests[i].other_window);
			assert_true(at + AVP_HEADER <= m.len);
			size_t len = (u16(m.p + at) & 0x3ff) - (size_t)AVP_HEADER;
			script_write(&w, a->form, &values);
			assert_int_equal(u16(m.p + at) >> 15, a->m);
			assert_int_equal(u16(m.p + at + 2), a->vendor);
			assert_int_equal(u16(m.p + at + 4), a->type);
			if (!own) {
				assert_int_equal(len, wr_len(&w));
				assert_memory_equal(m.p + at + AVP_HEADER, value, len);
			}
			at += AVP_HEADER + len;
		}
		assert_int_equal(at, m.len);
		profile_free(p);
	}
}

static int setup(void **state)
{
	deaf = false;
	return world_setup(state);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, world_teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {T(main_mode), T(tunnels), T(another_version), cmocka_unit_test(profiles_say_the_same),
	                                    cmocka_unit_test(profiles_request_the_same)};
	if (argc != 2)
		return 2;
	folder = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
