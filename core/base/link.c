#include "core/base/link.h"

const char *link_end_text(enum link_end why)
{
	static const char *const texts[LINK_END_N] = {
#define X(name, text) text,
		LINK_END_LIST(X)
#undef X
	};
	return (unsigned)why < LINK_END_N ? texts[why] : "Unknown";
}
