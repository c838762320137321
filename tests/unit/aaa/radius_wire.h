/* A wire for RADIUS tests: what goes out is kept, what comes in is told by the test; and a server that answers. */
#ifndef TESTS_UNIT_AAA_RADIUS_WIRE_H
#define TESTS_UNIT_AAA_RADIUS_WIRE_H

#include "core/aaa/radius/packet.h"
#include "core/aaa/server.h"
#include "core/base/out.h"

enum {
	WIRE_MAX = 40000,
	SERVER_IP = 0x0a010102,
	OUR_IP = 0x0a010101,
	CLIENT_IP = 0xc0000201,
	OUTSIDE_IP = 0xc6336401
};

struct sent {
	struct aaa_sock *from;
	struct ip4_end to;
	uint8_t *data;
	size_t len;
};

extern struct wire {
	struct sent sent[WIRE_MAX];
	size_t n;
	size_t open, opened; /* sockets */
	bool broken;         /* no socket can be opened */
	struct aaa_sock *listening; /* the last one with a port of its own */
} wire;

/* The configuration: group RAD (RADIUS) and group SDI with one server each, key "s3cret". May be changed by a test
 * before it asks. */
extern struct aaa_host_conf wire_host[2];
extern struct aaa_sgroup_conf wire_groups[2];
extern struct aaa_conf wire_conf;
extern const struct aaa_io wire_io;
extern struct clock wire_clock;
extern struct aaa_servers *wire_servers;
extern char wire_logs[8000];

int wire_setup(void **state);
int wire_teardown(void **state);
void wire_tick(uint64_t ms);
struct aaa_host *wire_server(const char *group);

/* What a question got. */
struct got {
	unsigned n;
	enum aaa_answer answer;
	enum aaa_why why;
	struct aaa_reply *reply; /* freed by the next wire_ask, and at the end */
};
extern struct got wire_got;
void wire_done(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply,
               enum aaa_why why);
/* A question of that request to the group; done goes to wire_got. */
void wire_ask(struct aaa_ask *ask, const char *group, enum aaa_what what,
              const struct aaa_request *rq);
struct aaa_request wire_pap(const char *user, const char *password);

/* The last packet that went out, taken apart. */
struct radius_packet wire_last(void);
/* Its first attribute of that kind, which must be there; wire_none: there must be none. */
struct bytes wire_value(enum radius_attr a);
uint32_t wire_number(enum radius_attr a);
void wire_none(enum radius_attr a);

/* A reply to sent[at], signed with the key ("s3cret" when NULL). Put attributes with radius_put... in between. */
struct wr wire_reply(size_t at, enum radius_code code, bool mac);
void wire_answer(struct wr *w, size_t at, const char *key);
/* The same without attributes. */
void wire_says(size_t at, enum radius_code code);
/* Any bytes, from anybody, to a socket. */
void wire_input(struct aaa_sock *s, struct ip4_end from, const uint8_t *data, size_t len);

#endif
