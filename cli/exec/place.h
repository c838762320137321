/* What `copy` takes as source or destination. */
#ifndef CLI_EXEC_PLACE_H
#define CLI_EXEC_PLACE_H

#include "core/base/err.h"
#include "core/base/out.h"

enum place_kind {
	PLACE_RUNNING, /* running-config, system:running-config */
	PLACE_STARTUP, /* startup-config, nvram:startup-config */
	PLACE_FLASH,   /* disk0:NAME, flash:NAME, NAME */
	PLACE_URL,     /* http://, https://, ftp://, tftp:// */
	PLACE_CAPTURE, /* capture:NAME, as a source */
	PLACE_REPLACE, /* running-config, in place of what is there */
};

struct place {
	enum place_kind kind;
	char scheme[8], host[256];
	char name[512];   /* file, or path of a URL; empty where only the file system was named */
	char *credential; /* of a URL, "user:password"; wiped */
};

/* False with err in the appliance's words. */
bool place_parse(struct place *p, struct str text, struct err *err);
void place_clear(struct place *p);
/* Another name at the same place; false when it cannot be one. */
bool place_rename(struct place *p, struct str name);
/* "disk0:/a", "http://host/a": never with what is before the @ of a URL. */
void place_print(const struct place *p, struct out *out);
const char *place_prefix(const struct place *p); /* "disk0:/" */
/* What dialogues call the file: its name, running-config, startup-config. */
const char *place_file(const struct place *p);
/* For log lines, in a buffer that the next call overwrites. */
const char *place_word(const struct place *p);
/* The whole URL, credentials and all; the caller wipes and frees it. NULL without memory. */
char *place_url(const struct place *p);

#endif
