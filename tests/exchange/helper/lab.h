/* Genuine servers (tests/servers), and a server group that asks them through the helper programs. */
#ifndef TESTS_EXCHANGE_HELPER_LAB_H
#define TESTS_EXCHANGE_HELPER_LAB_H

#include "core/aaa/server.h"

/* One of tests/servers. */
struct lab_server {
	int pid;
	uint16_t port;
	char folder[80];
};
/* users: the text of the file. option, value: NULL = none. */
void lab_start(struct lab_server *s, const char *name, const char *users, const char *option, const char *value);
void lab_stop(struct lab_server *s);
/* A file of the server; the text lives until the next call. */
const char *lab_file(const struct lab_server *s, const char *name);
/* How often text stands in its log. */
unsigned lab_logged(const struct lab_server *s, const char *text);
/* A port of the loopback interface that nobody has, nor the one behind it. */
uint16_t lab_free_port(void);

/* The state directory of the helper programs, and files in it. */
extern char lab_state[64];
void lab_copy(const char *from, const char *name);
void lab_remove(const char *name);

struct lab_answer {
	enum aaa_answer answer;
	enum aaa_why why;
	struct aaa_reply reply; /* all unset when there was none */
	char debug[8192];       /* lines of the category */
	char logs[2048];
};
/* One host with the texts of host set to "" where NULL. */
struct lab_answer lab_ask(enum aaa_protocol p, struct aaa_host_conf host, const char *user, const char *password);
/* The same where the password may be told: it is a code. */
struct lab_answer lab_ask_loud(enum aaa_protocol p, struct aaa_host_conf host, const char *user, const char *password);
struct lab_answer lab_authorize(enum aaa_protocol p, struct aaa_host_conf host, const char *user);

/* For cmocka_run_group_tests. */
int lab_setup(void **state);
int lab_teardown(void **state);

#define assert_answer(a, says, because)                                                              \
	do {                                                                                         \
		struct lab_answer got = (a);                                                         \
		if (got.answer != (says) || got.why != (because))                                    \
			fail_msg("answer %u (%u), why %s (%s)\n%s%s", (unsigned)got.answer,          \
			         (unsigned)(says), aaa_why_text(got.why), aaa_why_text(because),     \
			         got.debug, got.logs);                                               \
	} while (0)

#endif
