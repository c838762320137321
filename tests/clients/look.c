#include "tests/clients/look.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/clients/heard.h"

enum { MAIN = 2, AGGRESSIVE = 4, INFORMATIONAL = 5, QUICK = 32, ENCRYPTED = 1 };                       /* exchanges, a flag */
enum { SA = 1, KE = 4, ID = 5, HASH = 8, NONCE = 10, NOTIFY = 11, VENDOR = 13, NAT_OA = 21, NAT_OA_DRAFT = 131 }; /* payloads */
enum { PARTS = 24, FORM_MAX = 256 };

/* ------------------------------------------------------------------ forms */

struct known {
	const char *name; /* with its braces; NULL ends the list */
	unsigned bytes;
	uint32_t value;
};

struct form {
	uint8_t bytes[FORM_MAX];
	size_t len;
};

static void form_put(struct form *f, uint8_t byte)
{
	assert_true(f->len < sizeof f->bytes);
	f->bytes[f->len++] = byte;
}

static struct form form_of(const char *text, const struct known *known)
{
	struct form f = {.len = 0};
	while (*text != '\0') {
		unsigned byte;
		const struct known *k = known;
		if (*text == ' ') {
			text++;
		} else if (*text == '\'') {
			for (text++; *text != '\''; text++)
				form_put(&f, (uint8_t)*text);
			text++;
		} else if (*text == '{') {
			while (k != NULL && k->name != NULL && strncmp(text, k->name, strlen(k->name)) != 0)
				k++;
			assert_true(k != NULL && k->name != NULL);
			for (unsigned i = k->bytes; i-- > 0;)
				form_put(&f, (uint8_t)(k->value >> 8 * i));
			text += strlen(k->name);
		} else {
			assert_int_equal(sscanf(text, "%2x", &byte), 1);
			form_put(&f, (uint8_t)byte);
			text += 2;
		}
	}
	return f;
}

static void is_form(const uint8_t *bytes, size_t len, const char *text, const struct known *known)
{
	struct form f = form_of(text, known);
	assert_int_equal(len, f.len);
	assert_memory_equal(bytes, f.bytes, len);
}

static unsigned u16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* ------------------------------------------------------------------ payloads */

struct part {
	uint8_t type;
	const uint8_t *p;
	size_t len;
};

struct parts {
	struct part of[PARTS];
	size_t n;
};

static struct parts parts_of(const struct heard_ike *m)
{
	struct parts parts = {.n = 0};
	uint8_t type = m->first;
	for (size_t at = 0; type != 0;) {
		assert_true(at + 4 <= m->len && parts.n < PARTS);
		size_t len = u16(m->body + at + 2);
		assert_true(len >= 4 && at + len <= m->len);
		parts.of[parts.n++] = (struct part){type, m->body + at + 4, len - 4};
		type = m->body[at];
		at += len;
	}
	return parts;
}

static unsigned count(const struct parts *parts, uint8_t type)
{
	unsigned n = 0;
	for (size_t i = 0; i < parts->n; i++)
		n += parts->of[i].type == type;
	return n;
}

/* The n-th of this type. */
static const struct part *part(const struct parts *parts, uint8_t type, unsigned n)
{
	for (size_t i = 0; i < parts->n; i++)
		if (parts->of[i].type == type && n-- == 0)
			return &parts->of[i];
	fail_msg("no payload %u", type);
	return NULL;
}

static bool is_contact(const struct part *part)
{
	enum { INITIAL_CONTACT = 24578, TYPE_AT = 6 };
	return part->type == NOTIFY && part->len >= TYPE_AT + 2 && u16(part->p + TYPE_AT) == INITIAL_CONTACT;
}

/* ------------------------------------------------------------------ offers */

/* Items in a row with one proposal number and protocol are transforms of one proposal. */
static void look_at_sa(const struct part *sa, const struct script_list *list, const struct known *known, size_t spi_len)
{
	enum { PROPOSAL = 2, TRANSFORM = 3 };
	size_t at = 8, item = 0;
	bool more = true;
	while (more) {
		const uint8_t *prop = sa->p + at;
		assert_true(at + 8 + spi_len <= sa->len && item < list->n);
		more = prop[0] == PROPOSAL;
		assert_true(more || prop[0] == 0);
		size_t end = at + u16(prop + 2), first = item;
		assert_true(end <= sa->len);
		assert_int_equal(prop[4], list->items[item].proposal);
		assert_int_equal(prop[5], list->items[item].protocol);
		assert_int_equal(prop[6], spi_len);
		at += 8 + spi_len;
		for (bool next = true; next; item++) {
			const uint8_t *t = sa->p + at;
			assert_true(at + 8 <= end && item < list->n);
			next = t[0] == TRANSFORM;
			assert_true(next || t[0] == 0);
			assert_int_equal(list->items[item].proposal, list->items[first].proposal);
			assert_int_equal(t[4], item - first + 1);
			assert_int_equal(t[5], list->items[item].transform);
			assert_true(at + u16(t + 2) <= end);
			is_form(t + 8, u16(t + 2) - 8, list->items[item].form, known);
			at += u16(t + 2);
		}
		assert_int_equal(prop[7], item - first);
		assert_int_equal(at, end);
	}
	assert_int_equal(at, sa->len);
	assert_int_equal(item, list->n);
}

/* ------------------------------------------------------------------ phase 1 */

void look_at_first(const struct profile *p, const uint8_t *msg, size_t len)
{
	enum { NEXT_AT = 16, EXCH_AT = 18, HDR = 28 };
	static struct heard_ike m;
	size_t vendor = 0;
	assert_true(len > HDR && len - HDR <= sizeof m.body);
	m.exch = msg[EXCH_AT];
	m.first = msg[NEXT_AT];
	m.len = len - HDR;
	memcpy(m.body, msg + HDR, m.len);
	struct parts parts = parts_of(&m);
	const struct part *last = &parts.of[parts.n - 1];
	if (p->mm1_bytes != 0)
		assert_int_equal(len, p->mm1_bytes);
	assert_int_equal(m.exch, p->ike.aggressive ? AGGRESSIVE : MAIN);
	assert_int_equal(parts.of[0].type, SA);
	if (p->sa_bytes != 0)
		assert_int_equal(parts.of[0].len + 4, p->sa_bytes);
	const struct known known[] = {{"{auth}", 2, p->ike.auth}, {"{group}", 2, p->ike.group}, {NULL, 0, 0}};
	look_at_sa(&parts.of[0], &p->ike.phase1, known, 0);
	for (size_t i = 0; i < parts.n; i++) {
		if (parts.of[i].type != VENDOR)
			continue;
		assert_true(vendor < p->ike.vendors.n);
		is_form(parts.of[i].p, parts.of[i].len, p->ike.vendors.items[vendor++].form, NULL);
	}
	assert_int_equal(vendor, p->ike.vendors.n);
	assert_ptr_equal(last->p + last->len, m.body + m.len);
}

/* Of the first IKE SA: the message with the ID, and the last of the client. */
static void look_at_phase1(const struct vpn *v, const struct profile *p)
{
	const struct known known[] = {{"{ip}", 4, v->ip}, {NULL, 0, 0}};
	uint8_t exch = p->ike.aggressive ? AGGRESSIVE : MAIN;
	unsigned seen = 0;
	for (size_t i = 0; i < heard.n && seen < (exch == MAIN ? 3 : 2); i++) {
		const struct heard_ike *m = &heard.msgs[i];
		struct parts parts = parts_of(m);
		if (m->exch != exch)
			continue;
		bool with_id = ++seen == (exch == MAIN ? 3 : 1), last = seen == (exch == MAIN ? 3 : 2);
		assert_int_equal(m->msgid, 0);
		assert_int_equal(count(&parts, ID), with_id);
		assert_int_equal(count(&parts, HASH), last);
		if (with_id)
			is_form(part(&parts, ID, 0)->p, part(&parts, ID, 0)->len, p->ike.id.items[0].form, known);
		if (exch == MAIN)
			assert_int_equal(m->flags & ENCRYPTED, last ? ENCRYPTED : 0);
		if (exch != MAIN || !last)
			continue;
		assert_int_equal(parts.of[0].type, ID);
		assert_int_equal(parts.of[1].type, HASH);
		assert_int_equal(parts.n, p->ike.contact == CONTACT_MM5 ? 3 : 2);
	}
	assert_int_equal(seen, exch == MAIN ? 3 : 2);
}

/* INITIAL-CONTACT comes once in its life, and where the profile says. */
static void look_at_contacts(const struct profile *p)
{
	unsigned contacts = 0, quick = 0;
	for (size_t i = 0; i < heard.n; i++) {
		struct parts parts = parts_of(&heard.msgs[i]);
		quick += heard.msgs[i].exch == QUICK && count(&parts, SA) > 0;
		for (size_t k = 0; k < parts.n; k++) {
			if (!is_contact(&parts.of[k]))
				continue;
			contacts++;
			assert_int_equal(heard.msgs[i].exch, p->ike.contact == CONTACT_MM5 ? MAIN : INFORMATIONAL);
			assert_true(heard.msgs[i].flags & ENCRYPTED);
			assert_int_equal(k, p->ike.contact == CONTACT_MM5 ? 2 : 1);
			assert_true(quick <= 1);
		}
	}
	assert_int_equal(contacts, p->ike.contact != CONTACT_NONE);
}

/* ------------------------------------------------------------------ Quick Mode */

static uint32_t encapsulation(const struct profile *p, bool nat)
{
	enum { TRANSPORT = 2, UDP_TRANSPORT = 4, UDP_TRANSPORT_DRAFT = 61444 };
	bool rfc = false;
	for (size_t i = 0; i < p->ike.vendors.n; i++)
		rfc = rfc || strncmp(p->ike.vendors.items[i].form, "4a131c81", 8) == 0; /* RFC 3947 */
	return !nat ? TRANSPORT : rfc ? UDP_TRANSPORT : UDP_TRANSPORT_DRAFT;
}

static void look_at_quick(const struct vpn *v, const struct profile *p, bool nat, const struct parts *parts)
{
	const struct known known[] = {{"{ip}", 4, v->ip},
	                              {"{server}", 4, vpn_server(v)},
	                              {"{encap}", 2, encapsulation(p, nat)},
	                              {NULL, 0, 0}};
	bool rfc = encapsulation(p, true) == 4;
	assert_int_equal(parts->of[0].type, HASH);
	assert_int_equal(count(parts, SA), 1);
	assert_int_equal(count(parts, NONCE), 1);
	assert_int_equal(count(parts, KE), p->vpn.pfs_group != 0);
	look_at_sa(part(parts, SA, 0), &p->ike.phase2, known, 4);
	assert_int_equal(count(parts, ID), 2);
	is_form(part(parts, ID, 0)->p, part(parts, ID, 0)->len, p->vpn.id.items[0].form, known);
	is_form(part(parts, ID, 1)->p, part(parts, ID, 1)->len, p->vpn.other_id.items[0].form, known);
	/* RFC 3947 §5.2: both of them */
	assert_int_equal(count(parts, rfc ? NAT_OA : NAT_OA_DRAFT), nat && p->vpn.natoa ? 2 : 0);
	assert_int_equal(count(parts, rfc ? NAT_OA_DRAFT : NAT_OA), 0);
}

static void look_at_quicks(const struct vpn *v, const struct profile *p, bool nat)
{
	static const uint32_t counting[] = {1, 2, 3, 1};
	uint32_t ids[4];
	size_t n = 0;
	for (size_t i = 0; i < heard.n; i++) {
		struct parts parts = parts_of(&heard.msgs[i]);
		if (heard.msgs[i].exch != QUICK || count(&parts, SA) == 0)
			continue;
		assert_true(n < 4);
		ids[n++] = heard.msgs[i].msgid;
		look_at_quick(v, p, nat, &parts);
	}
	assert_int_equal(n, 4);
	for (size_t i = 0; i < 4; i++) {
		if (p->ike.message_ids == IDS_COUNTING)
			assert_int_equal(ids[i], counting[i]);
		if (p->ike.message_ids == IDS_SWAPPED)
			assert_int_equal(ids[i], counting[i] << 24);
		for (size_t k = 0; k < i && p->ike.message_ids == IDS_RANDOM; k++)
			assert_true(ids[i] > 255 && ids[k] > 255 && ids[i] != ids[k]);
	}
}

/* ------------------------------------------------------------------ L2TP and PPP */

static void look_at_sccrq(const struct profile *p)
{
	static const uint8_t type[] = {0x80, 8, 0, 0, 0, 0, 0, 1};
	const struct known known[] = {{"{tunnel}", 2, p->tunnel}, {NULL, 0, 0}};
	const struct script_list *list = &p->l2tp.avps[SAY_SCCRQ];
	size_t at = 12;
	assert_true(heard.sccrq_len >= at + sizeof type);
	assert_int_equal(u16(heard.sccrq), 0xc802);
	assert_int_equal(u16(heard.sccrq + 2), heard.sccrq_len);
	assert_memory_equal(heard.sccrq + at, type, sizeof type);
	at += sizeof type;
	for (size_t i = 0; i < list->n; i++) {
		const struct script_item *avp = &list->items[i];
		struct form value = form_of(avp->form, known);
		size_t len = avp->length != 0 ? avp->length : 6 + value.len;
		assert_true(at + 6 + value.len <= heard.sccrq_len);
		assert_int_equal(u16(heard.sccrq + at), (avp->m ? 0x8000 : 0) | len);
		assert_int_equal(u16(heard.sccrq + at + 2), avp->vendor);
		assert_int_equal(u16(heard.sccrq + at + 4), avp->type);
		assert_memory_equal(heard.sccrq + at + 6, value.bytes, value.len);
		at += 6 + value.len;
	}
	assert_int_equal(at, heard.sccrq_len);
}

static void look_at_lcp(const struct profile *p)
{
	enum { ID_AT = 5, LEN_AT = 6, OPTIONS_AT = 8, PACKET_AT = 4 };
	size_t at = OPTIONS_AT;
	assert_true(heard.lcp_len >= at);
	assert_int_equal(heard.lcp[ID_AT], p->ppp.first_id);
	assert_int_equal(u16(heard.lcp + LEN_AT), heard.lcp_len - PACKET_AT);
	for (size_t i = 0; i < p->ppp.lcp.n; i++) {
		assert_true(at + 2 <= heard.lcp_len && at + heard.lcp[at + 1] <= heard.lcp_len);
		assert_int_equal(heard.lcp[at], p->ppp.lcp.items[i].type);
		is_form(heard.lcp + at + 2, heard.lcp[at + 1] - 2u, p->ppp.lcp.items[i].form, NULL);
		at += heard.lcp[at + 1];
	}
	assert_int_equal(at, heard.lcp_len);
}

void look_at_all(const struct vpn *v, const struct profile *p, bool nat)
{
	look_at_phase1(v, p);
	look_at_contacts(p);
	look_at_quicks(v, p, nat);
	look_at_sccrq(p);
	look_at_lcp(p);
}

/* ------------------------------------------------------------------ the server's answers */

struct transform {
	unsigned proposal, protocol, number, id;
	const uint8_t *attributes;
	size_t len;
};

/* The n-th of an SA payload, in all its proposals; false: there are not so many. */
static bool transform_at(const struct part *sa, size_t n, struct transform *found)
{
	enum { SITUATION = 8, HEAD = 8 };
	for (size_t at = SITUATION, end; at < sa->len; at = end) {
		const uint8_t *prop = sa->p + at;
		assert_true(at + HEAD <= sa->len);
		end = at + u16(prop + 2);
		assert_true(end > at && end <= sa->len);
		for (size_t t = at + HEAD + prop[6]; t < end; t += u16(sa->p + t + 2)) {
			const uint8_t *p = sa->p + t;
			assert_true(t + HEAD <= end && u16(p + 2) >= HEAD && t + u16(p + 2) <= end);
			if (n-- > 0)
				continue;
			*found = (struct transform){prop[4], prop[5], p[4], p[5], p + HEAD, u16(p + 2) - (size_t)HEAD};
			return true;
		}
	}
	return false;
}

static void look_at_choice(const struct part *answer, const struct part *offer)
{
	struct transform took, t;
	bool offered = false;
	assert_true(transform_at(answer, 0, &took));
	assert_false(transform_at(answer, 1, &t));
	for (size_t i = 0; !offered && transform_at(offer, i, &t); i++)
		offered = t.proposal == took.proposal && t.protocol == took.protocol && t.number == took.number && t.id == took.id &&
		          t.len == took.len && memcmp(t.attributes, took.attributes, t.len) == 0;
	assert_true(offered);
}

static void look_at_told(const struct part *answer, const struct part *told)
{
	assert_int_equal(answer->len, told->len);
	assert_memory_equal(answer->p, told->p, told->len);
}

/* What the client offered in the exchange that this is of; false: the server has begun it. */
static bool offer_of(const struct heard_ike *answer, struct parts *offer)
{
	for (size_t i = 0; i < heard.n; i++) {
		*offer = parts_of(&heard.msgs[i]);
		if (heard.msgs[i].exch == answer->exch && heard.msgs[i].msgid == answer->msgid && count(offer, SA) > 0)
			return true;
	}
	return false;
}

void look_at_answers(const struct heard *answers)
{
	unsigned quick = 0, phase1 = 0;
	for (size_t i = 0; i < answers->n; i++) {
		const struct heard_ike *m = &answers->msgs[i];
		struct parts parts = parts_of(m), offer;
		if (count(&parts, SA) == 0 || !offer_of(m, &offer))
			continue;
		look_at_choice(part(&parts, SA, 0), part(&offer, SA, 0));
		quick += m->exch == QUICK;
		phase1 += m->exch != QUICK;
		if (m->exch != QUICK)
			continue;
		look_at_told(part(&parts, ID, 0), part(&offer, ID, 0));
		look_at_told(part(&parts, ID, 1), part(&offer, ID, 1));
		assert_int_equal(count(&parts, KE), count(&offer, KE));
	}
	assert_int_equal(quick, 4);
	assert_true(phase1 >= 2);
}
