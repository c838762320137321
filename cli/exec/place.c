#include "cli/exec/place.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/exec/flash.h"
#include "core/base/buf.h"

static const struct {
	const char *word;
	enum place_kind kind;
} words[] = {
        {"running-config", PLACE_RUNNING},
        {"system:running-config", PLACE_RUNNING},
        {"system:/running-config", PLACE_RUNNING},
        {"startup-config", PLACE_STARTUP},
        {"nvram:startup-config", PLACE_STARTUP},
        {"nvram:/startup-config", PLACE_STARTUP},
        {"replace:", PLACE_REPLACE},
};
static const char *const disks[] = {"disk0:", "flash:"};
static const char *const schemes[] = {"http", "https", "ftp", "tftp"};

static bool bad(struct err *err, struct str text, const char *why)
{
	err_set(err, -EINVAL, "%%Error opening %.*s (%s)", STR_ARG(text), why);
	return false;
}

/* After the name of the disk; its root has no folders. */
static bool parse_flash(struct place *p, struct str name)
{
	p->kind = PLACE_FLASH;
	if (name.len > 0 && name.p[0] == '/')
		name = (struct str){name.p + 1, name.len - 1};
	return name.len == 0 || (flash_name_ok(name) && str_copy(p->name, sizeof(p->name), name));
}

static bool plain(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return false;
	return true;
}

static bool parse_url(struct place *p, struct str text, struct str rest)
{
	p->kind = PLACE_URL;
	for (size_t i = 0; i < text.len - rest.len - 3; i++)
		p->scheme[i] = (char)tolower((unsigned char)text.p[i]);
	const char *slash = memchr(rest.p, '/', rest.len);
	struct str host = {rest.p, slash ? (size_t)(slash - rest.p) : rest.len};
	struct str path = {slash ? slash + 1 : "", slash ? rest.len - host.len - 1 : 0};
	const char *at = host.len > 0 ? memrchr(host.p, '@', host.len) : NULL;
	if (at) {
		size_t len = (size_t)(at - host.p);
		p->credential = strndup(host.p, len);
		host = (struct str){at + 1, host.len - len - 1};
	}
	return plain(text) && host.len > 0 && str_copy(p->host, sizeof(p->host), host) &&
	       str_copy(p->name, sizeof(p->name), path);
}

bool place_parse(struct place *p, struct str text, struct err *err)
{
	*p = (struct place){0};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_caseeq(text, str_of(words[i].word))) {
			p->kind = words[i].kind;
			return true;
		}
	for (size_t i = 0; i < sizeof(disks) / sizeof(disks[0]); i++) {
		struct str disk = str_of(disks[i]);
		struct str name = {text.p + disk.len, text.len - disk.len};
		if (str_has_prefix_nocase(text, disk))
			return parse_flash(p, name) || bad(err, text, strerror(EINVAL));
	}
	if (str_has_prefix_nocase(text, STR("capture:")) && text.len > 8) {
		p->kind = PLACE_CAPTURE;
		return str_copy(p->name, sizeof(p->name), (struct str){text.p + 8, text.len - 8}) ||
		       bad(err, text, strerror(EINVAL));
	}
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t len = strlen(schemes[i]) + 3;
		char begin[12];
		snprintf(begin, sizeof(begin), "%s://", schemes[i]);
		if (str_has_prefix_nocase(text, str_of(begin)))
			return parse_url(p, text, (struct str){text.p + len, text.len - len}) ||
			       bad(err, str_of(begin), strerror(EINVAL));
	}
	if (memchr(text.p ? text.p : "", ':', text.len))
		return bad(err, text, "No such device");
	return parse_flash(p, text) || bad(err, text, strerror(EINVAL));
}

void place_clear(struct place *p)
{
	if (p->credential) {
		wipe(p->credential, strlen(p->credential));
		free(p->credential);
	}
	*p = (struct place){0};
}

bool place_rename(struct place *p, struct str name)
{
	struct err err;
	struct place other;
	if (p->kind == PLACE_URL)
		return plain(name) && str_copy(p->name, sizeof(p->name), name);
	bool ok = place_parse(&other, name, &err) && other.kind == p->kind;
	if (ok && p->kind == PLACE_FLASH)
		*p = other;
	else
		place_clear(&other);
	return ok;
}

const char *place_prefix(const struct place *p)
{
	switch (p->kind) {
	case PLACE_RUNNING:
	case PLACE_REPLACE:
		return "system:/";
	case PLACE_STARTUP:
		return "nvram:/";
	case PLACE_FLASH:
		return "disk0:/";
	case PLACE_CAPTURE:
		return "capture:";
	case PLACE_URL:
		break;
	}
	return "";
}

void place_print(const struct place *p, struct out *out)
{
	if (p->kind == PLACE_URL)
		out_printf(out, "%s://%s/%s", p->scheme, p->host, p->name);
	else
		out_printf(out, "%s%s", place_prefix(p), place_file(p));
}

const char *place_file(const struct place *p)
{
	switch (p->kind) {
	case PLACE_RUNNING:
	case PLACE_REPLACE:
		return "running-config";
	case PLACE_STARTUP:
		return "startup-config";
	case PLACE_FLASH:
	case PLACE_CAPTURE:
	case PLACE_URL:
		break;
	}
	return p->name;
}

const char *place_word(const struct place *p)
{
	static char text[800];
	struct out out;
	if (p->kind == PLACE_RUNNING || p->kind == PLACE_STARTUP)
		return place_file(p);
	out_init(&out);
	place_print(p, &out);
	str_copy(text, sizeof(text), out_text(&out));
	out_free(&out);
	return text;
}

char *place_url(const struct place *p)
{
	char *url = NULL;
	if (asprintf(&url, "%s://%s%s%s/%s", p->scheme, p->credential ? p->credential : "",
	             p->credential ? "@" : "", p->host, p->name) < 0)
		return NULL;
	return url;
}
