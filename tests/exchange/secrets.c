#include "tests/exchange/secrets.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/debug.h"
#include "core/base/log.h"

enum { HEARD_MAX = 16 << 20 };

static char *heard, *squeezed;
static size_t heard_len, squeezed_len, squeezed_of;

static void hear(const char *text)
{
	size_t len = strlen(text);
	if (heard_len + len + 2 > HEARD_MAX)
		fail_msg("more was said than is listened to");
	memcpy(heard + heard_len, text, len);
	heard_len += len;
	heard[heard_len++] = '\n';
}

static void on_log(void *arg, const struct log_line *line)
{
	(void)arg;
	hear(line->text);
}

static void on_debug(void *arg, const char *line)
{
	(void)arg;
	hear(line);
}

static struct log_sink log_sink = {.level = LOGL_DEBUGGING, .write = on_log};
static struct debug_sink debug_sink = {.write = on_debug};
static struct debug_sink pix_sink = {.write = on_debug, .pix = true}; /* the dialect's own texts */

void secrets_listen(void)
{
	heard = malloc(HEARD_MAX);
	squeezed = malloc(HEARD_MAX);
	heard_len = squeezed_of = squeezed_len = 0;
	log_sink_add(&log_sink);
	debug_sink_add(&debug_sink);
	for (unsigned cat = 0; cat < DEBUG_N; cat++)
		debug_set(&debug_sink, (enum debug_cat)cat, debug_max_level((enum debug_cat)cat));
	debug_sink_add(&pix_sink);
	debug_set(&pix_sink, DEBUG_IKEV1, 255);
	debug_set(&pix_sink, DEBUG_IPSEC, 255);
	debug_set(&pix_sink, DEBUG_PPP_UAUTH, 1);
}

void secrets_stop(void)
{
	debug_sink_remove(&debug_sink);
	debug_sink_remove(&pix_sink);
	log_sink_remove(&log_sink);
	free(heard);
	free(squeezed);
	heard = squeezed = NULL;
}

size_t secrets_heard(void)
{
	return heard_len;
}

/* Without what stands between the digits of a dump, in small letters. */
static void squeeze(void)
{
	squeezed_len = 0;
	for (size_t i = 0; i < heard_len; i++)
		if (!isspace((unsigned char)heard[i]) && heard[i] != ':')
			squeezed[squeezed_len++] = (char)tolower((unsigned char)heard[i]);
	squeezed_of = heard_len;
}

bool secrets_told(const void *secret, size_t len)
{
	const uint8_t *p = secret;
	char hex[2 * 64 + 1] = "";
	if (squeezed_of != heard_len)
		squeeze();
	for (size_t i = 0; i < len && i < 64; i++)
		snprintf(hex + 2 * i, 3, "%02x", p[i]);
	return memmem(heard, heard_len, secret, len) != NULL ||
	       memmem(squeezed, squeezed_len, hex, strlen(hex)) != NULL;
}

void secrets_check(const char *what, const void *secret, size_t len)
{
	if (secrets_told(secret, len))
		fail_msg("%s was told", what);
}
