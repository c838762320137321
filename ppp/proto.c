#include "ppp/proto.h"

const char *ppp_proto_name(uint16_t proto)
{
	switch (proto) {
#define X(name, value, text) \
	case value:          \
		return text;
		PPP_PROTO_LIST(X)
#undef X
	default:
		return "unknown";
	}
}

const char *ppp_code_name(uint8_t code)
{
	switch (code) {
#define X(name, value, text) \
	case value:          \
		return text;
		PPP_CODE_LIST(X)
#undef X
	default:
		return "unknown";
	}
}
