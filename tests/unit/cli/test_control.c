#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "console_fixture.h"
#include "cli/socket/conn.h"
#include "cli/socket/control.h"

static uv_loop_t loop;
static struct control *control;
static char dir[64], path[96];

static int setup(void **state)
{
	(void)state;
	struct err err = {0};
	fixture_start();
	snprintf(dir, sizeof dir, "/tmp/postern-test-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/run/postern.sock", dir);
	uv_loop_init(&loop);
	if (control_start(&loop, path, &fx.env, &control, &err) < 0)
		fail_msg("%s", err.text);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	control_stop(control, "the appliance stops");
	control = NULL;
	while (uv_run(&loop, UV_RUN_DEFAULT) != 0)
		;
	assert_int_equal(uv_loop_close(&loop), 0);
	assert_int_equal(access(path, F_OK), -1); /* the socket is gone */
	char sub[96];
	snprintf(sub, sizeof sub, "%s/run", dir);
	rmdir(sub);
	rmdir(dir);
	fixture_stop();
	return 0;
}

struct peer {
	struct conn conn;
	struct out text, async;
	struct proto_msg prompt;
	char prompt_text[256], bye[256];
	int prompts, results, refused;
	bool over, broken;
};

static void peer_open(struct peer *p)
{
	struct err err = {0};
	*p = (struct peer){0};
	out_init(&p->text);
	out_init(&p->async);
	if (conn_open(&p->conn, path, &err) < 0)
		fail_msg("%s", err.text);
}

static void peer_close(struct peer *p)
{
	conn_close(&p->conn);
	out_free(&p->text);
	out_free(&p->async);
}

static void peer_take(struct peer *p)
{
	struct proto_msg m;
	enum proto_read rc;
	while (!p->broken && (rc = conn_read(&p->conn, &m, false)) != PROTO_READ_MORE) {
		if (rc == PROTO_READ_BAD) {
			p->broken = true;
			return;
		}
		switch (m.type) {
		case PROTO_OUT:
			out_put(&p->text, m.text);
			break;
		case PROTO_ASYNC:
			out_put(&p->async, m.text);
			break;
		case PROTO_PROMPT:
			str_copy(p->prompt_text, sizeof p->prompt_text, m.text);
			p->prompt = m;
			p->prompts++;
			break;
		case PROTO_INSERT:
			out_put(&p->text, m.text);
			break;
		case PROTO_RESULT:
			p->results++;
			p->refused += m.kind;
			break;
		case PROTO_BYE:
			str_copy(p->bye, sizeof p->bye, m.text);
			p->over = true;
			break;
		default:
			break;
		}
	}
}

static void settle(struct peer *p)
{
	for (int i = 0; i < 20; i++) {
		uv_run(&loop, UV_RUN_NOWAIT);
		if (p != NULL)
			peer_take(p);
	}
}

static void say(struct peer *p, struct proto_msg m)
{
	assert_true(conn_send(&p->conn, &m));
	settle(p);
}

static void hello(struct peer *p, uint8_t kind)
{
	peer_open(p);
	say(p, (struct proto_msg){.type = PROTO_HELLO,
	                          .version = PROTO_VERSION,
	                          .kind = kind,
	                          .width = 80,
	                          .height = 24});
}

static void line(struct peer *p, const char *text)
{
	out_clear(&p->text);
	say(p, (struct proto_msg){.type = PROTO_LINE, .seq = p->prompt.seq, .text = str_of(text)});
}

static unsigned awakes;

static void on_awake(void *ctx)
{
	(void)ctx;
	awakes++;
}

/* The time is right before a line is looked at, however long nothing has happened. */
static void awake_before_each_message(void **state)
{
	(void)state;
	struct peer p;
	awakes = 0;
	fx.env.awake = on_awake;
	hello(&p, PROTO_TTY);
	assert_int_equal(awakes, 1);
	line(&p, "show version");
	assert_int_equal(awakes, 2);
	peer_close(&p);
	settle(NULL);
	assert_int_equal(awakes, 2);
	fx.env.awake = NULL;
}

static void a_console_from_hello_to_goodbye(void **state)
{
	(void)state;
	struct peer p;
	hello(&p, PROTO_TTY);
	assert_string_equal(p.text.text, "Type help or '?' for a list of available commands.\n");
	assert_string_equal(p.prompt_text, "ciscoasa> ");
	assert_int_equal(control_consoles(control), 1);
	line(&p, "enable");
	assert_int_equal(p.prompt.kind, PROTO_ASK_SECRET);
	line(&p, "");
	assert_string_equal(p.prompt_text, "ciscoasa# ");
	/* the answer to an old prompt is not a command */
	p.prompt.seq--;
	line(&p, "configure terminal");
	assert_string_equal(p.prompt_text, "ciscoasa# ");
	p.prompt.seq++;
	line(&p, "show lines 30");
	assert_int_equal(p.prompt.kind, PROTO_ASK_KEY);
	say(&p, (struct proto_msg){.type = PROTO_KEY, .seq = p.prompt.seq, .kind = 'q'});
	assert_int_equal(p.prompt.kind, PROTO_ASK_LINE);
	out_clear(&p.text);
	say(&p, (struct proto_msg){.type = PROTO_TAB, .seq = p.prompt.seq, .text = STR("conf")});
	assert_string_equal(p.text.text, "igure ");
	say(&p,
	    (struct proto_msg){.type = PROTO_HELP, .seq = p.prompt.seq, .text = STR("configure ")});
	assert_non_null(strstr(p.text.text, "  terminal  Configure using the terminal\n"));
	line(&p, "wait");
	int prompts = p.prompts;
	say(&p, (struct proto_msg){.type = PROTO_BREAK});
	assert_int_equal(p.prompts, prompts + 1);
	line(&p, "exit");
	assert_string_equal(p.text.text, "\nLogoff\n\n");
	assert_true(p.over);
	settle(&p);
	assert_true(p.broken);
	assert_int_equal(control_consoles(control), 0);
	peer_close(&p);
}

static void several_at_once(void **state)
{
	(void)state;
	struct peer a, b;
	hello(&a, PROTO_TTY);
	hello(&b, PROTO_BATCH | PROTO_CONFIG);
	assert_int_equal(control_consoles(control), 2);
	line(&b, "hostname gw");
	assert_int_equal(b.results, 1);
	assert_int_equal(b.refused, 0);
	line(&b, "nonsense");
	assert_int_equal(b.refused, 1);
	line(&a, "");
	assert_string_equal(a.prompt_text, "gw> ");
	peer_close(&b);
	settle(&a);
	assert_int_equal(control_consoles(control), 1);
	say(&a, (struct proto_msg){.type = PROTO_EOF});
	assert_true(a.over);
	peer_close(&a);
}

/* Gone while a command runs: the command is told. */
static void hang_up_while_pending(void **state)
{
	(void)state;
	struct peer p;
	hello(&p, PROTO_BATCH);
	line(&p, "wait");
	assert_non_null(fx.waiting);
	peer_close(&p);
	settle(NULL);
	assert_int_equal(fx.cancelled, 1);
}

static void strangers_bytes(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = {
	        {"\xff\xff\xff\xff\x01", 5},     {"\0\0\0\1\0", 5}, {"GET / HTTP/1.1\r\n\r\n", 18},
	        {"\0\0\0\5\2\0\0\0\1", 9},       /* a line before hello */
	        {"\0\0\0\7\1\77\0\0\0\0\0", 11}, /* another version */
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct peer p;
		peer_open(&p);
		assert_int_equal(send(p.conn.fd, bad[i].bytes, bad[i].len, MSG_NOSIGNAL),
		                 (ssize_t)bad[i].len);
		settle(&p);
		assert_true(p.over);
		assert_true(p.bye[0] != '\0');
		assert_true(p.broken);
		peer_close(&p);
		settle(NULL);
		assert_int_equal(control_consoles(control), 0);
	}
}

/* A console that asks for much and reads nothing: what waits for it is bounded, others go on. */
static void slow_reader_holds_nobody_up(void **state)
{
	(void)state;
	struct peer slow, other;
	hello(&slow, PROTO_BATCH);
	struct proto_msg m = {
	        .type = PROTO_LINE, .seq = slow.prompt.seq, .text = STR("show lines 100000")};
	assert_true(conn_send(&slow.conn, &m));
	settle(NULL);
	hello(&other, PROTO_BATCH);
	line(&other, "show lines 2");
	assert_string_equal(other.text.text, "line 1\nline 2\n");
	int before = slow.prompts;
	for (int i = 0; i < 10000 && slow.prompts == before; i++)
		settle(&slow);
	assert_int_equal(slow.prompts, before + 1);
	assert_true(slow.text.len > 1000000);
	assert_non_null(strstr(slow.text.text, "line 100000\n"));
	peer_close(&slow);
	peer_close(&other);
	settle(NULL);
}

static void too_many(void **state)
{
	(void)state;
	static struct peer p[CONTROL_CONSOLES_MAX + 1];
	for (int i = 0; i <= CONTROL_CONSOLES_MAX; i++) {
		peer_open(&p[i]);
		settle(&p[i]);
	}
	assert_string_equal(p[CONTROL_CONSOLES_MAX].bye, "too many consoles are open");
	assert_false(p[0].over);
	for (int i = 0; i <= CONTROL_CONSOLES_MAX; i++)
		peer_close(&p[i]);
	settle(NULL);
	assert_int_equal(control_consoles(control), 0);
}

static void one_appliance_a_path(void **state)
{
	(void)state;
	struct err err = {0};
	struct control *second = NULL;
	assert_int_equal(control_start(&loop, path, &fx.env, &second, &err), -EADDRINUSE);
	assert_null(second);
	settle(NULL);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0007, 0); /* nothing for others */
}

static void left_over_socket_is_replaced(void **state)
{
	(void)state;
	char other[96];
	snprintf(other, sizeof other, "%s/old.sock", dir);
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	str_copy(sun.sun_path, sizeof sun.sun_path, str_of(other));
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof sun), 0);
	close(fd);
	struct err err = {0};
	struct control *second = NULL;
	assert_int_equal(control_start(&loop, other, &fx.env, &second, &err), 0);
	control_stop(second, "bye");
	settle(NULL);
	/* what is no socket is left alone */
	fd = open(other, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_int_equal(control_start(&loop, other, &fx.env, &second, &err), -EEXIST);
	unlink(other);
}

static void stop_says_goodbye(void **state)
{
	(void)state;
	struct peer p;
	hello(&p, PROTO_TTY);
	control_stop(control, "the appliance stops");
	control = NULL;
	settle(&p);
	assert_string_equal(p.bye, "the appliance stops");
	assert_true(p.broken);
	peer_close(&p);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	        T(a_console_from_hello_to_goodbye),
	        T(awake_before_each_message),
	        T(several_at_once),
	        T(hang_up_while_pending),
	        T(strangers_bytes),
	        T(slow_reader_holds_nobody_up),
	        T(too_many),
	        T(one_appliance_a_path),
	        T(left_over_socket_is_replaced),
	        T(stop_says_goodbye),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
