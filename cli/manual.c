#include "cli/manual.h"

/* Help of the last keyword before the first argument: what the command is for. */
static const char *line_help(const struct line *l)
{
	const char *help = NULL;
	for (const struct item *i = l->items; i != NULL && i->kind == ITEM_WORD; i = i->next)
		help = i->help != NULL ? i->help : help;
	return help;
}

static void write_choices(const struct field *f, struct out *out)
{
	for (size_t i = 0; i < f->nchoices; i++) {
		const struct choice *c = &f->choices[i];
		out_printf(out, "    * `%s`%s%s\n", c->word, c->help != NULL ? ": " : "",
		           c->help != NULL ? c->help : "");
	}
	for (size_t i = 0; i < f->nwords; i++)
		out_printf(out, "    * `%s`\n", f->words[i].word);
}

static void write_field(const struct item *i, struct out *out)
{
	const struct field *f = i->field;
	if (f == NULL)
		return;
	out_printf(out, "  * `%s`: %s", i->word, f->help != NULL ? f->help : f->type->name);
	if ((f->flags & FIELD_HAS_MIN) && (f->flags & FIELD_HAS_MAX))
		out_printf(out, " (%u to %u%s%s)", f->min, f->max, f->unit != NULL ? " " : "",
		           f->unit != NULL ? f->unit : "");
	if (f->flags & FIELD_REQUIRED)
		out_str(out, ", required");
	out_str(out, "\n");
	write_choices(f, out);
}

static void write_fields(const struct item *i, struct out *out)
{
	for (; i != NULL; i = i->next) {
		if (i->kind == ITEM_ARG)
			write_field(i, out);
		else if (i->kind != ITEM_WORD)
			write_fields(i->kids, out);
	}
}

static void write_line(const struct line *l, struct out *out)
{
	const char *help = line_help(l);
	out_printf(out, "### `%s`\n\n", l->text);
	if (help != NULL)
		out_printf(out, "%s.\n\n", help);
	if (l->doc != NULL)
		out_printf(out, "%s\n\n", l->doc);
	struct out fields;
	out_init(&fields);
	write_fields(l->items, &fields);
	if (fields.len > 0)
		out_printf(out, "%s\n", fields.text);
	out_free(&fields);
	if (l->inert != NULL)
		out_printf(out, "Kept without effect: %s.\n\n", l->inert);
	if (l->refused != NULL)
		out_printf(out, "Refused: %s.\n\n", l->refused);
	if (l->enter != NULL)
		out_printf(out, "Enters `%s`.\n\n", l->enter->prompt);
	for (const struct line *m = l->mode->lines; m != NULL; m = m->next)
		if (m->modern == l)
			out_printf(out, "Also accepted: `%s`.\n\n", m->text);
}

void manual_write(const struct grammar *g, struct out *out)
{
	out_str(out,
	        "# Command reference\n\n"
	        "What a change of configuration does to sessions that are up stands in README.md, "
	        "\"Configuration changes under live sessions\".\n\n");
	for (const struct mode *m = g->modes; m != NULL; m = m->next) {
		out_printf(out, "## %s `%s`\n\n", m->title != NULL ? m->title : m->name,
		           m->prompt != NULL ? m->prompt : "");
		for (const struct line *l = m->lines; l != NULL; l = l->next)
			if (!(l->flags & LINE_LEGACY))
				write_line(l, out);
	}
}
