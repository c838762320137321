#include "core/net/offload.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const names[OFFLOAD_BITS] = {
#define X(name, spelling, text) spelling,
        OFFLOAD_LIST(X)
#undef X
};
static const char *const texts[OFFLOAD_BITS] = {
#define X(name, spelling, text) text,
        OFFLOAD_LIST(X)
#undef X
};

const char *offload_name(enum offload_bit bit)
{
	return bit < OFFLOAD_BITS ? names[bit] : "";
}

const char *offload_text(enum offload_bit bit)
{
	return bit < OFFLOAD_BITS ? texts[bit] : "";
}

static uint32_t mask_of(const char *word, size_t len)
{
	if (len == 3 && memcmp(word, "all", 3) == 0)
		return OFFLOAD_ALL;
	for (unsigned i = 0; i < OFFLOAD_BITS; i++)
		if (strlen(names[i]) == len && memcmp(word, names[i], len) == 0)
			return 1u << i;
	return 0;
}

static int unknown(const char *word, size_t len, struct err *err)
{
	char known[160] = "";
	size_t at = 0;
	for (unsigned i = 0; i < OFFLOAD_BITS; i++)
		at += (size_t)snprintf(known + at, sizeof known - at, " %s", names[i]);
	return err_set(err, -EINVAL, "no offload is called \"%.*s\": all%s", (int)len, word, known);
}

int offload_forbid(const char *list, uint32_t *allowed, struct err *err)
{
	for (const char *at = list;; at++) {
		size_t len = strcspn(at, ",");
		uint32_t mask = mask_of(at, len);
		if (mask == 0)
			return unknown(at, len, err);
		*allowed &= ~mask;
		at += len;
		if (*at == '\0')
			return 0;
	}
}
