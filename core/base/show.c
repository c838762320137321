#include "core/base/show.h"

#include "core/base/rec.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLES_MAX = 64 };

static struct {
	const struct cmd_entry *table;
	size_t n;
	void *ctx;
} tables[TABLES_MAX];
static size_t n_tables;

/* The last one: `peer <peer>` gives the keyword and then the argument under one name. */
static const struct cmd_arg *find_arg(const struct cmd *c, const char *name)
{
	for (size_t i = c->nargs; i > 0; i--)
		if (strcmp(c->args[i - 1].name, name) == 0)
			return &c->args[i - 1];
	return NULL;
}

bool cmd_has(const struct cmd *c, const char *name)
{
	return find_arg(c, name) != NULL;
}

bool cmd_u32(const struct cmd *c, const char *name, uint32_t *value)
{
	const struct cmd_arg *arg = find_arg(c, name);
	if (arg == NULL)
		return false;
	*value = arg->u32;
	return true;
}

struct str cmd_text(const struct cmd *c, const char *name)
{
	const struct cmd_arg *arg = find_arg(c, name);
	return arg != NULL ? arg->text : (struct str){"", 0};
}

const char *cmd_user(const struct cmd *c)
{
	const char *user = c->host && c->host->user ? c->host->user(c->session) : NULL;
	return user != NULL ? user : "enable_15";
}

bool cmd_pix(const struct cmd *c)
{
	const char *name = c->host && c->host->dialect ? c->host->dialect(c->session) : NULL;
	return name != NULL && strncmp(name, "pix", 3) == 0 && !rec_wanted(c->out);
}

int cmd_fail(struct cmd *c, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (rec_wanted(c->out))
		rec_error(c->out, text);
	else
		out_printf(c->out, "ERROR: %s\n", text);
	return CMD_ERROR;
}

void cmd_register(const struct cmd_entry *table, size_t n, void *ctx)
{
	for (size_t i = 0; i < n; i++)
		if (cmd_find(table[i].name, NULL) != NULL) {
			fprintf(stderr, "command handler %s registered twice\n", table[i].name);
			abort();
		}
	if (n_tables == TABLES_MAX)
		abort();
	tables[n_tables].table = table;
	tables[n_tables].n = n;
	tables[n_tables++].ctx = ctx;
}

cmd_fn *cmd_find(const char *name, void **ctx)
{
	for (size_t t = 0; t < n_tables; t++)
		for (size_t i = 0; i < tables[t].n; i++)
			if (strcmp(tables[t].table[i].name, name) == 0) {
				if (ctx != NULL)
					*ctx = tables[t].ctx;
				return tables[t].table[i].fn;
			}
	return NULL;
}

void cmd_registry_clear(void)
{
	n_tables = 0;
}

void cmd_each(void (*fn)(void *arg, const char *name), void *arg)
{
	for (size_t t = 0; t < n_tables; t++)
		for (size_t i = 0; i < tables[t].n; i++)
			fn(arg, tables[t].table[i].name);
}
