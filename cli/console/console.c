/* postern: the console. A terminal on the appliance's socket (line editing by libedit, in cli/console/editor.c; everything else by the appliance),
 * and `postern -c CMD`, `postern -f FILE` for scripts. */
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "cli/console/batch.h"
#include "cli/socket/conn.h"
#include "cli/console/editor.h"
#include "cli/socket/control.h"
#include "cli/manual/programs.h"
#include "core/base/buf.h"

enum { KEY_BREAK = 3, ACTIVE_S = 10 };

struct console {
	struct conn conn;
	struct editor *editor;
	bool tty; /* a person: both ends are a terminal */
	bool over;
	bool ended;  /* no more input */
	bool asked;  /* prompt waits for its answer */
	bool enable; /* starts in privileged EXEC */
	bool serial; /* never left */
	int status;
	struct proto_msg prompt; /* the last one; its text is in prompt_text */
	char prompt_text[PROTO_LINE_MAX];
};

/* What was typed while nothing was asked: read then, so that ^C counts at once. */
static struct {
	unsigned char bytes[1024];
	size_t at, len;
	bool ended; /* the terminal is gone */
} ahead;

static struct console con;
static struct termios tty_at_start;
static volatile sig_atomic_t resized, interrupted;

/* ------------------------------------------------------------------ terminal */

static void on_signal(int sig)
{
	if (sig == SIGWINCH)
		resized = 1;
	else
		interrupted = 1;
}

static void on_fatal_signal(int sig)
{
	if (con.tty)
		tcsetattr(STDIN_FILENO, TCSANOW, &tty_at_start);
	_exit(128 + sig);
}

static void tty_restore(void)
{
	if (con.tty)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &tty_at_start);
}

/* Between lines: nothing is echoed, single keys can be read, ^C is a signal; what is typed ahead stays. */
static void tty_quiet(void)
{
	if (!con.tty)
		return;
	struct termios t = tty_at_start;
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | IEXTEN);
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	t.c_cc[VSUSP] = t.c_cc[VQUIT] = _POSIX_VDISABLE;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &t);
}

/* Waits for one of both: input from the terminal, something from the appliance. Signals come in here alone, so that none is
 * missed between a look at its flag and the wait. */
static void wait_for(struct pollfd *fds, nfds_t n)
{
	sigset_t open;
	sigemptyset(&open);
	for (nfds_t i = 0; i < n; i++)
		fds[i].revents = 0;
	if (!resized && !interrupted && ppoll(fds, n, NULL, &open) < 0)
		for (nfds_t i = 0; i < n; i++)
			fds[i].revents = 0;
}

static void put(struct str s)
{
	fflush(stdout);
	while (s.len > 0) {
		ssize_t n = write(STDOUT_FILENO, s.p, s.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		s.p += n;
		s.len -= (size_t)n;
	}
}

static struct winsize window(void)
{
	struct winsize w = {0};
	if (!con.tty || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0)
		return (struct winsize){0};
	return w;
}

static void check_resize(void)
{
	if (!resized)
		return;
	resized = 0;
	struct winsize w = window();
	conn_send(&con.conn,
	          &(struct proto_msg){.type = PROTO_SIZE, .width = w.ws_col, .height = w.ws_row});
	if (con.editor != NULL)
		editor_resized(con.editor);
}

/* ------------------------------------------------------------------ what the appliance says */

/* Debug and log lines come while a line is being edited: above it. */
static void put_async(struct str lines, bool editing)
{
	if (editing)
		editor_above(con.editor, lines);
	else
		put(lines);
}

static void ended(const struct proto_msg *bye)
{
	con.over = true;
	if (bye == NULL) {
		put(STR("\n"));
		fprintf(stderr, "postern: the connection to the appliance was lost\n");
		con.status = 2;
		return;
	}
	con.status = bye->kind;
	if (bye->text.len > 0) {
		put(STR("\n"));
		fprintf(stderr, "postern: %.*s\n", STR_ARG(bye->text));
	}
}

/* One message. true: an answer is wanted now (con.prompt). */
static bool take(const struct proto_msg *m, bool editing)
{
	switch (m->type) {
	case PROTO_OUT:
		put(m->text);
		break;
	case PROTO_ASYNC:
		put_async(m->text, editing);
		break;
	case PROTO_INSERT:
		if (con.editor != NULL)
			editor_insert(con.editor, m->text);
		break;
	case PROTO_PROMPT:
		str_copy(con.prompt_text, sizeof con.prompt_text, m->text);
		con.prompt = *m;
		con.prompt.text = str_of(con.prompt_text);
		con.asked = true;
		return true;
	case PROTO_BYE:
		ended(m);
		break;
	default:
		break;
	}
	return false;
}

/* Reads what is there without waiting. false: over, or an answer is wanted. */
static bool take_pending(bool editing)
{
	struct proto_msg m;
	enum proto_read rc;
	while ((rc = conn_read(&con.conn, &m, false)) == PROTO_READ_OK)
		if (take(&m, editing) || con.over)
			return false;
	if (rc == PROTO_READ_BAD)
		ended(NULL);
	return !con.over;
}

static void answer(struct proto_msg *m)
{
	m->seq = con.prompt.seq;
	con.asked = false;
	conn_send(&con.conn, m);
}

/* Keys that are only edited here keep the console from being idle all the same. */
static void say_active(void)
{
	static time_t said;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (said != 0 && now.tv_sec - said < ACTIVE_S)
		return;
	said = now.tv_sec;
	conn_send(&con.conn, &(struct proto_msg){.type = PROTO_ACTIVE});
}

/* Reads what is typed into `ahead`. */
static void take_typed(void)
{
	if (ahead.at == ahead.len)
		ahead.at = ahead.len = 0;
	ssize_t n = read(STDIN_FILENO, ahead.bytes + ahead.len, sizeof ahead.bytes - ahead.len);
	if (n <= 0 && errno != EINTR)
		ahead.ended = true;
	ahead.len += n > 0 ? (size_t)n : 0;
	if (n > 0 && con.tty)
		say_active();
}

/* The same while a command runs: ^C drops what was typed before it. */
static void take_ahead(void)
{
	take_typed();
	for (size_t i = ahead.at; i < ahead.len; i++)
		if (ahead.bytes[i] == KEY_BREAK) {
			interrupted = 1;
			ahead.at = i + 1;
		}
}

static bool typed_ahead(void)
{
	return ahead.at < ahead.len;
}

/* Waits for a byte; serves the appliance meanwhile. -1: end of input, over, or the appliance asks anew. */
static int next_byte(bool editing)
{
	while (!typed_ahead()) {
		struct pollfd fds[2] = {{.fd = ahead.ended ? -1 : STDIN_FILENO, .events = POLLIN},
		                        {.fd = con.conn.fd, .events = POLLIN}};
		/* Also what came together with the last message: nothing announces that again. */
		if (ahead.ended || !take_pending(editing))
			return -1;
		wait_for(fds, 2);
		check_resize();
		if (interrupted) {
			interrupted = 0;
			return KEY_BREAK;
		}
		if (fds[0].revents && !fds[1].revents) /* what is said comes first: it may ask for something else */
			take_typed();
	}
	return ahead.bytes[ahead.at++];
}

/* One key for the pager. */
static void answer_key(void)
{
	int key = next_byte(false);
	if (!con.over)
		answer(&(struct proto_msg){.type = PROTO_KEY,
		                           .kind = key < 0 ? 'q' : (uint8_t)key});
}

/* Shows what comes until a line is wanted; answers the pager. false: over. */
static bool wait_prompt(void)
{
	while (!con.over) {
		if (con.asked && con.prompt.kind != PROTO_ASK_KEY)
			return true;
		if (con.asked) {
			answer_key();
			continue;
		}
		if (!take_pending(false))
			continue;
		bool listen = con.tty && !ahead.ended &&
		              (!typed_ahead() || ahead.len < sizeof ahead.bytes);
		struct pollfd fds[2] = {{.fd = con.conn.fd, .events = POLLIN},
		                        {.fd = listen ? STDIN_FILENO : -1, .events = POLLIN}};
		wait_for(fds, 2);
		check_resize();
		if (fds[1].revents)
			take_ahead();
		if (interrupted) {
			interrupted = 0;
			conn_send(&con.conn, &(struct proto_msg){.type = PROTO_BREAK});
		}
	}
	return false;
}

/* ------------------------------------------------------------------ editing a command line */

static void edit_write(void *arg, struct str text)
{
	(void)arg;
	put(text);
}

/* The appliance may ask for something else meanwhile: then the line is nobody's. */
static int edit_next(void *arg)
{
	uint32_t seq = con.prompt.seq;
	int b = next_byte(true);
	(void)arg;
	if (b < 0 && !con.over && con.prompt.seq == seq)
		con.ended = true;
	return con.over || con.prompt.seq != seq ? -1 : b;
}

/* `?` and Tab: asks with what stands left of the cursor, shows the answer. */
static bool edit_ask(void *arg, bool tab, struct str left, struct str *prompt, unsigned *width)
{
	(void)arg;
	if (left.len > PROTO_LINE_MAX)
		left.len = PROTO_LINE_MAX;
	con.asked = false;
	put(tab ? STR("\n") : STR("?\n"));
	conn_send(&con.conn, &(struct proto_msg){.type = tab ? PROTO_TAB : PROTO_HELP,
	                                         .seq = con.prompt.seq,
	                                         .text = left});
	if (!wait_prompt() || con.prompt.kind != PROTO_ASK_LINE)
		return false;
	*prompt = con.prompt.text;
	*width = con.prompt.width;
	return true;
}

/* One command from the terminal. */
static void edit_line(void)
{
	struct proto_msg line = {.type = PROTO_LINE, .text = STR("")};
	interrupted = 0;
	con.ended = false;
	tty_restore();
	enum editor_event event =
	        editor_read(con.editor, con.prompt.text, con.prompt.width, &line.text);
	tty_quiet();
	if (con.over || (event == EDITOR_LOST && !con.ended))
		return;
	switch (event) {
	case EDITOR_LINE:
		if (line.text.len > PROTO_LINE_MAX) {
			put(STR("ERROR: line too long\n"));
			line.text.len = 0;
		}
		break;
	case EDITOR_BREAK:
		put(STR("^C\n"));
		break;
	case EDITOR_LEAVE:
		put(STR("^Z\n"));
		line.text = STR("\x1a");
		break;
	case EDITOR_EOF:
	case EDITOR_LOST:
		put(STR("\n"));
		line.type = PROTO_EOF;
		break;
	}
	answer(&line);
}

/* ------------------------------------------------------------------ other answers */

/* The answer to a question or a password: echoed as it is or as stars. From a pipe nothing is echoed. */
static void plain_line(void)
{
	char text[PROTO_LINE_MAX];
	size_t len = 0;
	bool secret = con.prompt.kind == PROTO_ASK_SECRET, too_long = false;
	struct proto_msg line = {.type = PROTO_LINE, .text = STR("")};
	put(con.prompt.text);
	for (;;) {
		int b = next_byte(false);
		if (con.over)
			return;
		if (b == '\n' || b == '\r' || (b < 0 && len > 0))
			break;
		if (con.tty && con.prompt.kind == PROTO_ASK_CONFIRM && b >= ' ') {
			text[len++] = (char)b;
			put((struct str){text, 1});
			break;
		}
		if (b < 0 || (con.tty && b == KEY_BREAK)) {
			line.type = b < 0 ? PROTO_EOF : PROTO_BREAK;
			break;
		}
		if (con.tty && (b == 0x7f || b == '\b' || b == 0x15)) {
			size_t keep = b == 0x15 || len == 0 ? 0 : len - 1;
			for (; len > keep; len--)
				put(STR("\b \b"));
		} else if (len < sizeof text) {
			text[len++] = (char)b;
			char echo = secret ? '*' : (char)b;
			if (con.tty)
				put((struct str){&echo, 1});
		} else {
			too_long = true;
		}
	}
	if (con.tty)
		put(STR("\n"));
	if (too_long)
		put(STR("ERROR: line too long\n"));
	else if (line.type == PROTO_LINE)
		line.text = (struct str){text, len};
	answer(&line);
	wipe(text, sizeof text);
}

/* ------------------------------------------------------------------ programs */

static void set_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal};
	sigaction(SIGWINCH, &sa, NULL);
	if (con.tty) {
		sigaction(SIGINT, &sa, NULL);
		sigset_t held; /* until wait_for lets them in */
		sigemptyset(&held);
		sigaddset(&held, SIGINT);
		sigaddset(&held, SIGWINCH);
		sigprocmask(SIG_BLOCK, &held, NULL);
	}
	sa.sa_handler = on_fatal_signal;
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
}

static int interactive(void)
{
	con.tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
	          tcgetattr(STDIN_FILENO, &tty_at_start) == 0;
	set_signals();
	static const struct editor_io io = {
	        .next = edit_next, .write = edit_write, .ask = edit_ask};
	if (con.tty && (con.editor = editor_new(stdin, STDOUT_FILENO, &io)) == NULL) {
		fprintf(stderr, "postern: no line editing on this terminal\n");
		return 1;
	}
	tty_quiet();
	struct winsize w = window();
	const char *ssh = getenv("SSH_CONNECTION");
	conn_send(&con.conn, &(struct proto_msg){.type = PROTO_HELLO,
	                                         .version = PROTO_VERSION,
	                                         .kind = (con.tty ? PROTO_TTY : 0) |
	                                                 (con.enable ? PROTO_ENABLE : 0) |
	                                                 (con.serial ? PROTO_SERIAL : 0),
	                                         .text = str_of(ssh != NULL ? ssh : ""),
	                                         .width = w.ws_col,
	                                         .height = w.ws_row});
	while (wait_prompt())
		if (con.tty && con.prompt.kind == PROTO_ASK_LINE)
			edit_line();
		else
			plain_line();
	tty_restore();
	return con.status;
}

static int usage(FILE *to, int status)
{
	program_usage(&program_postern, to);
	return status;
}

int main(int argc, char **argv)
{
	const char *path = CONTROL_SOCKET, *input = NULL;
	char **cmds =
	        argv + 1; /* gathered where they stand: the n-th is never behind its own place */
	size_t n = 0;
	setlocale(LC_CTYPE, "");
	for (int i = 1; i < argc; i += 2) {
		const char *a = argv[i];
		char *value = i + 1 < argc ? argv[i + 1] : NULL;
		if (strcmp(a, "--help") == 0 || strcmp(a, "-h") == 0)
			return usage(stdout, 0);
		if (strcmp(a, "--version") == 0)
			return printf("postern %s\n", POSTERN_VERSION) < 0;
		if (strcmp(a, "--enable") == 0) {
			con.enable = true;
			i--;
			continue;
		}
		if (strcmp(a, "--serial") == 0) {
			con.serial = true;
			i--;
			continue;
		}
		if (value == NULL)
			return usage(stderr, 2);
		if (strcmp(a, "--socket") == 0)
			path = value;
		else if (strcmp(a, "-c") == 0)
			cmds[n++] = value;
		else if (strcmp(a, "-f") == 0 && input == NULL)
			input = value;
		else
			return usage(stderr, 2);
	}
	if (n > 0 && input != NULL)
		return usage(stderr, 2);
	struct err err = {0};
	if (conn_open(&con.conn, path, &err) < 0) {
		fprintf(stderr, "postern: %s\n", err.text);
		return 2;
	}
	int status = n > 0           ? batch_commands(&con.conn, cmds, n)
	             : input != NULL ? batch_path(&con.conn, input)
	                             : interactive();
	conn_close(&con.conn);
	return status;
}
