/* The program `postern` with an appliance that the test plays: what it shows of messages that come in one piece. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/socket/proto.h"

enum { PATIENCE_MS = 10000 };

/* The program, its keyboard and its screen, and the appliance's end of its connection. */
struct console {
	char dir[32], path[48];
	pid_t pid;
	int keys, screen, conn;
	char shown[1024];
	size_t n;
};

static void become_postern(const struct console *c, int keys, int screen)
{
	dup2(keys, STDIN_FILENO);
	dup2(screen, STDOUT_FILENO);
	execl(POSTERN, POSTERN, "--socket", c->path, (char *)NULL);
	_exit(127);
}

static int setup(void **state)
{
	struct console *c = calloc(1, sizeof *c);
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int keys[2], screen[2], listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	strcpy(c->dir, "/tmp/postern-console-XXXXXX");
	assert_non_null(mkdtemp(c->dir));
	snprintf(c->path, sizeof c->path, "%s/sock", c->dir);
	strcpy(sun.sun_path, c->path);
	assert_int_equal(bind(listener, (const struct sockaddr *)&sun, sizeof sun), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(pipe2(keys, O_CLOEXEC), 0);
	assert_int_equal(pipe2(screen, O_CLOEXEC), 0);
	if ((c->pid = fork()) == 0)
		become_postern(c, keys[0], screen[1]);
	close(keys[0]);
	close(screen[1]);
	c->keys = keys[1];
	c->screen = screen[0];
	struct pollfd fd = {.fd = listener, .events = POLLIN};
	assert_int_equal(poll(&fd, 1, PATIENCE_MS), 1);
	c->conn = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(c->conn >= 0);
	close(listener);
	*state = c;
	return 0;
}

static int teardown(void **state)
{
	struct console *c = *state;
	close(c->conn); /* it ends with it */
	close(c->keys);
	waitpid(c->pid, NULL, 0);
	close(c->screen);
	unlink(c->path);
	rmdir(c->dir);
	free(c);
	return 0;
}

/* All of them in one piece. */
static void say(struct console *c, const struct proto_msg *m, size_t n)
{
	uint8_t bytes[1024];
	size_t len = 0;
	for (size_t i = 0; i < n; i++)
		len += proto_encode(bytes + len, sizeof bytes - len, &m[i]);
	assert_int_equal(send(c->conn, bytes, len, 0), len);
}

static void shows(struct console *c, const char *text)
{
	struct pollfd fd = {.fd = c->screen, .events = POLLIN};
	while (strstr(c->shown, text) == NULL) {
		if (poll(&fd, 1, PATIENCE_MS) != 1)
			fail_msg("not shown: \"%s\" in \"%s\"", text, c->shown);
		ssize_t n = read(c->screen, c->shown + c->n, sizeof c->shown - 1 - c->n);
		assert_true(n > 0);
		c->n += (size_t)n;
	}
}

/* Lines behind a prompt wait for no other message. */
static void behind_a_prompt(void **state)
{
	const struct proto_msg said[] = {
	        {.type = PROTO_WELCOME, .version = PROTO_VERSION},
	        {.type = PROTO_PROMPT, .kind = PROTO_ASK_LINE, .seq = 1, .width = 80, .text = STR("asa> ")},
	        {.type = PROTO_ASYNC, .text = STR("first line behind it\n")},
	        {.type = PROTO_ASYNC, .text = STR("second line behind it\n")},
	};
	say(*state, said, sizeof said / sizeof said[0]);
	shows(*state, "second line behind it\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(behind_a_prompt, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
