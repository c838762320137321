/* What a directory may say of a user, by any map. Lines: "n OURS THEIRS" a name of the map, "v THEIRS OURS VALUE" a value
 * of it, "a NAME" an attribute, anything else one of its values. */
#include <stdlib.h>
#include <string.h>

#include "core/aaa/ldap_map.h"

enum { LINES_MAX = 128, LEN_MAX = 8192 };

static struct aaa_map_name names[LINES_MAX];
static struct aaa_map_value values[LINES_MAX];
static struct job answer;

static const char *word(char **rest)
{
	char *w = strsep(rest, " ");
	return w != NULL ? w : "";
}

static void take_line(struct aaa_map *map, char *line)
{
	char *rest = line;
	if (strncmp(line, "n ", 2) == 0 && map->nnames < LINES_MAX) {
		word(&rest);
		const char *ours = word(&rest);
		names[map->nnames++] = (struct aaa_map_name){rest != NULL ? rest : "", ours};
	} else if (strncmp(line, "v ", 2) == 0 && map->nvalues < LINES_MAX) {
		word(&rest);
		const char *theirs = word(&rest), *ours = word(&rest);
		values[map->nvalues++] = (struct aaa_map_value){theirs, rest != NULL ? rest : "", ours};
	} else if (answer.nrows < JOB_ROWS_MAX) {
		bool name = strncmp(line, "a ", 2) == 0;
		answer.rows[answer.nrows++] =
		        (struct job_row){name ? JOB_ATTRIBUTE : JOB_VALUE, name ? line + 2 : line};
	}
}

static void check(const struct aaa_reply *r)
{
	const struct {
		const char *text;
		size_t cap;
	} texts[] = {{r->policy, sizeof r->policy}, {r->hours, sizeof r->hours},   {r->filter, sizeof r->filter},
	             {r->pool, sizeof r->pool},     {r->domain, sizeof r->domain}, {r->banner, sizeof r->banner},
	             {r->group_lock, sizeof r->group_lock}};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (memchr(texts[i].text, '\0', texts[i].cap) == NULL)
			abort();
	if (r->privilege < -1 || r->privilege > 15 || (r->a.has_hours && r->hours[0] == '\0'))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[LEN_MAX + 1];
	struct aaa_map map = {.names = names, .values = values};
	if (size > LEN_MAX)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	answer.nrows = 0;
	char *rest = text;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;)
		take_line(&map, line);
	struct aaa_reply *r = aaa_reply_new();
	if (r == NULL)
		abort();
	ldap_map_apply(&map, &answer, NULL, r);
	check(r);
	aaa_reply_free(r);
	return 0;
}
