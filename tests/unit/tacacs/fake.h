/* A network of TACACS+ servers for tests: what is sent is kept, what comes is said by the test. Two servers, 10.0.0.1 and
 * 10.0.0.2, in the group TAC; key "key", timeout 10 s. Connections are numbered in the order in which they were opened. */
#ifndef TESTS_UNIT_TACACS_FAKE_H
#define TESTS_UNIT_TACACS_FAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/aaa/server.h"
#include "core/aaa/shell.h"
#include "core/aaa/tacacs/tacacs.h"
#include "core/aaa/tacacs/wire.h"

#define B(text) ((struct bytes){(const uint8_t *)(text), sizeof(text) - 1})

enum { FAKE_SOCKS = 1024 };

/* A packet of ours, taken apart; the texts are good until the next one. */
struct fake_packet {
	struct tac_header h;
	struct tac_body b;
	unsigned conn;
};

/* A question and its end. */
struct question {
	struct aaa_ask ask;
	struct aaa_request rq;
	unsigned done;
	enum aaa_answer answer;
	enum aaa_why why;
	struct aaa_reply *reply; /* freed by question_end */
};

extern struct clock fake_clock;
extern struct aaa_servers *fake_servers;
extern bool fake_refuses;        /* no connection can be opened */
extern bool fake_full;           /* nothing can be sent */
extern const char *fake_key;     /* of the servers; "key" */
extern char fake_log[4096];      /* "109026 [TACACS+] ...\n" */
extern char fake_debug[16384];   /* debug tacacs session */

int fake_setup(void **state);
int fake_teardown(void **state);
void fake_debug_user(const char *user); /* debug tacacs user */
/* The key in the configuration from now on. */
void fake_configure(const char *key);

/* user jdoe, password j!doe1, PAP, from 192.0.2.9, session 7. */
struct question *question_new(void);
void question_ask(struct question *q, enum aaa_what what);
void question_end(struct question *q); /* cancels it, too */

unsigned fake_conns(void);       /* ever opened */
bool fake_is_open(unsigned conn);/* not closed by either side */
uint32_t fake_peer(unsigned conn);
void fake_accept(unsigned conn);
void fake_drop(unsigned conn);   /* the server closes it */
/* The next packet of ours on it. */
void fake_take(unsigned conn, enum tac_body_kind kind, struct fake_packet *p);
size_t fake_unread(unsigned conn); /* bytes of ours */
void fake_bytes(unsigned conn, const uint8_t *data, size_t len);
/* The answer to p, as bytes; flags of the header. */
size_t fake_answer(const struct fake_packet *p, enum tac_body_kind kind, const struct tac_body *b, uint8_t flags,
                   uint8_t *to, size_t cap);
/* ... and given at once: a status, a message. */
void fake_say(const struct fake_packet *p, enum tac_body_kind kind, uint8_t status, const char *message, uint8_t flags);
void fake_run(uint64_t ms);

void assert_text(struct bytes got, const char *want);

#endif
