#include "cli/config/names.h"

#include "core/base/ip4.h"
#include "core/config/read.h"

/* Names in one line; more than any line has addresses. */
enum { NAMES_MAX = 16 };

static const struct centry *find(const struct conf *c, struct str word)
{
	if (!schema_find(c->schema, "name")) /* another grammar */
		return NULL;
	for (const struct centry *e = conf_first(c, "name"); e; e = conf_next(c, e)) {
		if (str_eq(conf_text(e, "name"), word))
			return e;
	}
	return NULL;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The word of the line around this column: the caret may stand behind letters that began a keyword. */
static struct str word_at(struct str line, size_t column)
{
	size_t from = column < line.len ? column : line.len, to = from;

	while (from && !blank(line.p[from - 1]))
		from--;
	while (to < line.len && !blank(line.p[to]))
		to++;
	return (struct str){line.p + from, to - from};
}

/* The same line with the address in place of the name. */
static struct out with_address(struct str line, struct str name, uint32_t ip)
{
	size_t at = (size_t)(name.p - line.p);
	struct out to;

	out_init(&to);
	out_put(&to, (struct str){line.p, at});
	out_str(&to, ip4_text(ip).s);
	out_put(&to, (struct str){name.p + name.len, line.len - at - name.len});
	return to;
}

enum match_status names_match_line(const struct grammar *g, const struct cli_ctx *ctx, const struct conf *c,
                                   struct str line, int privilege, struct out *named, struct match *m,
                                   struct match_fail *fail)
{
	enum match_status status = match_line(g, ctx, line, privilege, m, fail);
	struct str now = line;

	for (int n = 0; status == MATCH_INVALID && n < NAMES_MAX; n++) {
		struct str word = word_at(now, fail->column);
		const struct centry *e = word.len ? find(c, word) : NULL;
		struct out next;

		if (!e)
			break;
		next = with_address(now, word, conf_ip(e, "address"));
		out_free(named);
		*named = next;
		now = out_text(named);
		status = match_line(g, ctx, now, privilege, m, fail);
	}
	/* Names stand before what fails. */
	if (fail->status == MATCH_INVALID)
		fail->column -= now.len - line.len;
	if (status != MATCH_OK)
		fail->typed = (struct str){line.p, fail->typed.len - (now.len - line.len)};
	return status;
}
