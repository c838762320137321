#include "core/base/failure.h"

const char *fail_stage_text(enum fail_stage stage)
{
	static const char *const texts[] = {
#define X(name, text) text,
	        FAIL_STAGE_LIST(X)
#undef X
	};
	return stage < FAIL_STAGES ? texts[stage] : "";
}

const char *fail_cause_word(enum fail_cause cause)
{
	static const char *const words[] = {
#define X(name, word) word,
	        FAIL_CAUSE_LIST(X)
#undef X
	};
	return cause < FAIL_CAUSES ? words[cause] : "";
}

static const struct {
	enum client_family family;
	const char *text;
} kinds[] = {
#define X(name, family, text) {CLIENT_##family, text},
        CLIENT_KIND_LIST(X)
#undef X
};

const char *client_kind_text(enum client_kind kind)
{
	return kind < CLIENT_KINDS ? kinds[kind].text : "";
}

enum client_family client_kind_family(enum client_kind kind)
{
	return kind < CLIENT_KINDS ? kinds[kind].family : CLIENT_OTHER;
}
