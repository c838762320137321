/* Transcripts through the program `postern` on a pseudo-terminal, as a person would type them. */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "script.h"

enum { STEP_MS = 10 * 1000, SETTLE_MS = 20, TERMINAL_WIDTH = 80 /* `terminal width` */ };

struct terminal {
	int fd;
	pid_t pid;
	struct out raw; /* since the last input */
	bool ended;
};

static bool terminal_open(struct terminal *t, const char *console, const char *socket, bool serial)
{
	struct winsize size = {.ws_row = 24, .ws_col = 132};
	out_init(&t->raw);
	t->ended = false;
	t->pid = forkpty(&t->fd, NULL, NULL, &size);
	if (t->pid == 0) {
		setenv("TERM", "vt100", 1);
		unsetenv("SSH_CONNECTION");
		execl(console, "postern", "--socket", socket, serial ? "--serial" : NULL,
		      (char *)NULL);
		_exit(127);
	}
	return t->pid > 0;
}

static long now_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void terminal_read(struct terminal *t, int wait_ms)
{
	struct pollfd p = {.fd = t->fd, .events = POLLIN};
	char buf[4096];
	if (t->ended || poll(&p, 1, wait_ms) <= 0)
		return;
	ssize_t n = read(t->fd, buf, sizeof buf);
	if (n > 0)
		out_put(&t->raw, (struct str){buf, (size_t)n});
	else if (n == 0 || errno != EINTR)
		t->ended = true;
}

static void terminal_type(struct terminal *t, const char *text)
{
	for (size_t left = strlen(text); left > 0;) {
		ssize_t n = write(t->fd, text, left);
		if (n <= 0)
			return;
		text += n;
		left -= (size_t)n;
	}
}

static bool is_password(const char *expected)
{
	const char *last = strrchr(expected, '\n');
	return strstr(last != NULL ? last : expected, "assword") != NULL;
}

static bool is_confirm(const char *expected)
{
	size_t n = strlen(expected);
	while (n > 0 && expected[n - 1] == ' ')
		n--;
	return n >= 9 && memcmp(expected + n - 9, "[confirm]", 9) == 0;
}

/* A command line as it stands on the screen after Enter: one that is too long for its row is cut. */
static void echo_line(const struct step *step, size_t carried, struct out *expected)
{
	const char *prompt = strrchr(step->expected, '\n');
	size_t used = strlen(prompt != NULL ? prompt + 1 : step->expected);
	size_t room = TERMINAL_WIDTH - 1 - used;
	if (strlen(step->typed) <= room)
		out_printf(expected, "%s\n", step->typed + carried);
	else
		out_printf(expected, "%.*s$\n", (int)(room - 1), step->typed);
}

/* Echo of an answer: as the console shows it, so that it can be expected too. */
static void expect_echo(const struct step *step, size_t carried, struct out *expected)
{
	switch (step->kind) {
	case STEP_LINE:
		echo_line(step, carried, expected);
		break;
	case STEP_BREAK:
		out_printf(expected, "%s\n", step->typed + carried);
		break;
	case STEP_HELP:
		out_printf(expected, "%s?\n", step->typed + carried);
		break;
	case STEP_TAB:
		out_printf(expected, "%s\n", step->typed + carried);
		break;
	case STEP_ANSWER:
		if (is_password(step->expected))
			for (size_t i = 0; i < strlen(step->typed); i++)
				out_str(expected, "*");
		else
			out_str(expected, step->typed);
		out_str(expected, "\n");
		break;
	case STEP_KEY:
	case STEP_END:
		break;
	}
}

static void type_step(struct terminal *t, const struct step *step, size_t carried)
{
	static const char keys[][2][6] = {{"SPACE", " "}, {"ENTER", "\r"}, {"Q", "q"}};
	const char *rest = step->typed != NULL ? step->typed + carried : "";
	out_clear(&t->raw);
	switch (step->kind) {
	case STEP_LINE:
		if (strcmp(rest, "^Z") == 0) {
			terminal_type(t, "\x1a");
			break;
		}
		terminal_type(t, rest);
		terminal_type(t, "\r");
		break;
	case STEP_BREAK:
		terminal_type(t, rest);
		terminal_type(t, "\r");
		for (long end = now_ms() + 300; now_ms() < end;)
			terminal_read(t, SETTLE_MS);
		terminal_type(t, "\x03");
		break;
	case STEP_HELP:
		terminal_type(t, rest);
		terminal_type(t, "?");
		break;
	case STEP_TAB:
		terminal_type(t, rest);
		terminal_type(t, "\t");
		break;
	case STEP_ANSWER:
		/* One key is the answer to [confirm]. */
		terminal_type(t, step->typed);
		if (*step->typed == '\0' || !is_confirm(step->expected))
			terminal_type(t, "\r");
		break;
	case STEP_KEY:
		for (size_t i = 0; i < 3; i++)
			if (strcmp(step->typed, keys[i][0]) == 0)
				terminal_type(t, keys[i][1]);
		break;
	case STEP_END:
		break;
	}
}

/* Reads until the screen looks as expected, or for so long that it never will. */
static bool wait_for(struct terminal *t, const struct script *s, const struct step *step,
                     const char *echo, size_t *carried)
{
	struct out screen;
	out_init(&screen);
	bool same = false;
	for (long end = now_ms() + STEP_MS; !same && now_ms() < end;) {
		bool before = t->ended;
		size_t len;
		do { /* half-drawn lines may look right */
			len = t->raw.len;
			terminal_read(t, SETTLE_MS);
		} while (t->raw.len > len);
		out_clear(&screen);
		script_screen(t->raw.len > 0 ? t->raw.text : "", t->raw.len, &screen);
		same = script_match(step, echo, screen.len > 0 ? screen.text : "", carried);
		if (before)
			break;
	}
	if (!same)
		script_differ(s, step, screen.len > 0 ? screen.text : "");
	out_free(&screen);
	return same;
}

int run_on_pty(const struct script *s, const char *console, const char *socket)
{
	struct terminal t;
	struct out echo;
	if (!terminal_open(&t, console, socket, s->serial)) {
		perror("forkpty");
		return 1;
	}
	out_init(&echo);
	bool same = true;
	for (size_t i = 0; same && i < s->n; i++) {
		const struct step *step = &s->steps[i];
		size_t carried;
		same = wait_for(&t, s, step, echo.len > 0 ? echo.text : "", &carried);
		out_clear(&echo);
		if (step->kind == STEP_END)
			break;
		expect_echo(step, carried, &echo);
		type_step(&t, step, carried);
	}
	close(t.fd);
	kill(t.pid, SIGHUP);
	waitpid(t.pid, NULL, 0);
	out_free(&t.raw);
	out_free(&echo);
	return same ? 0 : 1;
}
