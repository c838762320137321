#include "cli/console/batch.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/buf.h"
#include "core/base/out.h"

enum {
	BATCH_HOLD = 256 * 1024
}; /* output kept back until it is known whether the line was accepted */

struct batch {
	struct conn *conn;
	const char *file; /* name for messages; NULL: commands, messages carry no place */
	uint32_t seq;     /* of the prompt that waits */
	bool refused;     /* at least one line */
	bool over;        /* the appliance ended it; status holds how */
	int status;

	/* where lines come from */
	FILE *in;
	char **cmds;
	size_t ncmds;
	char *text; /* of the file's line */
	size_t cap;
	struct str next; /* looked at, not taken yet */
	bool ahead;
	unsigned long number; /* of the line that was taken last */
};

/* ------------------------------------------------------------------ lines */

/* The next line, which stays. false: there is none. */
static bool batch_peek(struct batch *b, struct str *line)
{
	if (!b->ahead && b->in != NULL) {
		ssize_t n = getline(&b->text, &b->cap, b->in);
		while (n > 0 && (b->text[n - 1] == '\n' || b->text[n - 1] == '\r'))
			n--;
		b->ahead = n >= 0;
		b->next = (struct str){b->text, n >= 0 ? (size_t)n : 0};
	} else if (!b->ahead && b->ncmds > 0) {
		b->next = str_of(*b->cmds++);
		b->ncmds--;
		b->ahead = true;
	}
	*line = b->next;
	return b->ahead;
}

static void batch_take(struct batch *b)
{
	b->ahead = false;
	b->number += b->file != NULL;
}

/* ------------------------------------------------------------------ what the appliance says */

static void batch_broken(struct batch *b, const char *why)
{
	fprintf(stderr, "postern: %s\n", why);
	b->over = true;
	b->status = 2;
}

/* Prints lines; those that carry a message of a file's line get its place in front. */
static void batch_print(const struct batch *b, struct str text, unsigned long number, bool refused)
{
	bool placed = false;
	while (text.len > 0) {
		const char *nl = memchr(text.p, '\n', text.len);
		size_t n = nl != NULL ? (size_t)(nl - text.p) + 1 : text.len;
		struct str line = {text.p, n};
		bool message = str_has_prefix_nocase(line, STR("ERROR: ")) ||
		               str_has_prefix_nocase(line, STR("WARNING: ")) ||
		               (refused && !placed);
		FILE *to = refused || (message && b->file != NULL) ? stderr : stdout;
		if (message && b->file != NULL && n > 1) {
			fprintf(to, "%s:%lu: ", b->file, number);
			placed = true;
		}
		fwrite(line.p, 1, n, to);
		text.p += n;
		text.len -= n;
	}
	fflush(stdout);
}

static void batch_send(const struct batch *b, struct str line)
{
	(void)conn_send(b->conn, &(struct proto_msg){.type = PROTO_LINE, .seq = b->seq, .text = line});
}

/* Questions of a command are answered by Enter; [yes/no] by the next line, if that is an answer. */
static void batch_answer(struct batch *b, struct str question)
{
	struct str line, q = str_trim(question), end = STR("[yes/no]:");
	bool asks = q.len >= end.len && memcmp(q.p + q.len - end.len, end.p, end.len) == 0;
	if (asks && batch_peek(b, &line) &&
	    (str_caseeq(str_trim(line), STR("yes")) || str_caseeq(str_trim(line), STR("no")))) {
		batch_send(b, str_trim(line));
		batch_take(b);
	} else {
		batch_send(b, STR(""));
	}
}

/* Reads until the appliance wants the next line. */
static bool batch_wait(struct batch *b)
{
	struct out held;
	unsigned long number = b->number;
	out_init(&held);
	bool refused = false, known = false;
	for (bool ready = false; !ready && !b->over;) {
		struct proto_msg m;
		switch (conn_read(b->conn, &m, true)) {
		case PROTO_READ_MORE:
			continue;
		case PROTO_READ_BAD:
			batch_broken(b, "the connection to the appliance was lost");
			continue;
		case PROTO_READ_OK:
			break;
		}
		switch (m.type) {
		case PROTO_OUT:
			out_put(&held, m.text);
			if (held.len > BATCH_HOLD) {
				batch_print(b, out_text(&held), number, false);
				out_clear(&held);
			}
			break;
		case PROTO_RESULT:
			refused = m.kind != 0;
			known = true;
			break;
		case PROTO_PROMPT:
			b->seq = m.seq;
			ready = m.kind == PROTO_ASK_LINE || m.kind == PROTO_ASK_PASTE;
			if (!ready)
				batch_answer(b, m.text);
			break;
		case PROTO_BYE:
			if (m.text.len > 0)
				fprintf(stderr, "postern: %.*s\n", STR_ARG(m.text));
			b->over = true;
			b->status = m.kind;
			break;
		default:
			break;
		}
	}
	batch_print(b, out_text(&held), number, known && refused);
	b->refused = b->refused || refused;
	out_free(&held);
	return !b->over;
}

/* ------------------------------------------------------------------ the whole */

/* Says hello and waits for the first prompt. false: over, told on stderr. */
static bool batch_start(struct batch *b, struct conn *conn)
{
	b->conn = conn;
	/* When this fails the reason stands in what the appliance sent: batch_wait finds it. */
	(void)conn_send(conn,
	                &(struct proto_msg){.type = PROTO_HELLO,
	                                    .version = PROTO_VERSION,
	                                    .kind = (uint8_t)(PROTO_BATCH |
	                                                      (b->file != NULL ? PROTO_CONFIG : 0))});
	return batch_wait(b);
}

static void batch_lines(struct batch *b)
{
	struct str line;
	while (!b->over && batch_peek(b, &line)) {
		batch_take(b);
		if (line.len > PROTO_LINE_MAX) {
			batch_print(b, STR("ERROR: line too long\n"), b->number, true);
			b->refused = true;
			continue;
		}
		batch_send(b, line);
		batch_wait(b);
	}
}

static int batch_run(struct batch *b, struct conn *conn)
{
	if (batch_start(b, conn))
		batch_lines(b);
	if (!b->over) {
		(void)conn_send(b->conn, &(struct proto_msg){.type = PROTO_EOF});
		while (!b->over)
			batch_wait(b);
	}
	if (b->text != NULL)
		wipe(b->text, b->cap);
	free(b->text);
	if (b->status != 0)
		return b->status;
	return b->refused ? 1 : 0;
}

int batch_commands(struct conn *conn, char **cmds, size_t n)
{
	struct batch b = {.cmds = cmds, .ncmds = n};
	return batch_run(&b, conn);
}

int batch_path(struct conn *conn, const char *name)
{
	bool from_stdin = strcmp(name, "-") == 0;
	FILE *f = from_stdin ? stdin : fopen(name, "re");
	if (f == NULL) {
		fprintf(stderr, "postern: %s: %s\n", name, strerror(errno));
		return 1;
	}
	struct batch b = {.file = from_stdin ? "stdin" : name, .in = f};
	int status = batch_run(&b, conn);
	if (!from_stdin)
		fclose(f);
	return status;
}
