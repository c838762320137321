/* What the appliance shows has the shape of the samples in tests/vectors/shows: a file each, with the command, who is
 * connected and where the sample comes from in its head. Only addresses, numbers, dates and what aligns them may
 * differ; lines of one shape that follow each other count as one (a table may have any number of rows). */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/full.h"
#include "tests/shape/shape.h"

enum { SAMPLES_MAX = 100 };

struct sample {
	char name[64], command[128], state[16], *text;
};

static struct sample samples[SAMPLES_MAX];
static size_t n_samples;

static void head_value(const char *line, const char *key, char *dst, size_t cap)
{
	size_t n = strlen(key);
	if (strncmp(line, key, n) == 0)
		str_copy(dst, cap, (struct str){line + n, strcspn(line + n, "\n")});
}

static void sample_read(const char *path, const char *name)
{
	struct sample *s = &samples[n_samples++];
	char line[512], source[256] = "";
	struct out text = {0};
	FILE *f = fopen(path, "re");
	assert_non_null(f);
	str_copy(s->name, sizeof s->name, str_of(name));
	while (fgets(line, sizeof line, f) != NULL) {
		head_value(line, "## command: ", s->command, sizeof s->command);
		head_value(line, "## state: ", s->state, sizeof s->state);
		head_value(line, "## source: ", source, sizeof source);
		if (strncmp(line, "## ", 3) != 0)
			out_str(&text, line);
	}
	fclose(f);
	s->text = text.text;
	assert_true(s->command[0] != '\0' && s->state[0] != '\0' && source[0] != '\0');
	assert_non_null(s->text);
}

static int samples_read(void **state)
{
	(void)state;
	DIR *dir = opendir(SHOWS_DIR);
	struct dirent *e;
	while (dir != NULL && (e = readdir(dir)) != NULL && n_samples < SAMPLES_MAX) {
		char path[512];
		snprintf(path, sizeof path, "%s/%s", SHOWS_DIR, e->d_name);
		if (strstr(e->d_name, ".txt") != NULL)
			sample_read(path, e->d_name);
	}
	closedir(dir);
	return n_samples > 30 ? 0 : -1;
}

static int samples_free(void **state)
{
	(void)state;
	while (n_samples > 0)
		free(samples[--n_samples].text);
	return 0;
}

/* "<ip>  manual" and "<ip> manual": whether a masked word filled its column is its own affair. */
static void put_line(struct out *shape, struct str line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.p[i] != ' ' || i == 0 || i + 1 == line.len || line.p[i + 1] != ' ' ||
		    (line.p[i - 1] != '>' && line.p[i - 1] != ' ') ||
		    shape->text[shape->len - 1] != '>')
			out_put(shape, (struct str){line.p + i, 1});
}

static void replace(struct out *o, const char *from, const char *to)
{
	struct out done = {0};
	const char *p = o->text, *at;
	for (; (at = strstr(p, from)) != NULL; p = at + strlen(from)) {
		out_put(&done, (struct str){p, (size_t)(at - p)});
		out_str(&done, to);
	}
	out_str(&done, p);
	out_free(o);
	*o = done;
}

/* The shape without repeated lines and without blanks at line ends that a sample may have lost. A hexadecimal number
 * may happen to have no letter. */
static void shape_of(const char *text, struct out *shape)
{
	struct out masked = {0};
	struct str last = {NULL, 0};
	shape_mask(str_of(text), &masked);
	replace(&masked, "<hex>", "<n>");
	for (const char *p = masked.text; p != NULL && *p != '\0';) {
		size_t n = strcspn(p, "\n");
		struct str line = {p, n};
		while (line.len > 0 && line.p[line.len - 1] == ' ')
			line.len--;
		if (last.p == NULL || line.len == 0 || !str_eq(line, last)) {
			put_line(shape, line);
			out_str(shape, "\n");
		}
		last = line;
		p += n + (p[n] == '\n');
	}
	out_str(shape, "");
	out_free(&masked);
}

static unsigned differ(struct world *w, const char *state)
{
	unsigned failed = 0;
	for (size_t i = 0; i < n_samples; i++) {
		const struct sample *s = &samples[i];
		struct out want = {0}, got = {0};
		if (strcmp(s->state, state) != 0)
			continue;
		const char *text = world_show(w, s->command);
		shape_of(s->text, &want);
		shape_of(text, &got);
		if (strcmp(want.text, got.text) != 0) {
			failed++;
			print_message("%s: %s\n", s->name, s->command);
			fprintf(stderr, "--- sample\n%s--- shown\n%s", want.text, got.text);
		}
		out_free(&want);
		out_free(&got);
	}
	return failed;
}

static void nobody(void **state)
{
	world_edit(*state, "no logging console\nno logging enable\n"
	                   "interface GigabitEthernet0/0\n description to iosv-1\n");
	assert_int_equal(differ(*state, "nobody"), 0);
}

static void check_with(struct world *w, uint32_t private_ip, const char *state)
{
	struct client_habits habits = client_windows;
	/* as the samples have it */
	habits.cipher = "3des";
	habits.group = 2;
	habits.esp = (struct esp_alg){ESP_CIPHER_3DES, 24, ESP_MAC_SHA1};
	habits.private_ip = private_ip;
	struct client *c = client_new(w, &habits, private_ip != 0 ? ROUTER_IP : HOME_IP);
	client_enter(c);
	client_data(c, 5);
	unsigned failed = differ(w, state);
	client_leave(c);
	client_free(c);
	assert_int_equal(failed, 0);
}

static void client(void **state)
{
	check_with(*state, 0, "client");
}

static void behind_nat(void **state)
{
	check_with(*state, BEHIND_IP, "natt");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(nobody, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(client, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(behind_nat, world_setup, world_teardown),
	};
	return cmocka_run_group_tests(tests, samples_read, samples_free);
}
