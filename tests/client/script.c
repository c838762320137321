#include "tests/client/script.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	unsigned bytes;
} names[NAME_N] = {
        [NAME_IP] = {"ip", 4},           [NAME_SERVER] = {"server", 4},   [NAME_SPI] = {"spi", 4},
        [NAME_ENCAP] = {"encap", 2},     [NAME_TUNNEL] = {"tunnel", 2},   [NAME_CALL] = {"call", 2},
        [NAME_RESULT] = {"result", 2},   [NAME_RESULT_LE] = {"result-le", 2}, [NAME_ADDRESS] = {"address", 4},
        [NAME_DNS1] = {"dns1", 4},       [NAME_NBNS1] = {"nbns1", 4},     [NAME_DNS2] = {"dns2", 4},
        [NAME_NBNS2] = {"nbns2", 4},      [NAME_AUTH] = {"auth", 2},
        [NAME_GROUP] = {"group", 2},
};

static enum script_name name_of(const char *p, size_t len)
{
	unsigned i = 0;
	while (i < NAME_N && (strlen(names[i].name) != len || strncmp(names[i].name, p, len) != 0))
		i++;
	return (enum script_name)i;
}

/* One piece of a form: its length, 0 when it is none. */
static size_t piece(const char *p, const char **why)
{
	const char *end;
	switch (*p) {
	case ' ':
		return 1;
	case '\'':
		end = strchr(p + 1, '\'');
		*why = "text without its second '";
		return end != NULL ? (size_t)(end - p) + 1 : 0;
	case '{':
		end = strchr(p, '}');
		*why = "no such name";
		return end != NULL && name_of(p + 1, (size_t)(end - p) - 1) != NAME_N ? (size_t)(end - p) + 1 : 0;
	default:
		*why = "not two hex digits";
		return isxdigit((unsigned char)p[0]) && isxdigit((unsigned char)p[1]) ? 2 : 0;
	}
}

const char *script_form_wrong(const char *form, size_t *at)
{
	const char *why = "";
	size_t len;
	for (*at = 0; form[*at] != '\0'; *at += len) {
		len = piece(form + *at, &why);
		if (len == 0)
			return why;
	}
	return NULL;
}

static void write_value(struct wr *w, const char *p, size_t len, const struct script_values *values)
{
	enum script_name name = name_of(p, len);
	if (name == NAME_N || values == NULL)
		abort();
	if (names[name].bytes == 4)
		wr_u32(w, values->v[name]);
	else
		wr_u16(w, (uint16_t)values->v[name]);
}

void script_write(struct wr *w, const char *form, const struct script_values *values)
{
	const char *why = "";
	for (size_t len; *form != '\0'; form += len) {
		char hex[3] = {0};
		len = piece(form, &why);
		switch (*form) {
		case ' ':
			break;
		case '\'':
			wr_bytes(w, form + 1, len - 2);
			break;
		case '{':
			write_value(w, form + 1, len - 2, values);
			break;
		default:
			if (len == 0)
				abort();
			memcpy(hex, form, 2);
			wr_u8(w, (uint8_t)strtoul(hex, NULL, 16));
		}
	}
}
