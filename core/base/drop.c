#include "core/base/drop.h"

#include <ctype.h>

static const char *const texts[DROP_N] = {
#define X(name, text) text,
	DROP_LIST(X)
#undef X
};

/* Names as the appliance writes them: lower case with dashes. Kept as the enum's own spelling. */
static const char *const names[DROP_N] = {
#define X(name, text) #name,
	DROP_LIST(X)
#undef X
};

const char *drop_name(enum drop_reason r)
{
	static char spelled[DROP_N][24];
	if ((unsigned)r >= DROP_N)
		return "unknown";
	char *out = spelled[r];
	if (out[0] == '\0') {
		unsigned i = 0;
		for (; names[r][i] != '\0' && i < sizeof spelled[r] - 1; i++)
			out[i] = names[r][i] == '_' ? '-' : (char)tolower((unsigned char)names[r][i]);
		out[i] = '\0';
	}
	return out;
}

const char *drop_text(enum drop_reason r)
{
	return (unsigned)r < DROP_N ? texts[r] : "unknown";
}
