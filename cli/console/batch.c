#include "cli/console/batch.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/out.h"

enum {
	BATCH_HOLD = 256 * 1024
}; /* output kept back until it is known whether the line was accepted */

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

/* Questions of a command are answered by Enter. */
static void batch_answer(const struct batch *b)
{
	(void)conn_send(b->conn,
	                &(struct proto_msg){.type = PROTO_LINE, .seq = b->seq, .text = STR("")});
}

/* Reads until the appliance wants the next line. */
static bool batch_wait(struct batch *b, unsigned long number)
{
	struct out held;
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
			ready = m.kind == PROTO_ASK_LINE;
			if (!ready) /* a question that came late */
				batch_answer(b);
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

bool batch_start(struct batch *b, struct conn *conn, const char *file)
{
	*b = (struct batch){.conn = conn, .file = file};
	/* When this fails the reason stands in what the appliance sent: batch_wait finds it. */
	(void)conn_send(conn,
	                &(struct proto_msg){.type = PROTO_HELLO,
	                                    .version = PROTO_VERSION,
	                                    .kind = (uint8_t)(PROTO_BATCH |
	                                                      (file != NULL ? PROTO_CONFIG : 0))});
	return batch_wait(b, 0);
}

bool batch_line(struct batch *b, struct str line, unsigned long number)
{
	if (line.len > PROTO_LINE_MAX) {
		batch_print(b, STR("ERROR: line too long\n"), number, true);
		b->refused = true;
		return true;
	}
	(void)conn_send(b->conn,
	                &(struct proto_msg){.type = PROTO_LINE, .seq = b->seq, .text = line});
	return batch_wait(b, number);
}

bool batch_file(struct batch *b, FILE *f)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	unsigned long number = 0;
	while (!b->over && (n = getline(&line, &cap, f)) >= 0) {
		while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
			n--;
		batch_line(b, (struct str){line, (size_t)n}, ++number);
	}
	free(line);
	return !b->over;
}

int batch_end(struct batch *b)
{
	if (!b->over) {
		(void)conn_send(b->conn, &(struct proto_msg){.type = PROTO_EOF});
		while (!b->over)
			batch_wait(b, 0);
	}
	if (b->status != 0)
		return b->status;
	return b->refused ? 1 : 0;
}

int batch_commands(struct conn *conn, char **cmds, size_t n)
{
	struct batch b;
	batch_start(&b, conn, NULL);
	for (size_t i = 0; i < n && !b.over; i++)
		batch_line(&b, str_of(cmds[i]), 0);
	return batch_end(&b);
}

int batch_path(struct conn *conn, const char *name)
{
	bool from_stdin = strcmp(name, "-") == 0;
	FILE *f = from_stdin ? stdin : fopen(name, "re");
	if (f == NULL) {
		fprintf(stderr, "postern: %s: %s\n", name, strerror(errno));
		return 1;
	}
	struct batch b;
	if (batch_start(&b, conn, from_stdin ? "stdin" : name))
		batch_file(&b, f);
	if (!from_stdin)
		fclose(f);
	return batch_end(&b);
}
