/* show logging in the form of PIX 6: fewer destinations, and messages without "%ASA-6-" in front. */
#include <string.h>

#include "core/net/logsink.h"

static bool later_release(const char *line)
{
	static const char *const only[] = {
	        "    Hide Username logging:", "    Debug-trace logging:",
	        "    Permit-hostdown logging:", "    Mail logging:", "    ASDM logging:"};
	for (size_t i = 0; i < sizeof(only) / sizeof(only[0]); i++)
		if (strncmp(line, only[i], strlen(only[i])) == 0)
			return true;
	return false;
}

/* Behind "%ASA-6-" when the line holds it before its text. */
static const char *name_end(const char *line, size_t len)
{
	static const char mark[] = "%ASA-";
	const char *at = memmem(line, len, mark, sizeof(mark) - 1);
	if (!at || (size_t)(at - line) + 7 > len || at[6] != '-')
		return NULL;
	return at + 7;
}

void logsink_pix(struct out *o)
{
	struct out shown;
	if (o->len == 0)
		return;
	out_init(&shown);
	for (const char *p = o->text; *p;) {
		size_t n = strcspn(p, "\n");
		const char *text = name_end(p, n);
		if (text) /* what stands before it, a time, stays */
			out_printf(&shown, "%.*s%.*s\n", (int)(text - 7 - p), p,
			           (int)(n - (size_t)(text - p)), text);
		else if (!later_release(p))
			out_printf(&shown, "%.*s\n", (int)n, p);
		p += n + (p[n] == '\n');
	}
	out_clear(o);
	out_put(o, out_text(&shown));
	out_free(&shown);
}
